import { findPrincipalComponents, project } from "./principal-components.ts";

/** A place on a picture: 0 to 1 from left to right and from top to bottom. */
export interface PlanePoint {
  x: number;
  y: number;
}

/** Fewer vectors than this have no two directions worth drawing. */
export const minPlanePoints = 3;

function toUnitRange(values: readonly number[]): number[] {
  const sorted = values.toSorted((a, b) => a - b);
  // The outermost 1 % would squeeze all others together; they are drawn at the edge.
  const low = sorted[Math.floor(sorted.length * 0.01)] ?? 0;
  const high = sorted[Math.ceil(sorted.length * 0.99) - 1] ?? 1;
  return values.map((value) => (high === low ? 0.5 : Math.min(1, Math.max(0, (value - low) / (high - low)))));
}

/**
 * Projects vectors on the two directions in which they differ most, one point per vector, in order; none for fewer than
 * {@link minPlanePoints}. The same vectors give the same picture.
 * @throws as findPrincipalComponents
 */
export async function projectOnPlane(vectors: readonly ArrayLike<number>[]): Promise<PlanePoint[]> {
  if (vectors.length < minPlanePoints) return [];
  const components = await findPrincipalComponents({ vectors, count: 2, center: true });
  const places = vectors.map((vector) => project(components, vector));
  const xs = toUnitRange(places.map(([x = 0]) => x));
  const ys = toUnitRange(places.map(([, y = 0]) => y));
  return xs.map((x, position) => ({ x, y: ys[position] ?? 0.5 }));
}
