import type { PageProblem, PdfPage } from "./pdf-page.ts";

/** A page of which nothing could be read, with the reason as its warning. */
export function lostPage(index: number, problem: PageProblem, { message, readMs }: { message: string; readMs: number }): PdfPage {
  return {
    index,
    width: 0,
    height: 0,
    lines: [],
    pictures: [],
    smallPictures: 0,
    preview: undefined,
    warnings: [{ problem, message, count: 1 }],
    readMs: Math.round(readMs),
  };
}
