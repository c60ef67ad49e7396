import { unreadableFile } from "./unreadable-file.ts";

/** Longer lists of ranges are no person's. */
const maxSelectionLength = 1000;

/**
 * The pages that `selection` names, in its order, none twice: "1-3,5", "all", "4-" for the rest from 4 on. Pages behind
 * the last one are left out.
 * @throws CodedError invalid_request (bad_page_range, no_such_page), payload_too_large (too_many_pages).
 */
export function selectPages(selection: string, count: number, maxPages: number): number[] {
  const selected = new Set<number>();
  for (const [first, last] of parseSelection(selection)) {
    for (let page = first; page <= Math.min(last, count); page += 1) {
      selected.add(page);
      if (selected.size > maxPages)
        throw unreadableFile("too_many_pages", `More than ${maxPages} pages at once.`, { maxPages, pages: count });
    }
  }
  if (selected.size === 0)
    throw unreadableFile("no_such_page", `The file has ${count} pages, none of them is asked for.`, { pages: count });
  return [...selected];
}

/** The ranges of a selection, both ends included. @throws CodedError invalid_request (bad_page_range). */
export function parseSelection(selection: string): (readonly [first: number, last: number])[] {
  const text = selection.trim().toLowerCase();
  if (text === "all") return [[1, Number.MAX_SAFE_INTEGER]];
  if (text.length > maxSelectionLength) throw badRange("so long");
  return text.split(",").map((part) => {
    const [, from, dash, to] = /^\s*(\d{1,9})\s*(?:(-)\s*(\d{1,9})?)?\s*$/.exec(part) ?? [];
    const first = Number(from);
    const last = to === undefined ? (dash === undefined ? first : Number.MAX_SAFE_INTEGER) : Number(to);
    if (!(first >= 1 && last >= first)) throw badRange(JSON.stringify(part.slice(0, 40)));
    return [first, last] as const;
  });
}

function badRange(what: string): Error {
  return unreadableFile("bad_page_range", `Pages are written as "1-3,5" or "all", not ${what}.`);
}
