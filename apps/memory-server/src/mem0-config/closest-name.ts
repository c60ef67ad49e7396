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

/**
 * The name that was probably meant: few edits away (case, _ and - do not count), or one that holds the other
 * (collection: collection_name). Undefined when none is near.
 */
export function findClosestName(name: string, candidates: readonly string[]): string | undefined {
  const wanted = plain(name);
  const ranked = candidates
    .map((candidate) => {
      const known = plain(candidate);
      const isPart = Math.min(wanted.length, known.length) >= 4 && (known.includes(wanted) || wanted.includes(known));
      const edits = countEdits(wanted, known);
      return { candidate, edits: isPart ? Math.min(edits, 1.5) : edits };
    })
    .toSorted((a, b) => a.edits - b.edits);
  const [best] = ranked;
  return best !== undefined && best.edits <= Math.max(2, wanted.length / 3) ? best.candidate : undefined;
}
