/** A value between -1 and 1 for every place, smooth, the same on every run. */
export type Noise = (x: number, y: number) => number;

/** Value noise: random values at whole coordinates, smoothly blended. */
export function createNoise(seed: number): Noise {
  return (x, y) => {
    const [column, row] = [Math.floor(x), Math.floor(y)];
    const [u, v] = [smooth(x - column), smooth(y - row)];
    const at = (dx: number, dy: number) => chance(column + dx, row + dy, seed) * 2 - 1;
    const upper = at(0, 0) + (at(1, 0) - at(0, 0)) * u;
    const lower = at(0, 1) + (at(1, 1) - at(0, 1)) * u;
    return upper + (lower - upper) * v;
  };
}

/** Noise of several sizes at once, each half as large and half as strong as the one before. */
export function createClouds(seed: number, octaves = 4): Noise {
  const layers = Array.from({ length: octaves }, (_, octave) => createNoise(seed * 31 + octave));
  const total = 2 - 2 ** (1 - octaves);
  return (x, y) => layers.reduce((sum, layer, octave) => sum + layer(x * 2 ** octave, y * 2 ** octave) / 2 ** octave, 0) / total;
}

/** A number from 0 to 1 for a cell: pieces differ, each in its own way. Source: integer hash of T. Wang and T. Mueller, shortened. */
export function chance(column: number, row: number, seed: number): number {
  let hash = Math.imul(column, 374_761_393) ^ Math.imul(row, 668_265_263) ^ Math.imul(seed, 1_274_126_177);
  hash = Math.imul(hash ^ (hash >>> 13), 1_103_515_245);
  hash = Math.imul(hash ^ (hash >>> 16), 2_246_822_519);
  return ((hash ^ (hash >>> 15)) >>> 0) / 4_294_967_296;
}

/** The nearest of points strewn one to a cell: how far it is, how much further the next one, and whose it is. */
export function nearestPoint(x: number, y: number, seed: number): { distance: number; edge: number; column: number; row: number } {
  const [column, row] = [Math.floor(x), Math.floor(y)];
  let nearest = { distance: Number.POSITIVE_INFINITY, column, row };
  let second = Number.POSITIVE_INFINITY;
  for (let dy = -1; dy <= 1; dy += 1) {
    for (let dx = -1; dx <= 1; dx += 1) {
      const [cellColumn, cellRow] = [column + dx, row + dy];
      const pointX = cellColumn + 0.15 + 0.7 * chance(cellColumn, cellRow, seed);
      const pointY = cellRow + 0.15 + 0.7 * chance(cellColumn, cellRow, seed + 1);
      const distance = Math.hypot(pointX - x, pointY - y);
      if (distance < nearest.distance) {
        second = nearest.distance;
        nearest = { distance, column: cellColumn, row: cellRow };
      } else second = Math.min(second, distance);
    }
  }
  return { ...nearest, edge: second - nearest.distance };
}

/** 0 below `from`, 1 above `to`, smooth between. */
export function step(from: number, to: number, value: number): number {
  return smooth(Math.min(1, Math.max(0, (value - from) / (to - from))));
}

function smooth(share: number): number {
  return share * share * (3 - 2 * share);
}
