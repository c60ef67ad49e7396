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
/** A block goes to every picture to which it is about as near as to the nearest. */
const shared = 2;
const maxCharacters = 500;

/**
 * The text that belongs to each of a page's pictures: every block of lines goes to the picture it stands nearest to, so that in
 * a grid of swatches each has its own name and price.
 */
export function findNearbyText(pictures: readonly Rectangle[], lines: readonly PlacedLine[]): NearbyText[] {
  const found = pictures.map((): { line: PlacedLine; cost: number; at: number }[] => []);
  for (const block of toBlocks(lines)) {
    const costsOf = pictures.map((picture) => block.map(({ bounds }) => costOf(bounds, picture)));
    const least = Math.min(...costsOf.flat());
    if (least > reach) continue;
    for (const [index, lineCosts] of costsOf.entries()) {
      if (Math.min(...lineCosts) > least + shared) continue;
      for (const [at, line] of block.entries()) found[index]?.push({ line, cost: lineCosts[at] as number, at: lines.indexOf(line) });
    }
  }
  return found.map((entries) => {
    const nearest = entries.toSorted((a, b) => a.cost - b.cost);
    let length = 0;
    const kept = nearest.filter(({ line }) => (length += line.text.length + 1) <= maxCharacters);
    const text = kept.toSorted((a, b) => a.at - b.at).map(({ line }) => line.text);
    return { nearbyText: text.join("\n"), caption: nearest[0]?.line.text.slice(0, maxCharacters) };
  });
}

/** Lines that stand right under each other. */
function toBlocks(lines: readonly PlacedLine[]): PlacedLine[][] {
  const blocks: PlacedLine[][] = [];
  for (const line of lines) {
    // From the last: a block is mostly written in one go, only tables are written across.
    const block = blocks.findLast((other) => isRightUnder(line.bounds, (other.at(-1) as PlacedLine).bounds));
    if (block === undefined) blocks.push([line]);
    else block.push(line);
  }
  return blocks;
}

function isRightUnder(line: Rectangle, upper: Rectangle): boolean {
  const gap = line[1] - upper[3];
  const height = Math.max(line[3] - line[1], upper[3] - upper[1]);
  const across = Math.min(line[2], upper[2]) - Math.max(line[0], upper[0]);
  return gap > -0.5 * height && gap < 0.7 * height && across > 0.5 * Math.min(line[2] - line[0], upper[2] - upper[0]);
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
