/** What was found in an answer that should have been JSON. */
export type ParsedJson = { json: unknown } | { problem: string };

function parse(text: string): ParsedJson {
  try {
    return { json: JSON.parse(text) as unknown };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

/** The text between the first bracket and the one that closes it; brackets in strings do not count. */
function findBracketed(text: string): string | undefined {
  const start = text.search(/[[{]/);
  if (start === -1) return undefined;
  let depth = 0;
  let isInString = false;
  for (let at = start; at < text.length; at++) {
    const sign = text[at];
    if (isInString) {
      if (sign === "\\") at += 1;
      else if (sign === '"') isInString = false;
    } else if (sign === '"') isInString = true;
    else if (sign === "{" || sign === "[") depth += 1;
    else if (sign === "}" || sign === "]") {
      depth -= 1;
      if (depth === 0) return text.slice(start, at + 1);
    }
  }
  return undefined;
}

/** Slips that models make and that leave no doubt: a comma before a closing bracket, line breaks in strings, curly quotes around names. */
function mend(text: string): string {
  let mended = "";
  let isInString = false;
  for (let at = 0; at < text.length; at++) {
    const sign = text[at] ?? "";
    if (isInString && sign === "\\") {
      mended += sign + (text[at + 1] ?? "");
      at += 1;
      continue;
    }
    if (sign === '"') isInString = !isInString;
    if (isInString && sign < " ") mended += sign === "\n" ? "\\n" : sign === "\t" ? "\\t" : "";
    else if (!isInString && sign === "," && /^\s*[}\]]/.test(text.slice(at + 1, at + 200))) continue;
    else mended += sign;
  }
  return isInString ? text : mended;
}

/**
 * The JSON in a model's answer: the answer itself, a fenced block in it, or the first bracketed part; then the same with
 * slips mended that leave no doubt about what was meant. Nothing is made up: a cut answer stays a problem.
 */
export function parseJsonAnswer(text: string): ParsedJson {
  const trimmed = text.trim();
  const fenced = /```(?:json)?\s*\n?([\s\S]*?)```/i.exec(trimmed)?.[1]?.trim();
  const candidates = [trimmed, fenced, findBracketed(fenced ?? trimmed)].filter((candidate) => candidate !== undefined && candidate !== "");
  let first: ParsedJson = { problem: "the answer is empty" };
  for (const [index, candidate] of [...candidates, ...candidates.map((text_) => mend(text_ ?? ""))].entries()) {
    const parsed = parse(candidate ?? "");
    if ("json" in parsed && (typeof parsed.json !== "string" || candidates.length === 1)) return parsed;
    if (index === 0) first = parsed;
  }
  return "json" in first ? { problem: "there is no object in it" } : first;
}
