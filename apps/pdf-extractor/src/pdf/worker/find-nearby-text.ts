import type { Rectangle } from "./geometry.ts";
import type { PlacedLine } from "./read-lines.ts";

/** What stands near a picture. */
export interface NearbyText {
  /** Lines in the order of reading, separated by line breaks. */
  nearbyText: string;
  caption: string | undefined;
}

/** In points of 1/72 inch. Captions stand closest to what they name; below rather than above or beside. */
const costs = { below: 0, above: 8, beside: 10, inside: 14, perPoint: 1 };
/** Lines further away than this belong to no picture. */
const reach = 60;
/** A line goes to every picture to which it is about as near as to the nearest. */
const shared = 2;
const maxCharacters = 500;

/**
 * The text lines that belong to each of a page's pictures: every line goes to the picture it stands nearest to, so that in a
 * grid of swatches each has its own name and price.
 */
export function findNearbyText(pictures: readonly Rectangle[], lines: readonly PlacedLine[]): NearbyText[] {
  const found = pictures.map((): { line: PlacedLine; cost: number; at: number }[] => []);
  for (const [at, line] of lines.entries()) {
    const lineCosts = pictures.map((picture) => costOf(line.bounds, picture));
    const least = Math.min(...lineCosts);
    if (least > reach) continue;
    for (const [index, cost] of lineCosts.entries()) if (cost <= least + shared) found[index]?.push({ line, cost, at });
  }
  return found.map((entries) => {
    const nearest = entries.toSorted((a, b) => a.cost - b.cost);
    let length = 0;
    const kept = nearest.filter(({ line }) => (length += line.text.length + 1) <= maxCharacters);
    const text = kept.toSorted((a, b) => a.at - b.at).map(({ line }) => line.text);
    return { nearbyText: text.join("\n"), caption: nearest[0]?.line.text.slice(0, maxCharacters) };
  });
}

/** How little a line belongs to a picture; infinite when it stands off to a corner. */
function costOf(line: Rectangle, picture: Rectangle): number {
  const across = Math.min(line[2], picture[2]) - Math.max(line[0], picture[0]);
  const along = Math.min(line[3], picture[3]) - Math.max(line[1], picture[1]);
  const middle = (line[1] + line[3]) / 2;
  if (across > 0.3 * Math.min(line[2] - line[0], picture[2] - picture[0])) {
    if (middle > picture[3]) return costs.below + Math.max(0, line[1] - picture[3]) * costs.perPoint;
    if (middle < picture[1]) return costs.above + Math.max(0, picture[1] - line[3]) * costs.perPoint;
    return costs.inside;
  }
  if (along > 0.5 * (line[3] - line[1])) return costs.beside + Math.max(0, -across) * costs.perPoint;
  return Number.POSITIVE_INFINITY;
}
