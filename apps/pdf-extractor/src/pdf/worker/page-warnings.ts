import type { PageWarning } from "../pdf-page.ts";

/** pdf.js leaves out what it cannot decode and says so on the console only; pages are read one at a time, so it is said of this one. */
export async function watchingWarnings<Result>(work: () => Promise<Result>): Promise<{ result: Result; said: string[] }> {
  const said: string[] = [];
  const { console: output } = globalThis;
  const { warn } = output;
  output.warn = (message: unknown) => void said.push(String(message));
  try {
    return { result: await work(), said };
  } finally {
    output.warn = warn;
  }
}

/** What of pdf.js's words concerns whoever reads pictures; a missing font does not. */
export function pageWarnings(said: readonly string[]): PageWarning[] {
  const count = (pattern: RegExp) => said.filter((message) => pattern.test(message)).length;
  const warnings: PageWarning[] = [
    {
      problem: "picture_too_large",
      message: "A picture has too many pixels and was left out.",
      count: count(/exceeded maximum allowed size/i),
    },
    {
      problem: "picture_broken",
      message: "A picture is damaged and was left out.",
      count: count(/unable to decode|image dimensions are missing/i),
    },
    {
      problem: "page_broken",
      message: "Part of the page is damaged; what comes behind it may be missing.",
      count: count(/getOperatorList - ignoring/i),
    },
  ];
  return warnings.filter((warning) => warning.count > 0);
}
