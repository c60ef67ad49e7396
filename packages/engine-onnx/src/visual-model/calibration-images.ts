import type { VisualImageFacts } from "./visual-model.ts";

/** Colour at a place, red, green and blue from 0 to 1; places run from 0 to 1 in both directions. */
type Paint = (x: number, y: number) => readonly [number, number, number];

/**
 * Images by which a vision tower's channels are measured, always the same, each float32 [3 * size * size] as the tower reads
 * it: flat colours, gradients, stripes, checks, rings, soft clouds, grain and noise, alone and over each other. What they
 * reach evens out channels; nothing is cut at it unless scales are static.
 */
export function* makeCalibrationImages({ size, mean, std }: VisualImageFacts): Generator<Float32Array> {
  for (const paint of listPaints()) {
    const pixels = new Float32Array(3 * size * size);
    for (let row = 0; row < size; row++) {
      for (let column = 0; column < size; column++) {
        const colour = paint(column / size, row / size);
        for (let channel = 0; channel < 3; channel++) {
          // Images have 256 steps.
          const value = Math.round(Math.min(1, Math.max(0, colour[channel] as number)) * 255) / 255;
          pixels[(channel * size + row) * size + column] = (value - (mean[channel] as number)) / (std[channel] as number);
        }
      }
    }
    yield pixels;
  }
}

function listPaints(): Paint[] {
  const noise = createNoise();
  const grey = (level: number): readonly [number, number, number] => [level, level, level];
  const wave = (value: number): number => 0.5 + 0.5 * Math.sin(value);
  const cloud = (x: number, y: number, cells: number): number => smooth(x * cells, y * cells);
  const clouds = (x: number, y: number): number => cloud(x, y, 3) * 0.5 + cloud(x, y, 9) * 0.3 + cloud(x, y, 31) * 0.2;
  const check = (x: number, y: number, cells: number): number => (Math.floor(x * cells) + Math.floor(y * cells)) % 2;
  const distance = (x: number, y: number): number => Math.hypot(x - 0.5, y - 0.5);
  return [
    () => grey(1),
    () => [0.1, 0.1, 0.12],
    () => [0.8, 0.15, 0.1],
    (x, y) => [x, y, 1 - x],
    (x) => grey(wave(x * 90)),
    (x, y) => [wave((x + y) * 40), 0.3, wave((x - y) * 25)],
    (x, y) => grey(check(x, y, 8)),
    (x, y) => (check(x, y, 31) === 1 ? [0.9, 0.85, 0.7] : [0.3, 0.2, 0.15]),
    (x, y) => grey(distance(x, y) < 0.3 ? 0.05 : 0.95),
    (x, y) => [wave(distance(x, y) * 120), wave(distance(x, y) * 30), 0.5],
    (x, y) => [clouds(x, y), clouds(x + 0.3, y), clouds(x, y + 0.7)],
    // Grain along one direction, as wood has it.
    (x, y) => [0.45 + 0.3 * wave(y * 200 + 6 * cloud(x, y, 4)), 0.3 + 0.2 * cloud(x * 0.1, y, 60), 0.15],
    () => grey(noise()),
    () => [noise(), noise(), noise()],
    (x, y) => (distance(x, y) < 0.25 ? [noise(), 0.4, 0.6] : [0.95, 0.95, 0.95]),
    (x, y) => (x < 0.5 ? [clouds(x, y), 0.6, 0.2] : grey(y < 0.5 ? check(x, y, 16) : wave(x * 300))),
  ];
}

/** Numbers from 0 to 1, always the same. Numerical Recipes' linear congruential generator; only its upper bits are used. */
function createNoise(): () => number {
  let state = 20_261_121;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor(state / 256) / 2 ** 24;
  };
}

/** Noise that changes over one unit, 0 to 1. */
function smooth(x: number, y: number): number {
  const column = Math.floor(x);
  const row = Math.floor(y);
  const ease = (part: number): number => part * part * (3 - 2 * part);
  const corner = (right: number, down: number): number => hash(column + right, row + down);
  const mix = (a: number, b: number, share: number): number => a + (b - a) * share;
  const across = ease(x - column);
  return mix(mix(corner(0, 0), corner(1, 0), across), mix(corner(0, 1), corner(1, 1), across), ease(y - row));
}

function hash(column: number, row: number): number {
  const mixed = Math.imul(Math.imul(column, 374_761_393) ^ Math.imul(row, 668_265_263), 1_274_126_177);
  return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
}
