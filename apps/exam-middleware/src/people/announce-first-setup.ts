import type { Logger } from "@repo/server-kit/log";
import type { People } from "./open-people.ts";

/** A few lines that stand out between lines of a log. */
export function toBanner(title: string, lines: readonly string[]): string {
  const width = Math.max(title.length, ...lines.map((line) => line.length));
  const bar = "─".repeat(width + 2);
  return [`┌${bar}┐`, ...[title, "", ...lines].map((line) => `│ ${line.padEnd(width)} │`), `└${bar}┘`, ""].join("\n");
}

/**
 * While there is no administrator, every start shows a link with which the first one chooses name and password; there is no
 * default password. The link is good once, for three days, also after a restart.
 * @param write where people look; default the process's standard error
 */
export async function announceFirstSetup(
  { setup, toSetupUrl }: Pick<People, "setup" | "toSetupUrl">,
  log: Pick<Logger, "warn">,
  write: (text: string) => void = (text) => void process.stderr.write(text),
): Promise<void> {
  const token = await setup.openFirst();
  if (token === undefined) return;
  const url = toSetupUrl(token);
  log.warn({ setUpUrl: url }, "nobody can sign in yet: open this link once to make the administrator");
  write(toBanner("exam-middleware: nobody can sign in yet.", ["Open this link once, within three days, to make the administrator:", url]));
}
