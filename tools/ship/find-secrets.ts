/** Forms that providers give their secrets, so that they can be found. @source each provider's documentation of its tokens */
const forms: Record<string, RegExp> = {
  "Hugging Face token": /\bhf_[A-Za-z0-9]{34,}\b/,
  "GitHub token": /\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{50,})\b/,
  "OpenAI key": /\bsk-(?:proj-)?[A-Za-z0-9_-]{40,}\b/,
  "AWS access key": /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/,
  "Google API key": /\bAIza[A-Za-z0-9_-]{35}\b/,
  "Slack token": /\bxox[abprs]-[A-Za-z0-9-]{20,}\b/,
  "npm token": /\bnpm_[A-Za-z0-9]{36}\b/,
  "Render key": /\brnd_[A-Za-z0-9]{20,}\b/,
  "private key": /-----BEGIN (?:RSA |EC |OPENSSH |DSA |PGP )?PRIVATE KEY(?: BLOCK)?-----/,
  "password in an address":
    /\b(?:postgres(?:ql)?|mysql|redis|mongodb(?:\+srv)?|amqp):\/\/[^\s:/@'"`${]+:[^\s/@'"`${<*]{12,}@(?!(?:127\.0\.0\.1|localhost|host)\b)[a-z0-9-]+\.[a-z]/i,
};

/** What looks like a secret in a text: its line, from 1, and its kind. What it is stays here. */
export function findSecrets(text: string): { line: number; kind: string }[] {
  return text
    .split("\n")
    .flatMap((content, index) => Object.entries(forms).flatMap(([kind, form]) => (form.test(content) ? [{ line: index + 1, kind }] : [])));
}
