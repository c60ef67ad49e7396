/** Edits that turn one word into the other: a letter put in, taken out, changed, or two neighbours swapped. @source Damerau-Levenshtein, optimal string alignment */
function countEdits(from: string, to: string): number {
  const rows = [Array.from({ length: to.length + 1 }, (_, column) => column)];
  const at = (row: number, column: number): number => rows[row]?.[column] ?? Infinity;
  for (let row = 1; row <= from.length; row++) {
    const line = [row];
    rows.push(line);
    for (let column = 1; column <= to.length; column++) {
      const isSame = from[row - 1] === to[column - 1];
      const isSwap = row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      line[column] = Math.min(
        at(row - 1, column) + 1,
        at(row, column - 1) + 1,
        at(row - 1, column - 1) + (isSame ? 0 : 1),
        isSwap ? at(row - 2, column - 2) + 1 : Infinity,
      );
    }
  }
  return at(from.length, to.length);
}

const plain = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
const wordsOf = (name: string): Set<string> => new Set(name.toLowerCase().split(/[^a-z0-9]+/));

/** How far two names are from each other, in edits; words in common, and being a part of the other, count as near. */
function toDistance(name: string, candidate: string): number {
  const [wanted, known] = [plain(name), plain(candidate)];
  const distances = [countEdits(wanted, known)];
  const [some, others] = [wordsOf(name), wordsOf(candidate)];
  const shared = [...some].filter((word) => others.has(word)).length / new Set([...some, ...others]).size;
  if (shared >= 0.5) distances.push(2 * (1 - shared));
  const isPart = Math.min(wanted.length, known.length) >= 4 && (known.includes(wanted) || wanted.includes(known));
  if (isPart) distances.push(1.5 + Math.abs(known.length - wanted.length) / 100);
  return Math.min(...distances);
}

/**
 * The name that was probably meant: few edits away (case, _ and - do not count), of the same words, or one that holds the
 * other (dims: embedding_model_dims). Undefined when none is near.
 */
export function findClosestName(name: string, candidates: readonly string[]): string | undefined {
  const ranked = candidates
    .map((candidate) => ({ candidate, distance: toDistance(name, candidate) }))
    .toSorted((a, b) => a.distance - b.distance);
  const [best] = ranked;
  return best !== undefined && best.distance <= Math.max(2, name.length / 3) ? best.candidate : undefined;
}
