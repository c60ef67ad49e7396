import { fitReduction, reduceVector } from "./reduce-vectors.ts";

function normalise(vector: readonly number[]): Float64Array {
  const norm = Math.hypot(...vector) || 1;
  return Float64Array.from(vector, (value) => value / norm);
}

function findNearest(vectors: readonly Float64Array[], query: number, count: number): number[] {
  const origin = vectors[query] ?? new Float64Array();
  const scores = vectors.map((vector, index) => {
    let sum = 0;
    for (let position = 0; position < vector.length; position += 1) sum += (vector[position] ?? 0) * (origin[position] ?? 0);
    return { index, sum };
  });
  return scores
    .filter(({ index }) => index !== query)
    .toSorted((a, b) => b.sum - a.sum)
    .slice(0, count)
    .map(({ index }) => index);
}

/**
 * Share of the nearest neighbours (by cosine, of every vector) that are still among the nearest after the reduction.
 *
 * @param components length of the reduced vectors
 * @param count neighbours compared; default 10
 */
export async function measureRecall(vectors: readonly (readonly number[])[], components: number, count = 10): Promise<number> {
  const whole = vectors.map(normalise);
  const reduction = await fitReduction(vectors, components);
  const reduced = vectors.map((vector) => normalise(reduceVector(reduction, vector)));
  let kept = 0;
  for (let query = 0; query < vectors.length; query += 1) {
    const right = new Set(findNearest(whole, query, count));
    kept += findNearest(reduced, query, count).filter((index) => right.has(index)).length;
  }
  return kept / (vectors.length * count);
}
