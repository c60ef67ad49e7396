import { chance, step } from "./noise.ts";
import { type Color, color, mix, type Shader, tone } from "./shader.ts";

/** Where a place lies on its piece. */
interface Piece {
  column: number;
  row: number;
  /** From the piece's corner, in units of the picture. */
  along: number;
  across: number;
  /** To the nearest edge. */
  edge: number;
}

/** How pieces lie. */
export type Layout = (x: number, y: number) => Piece;

/** Rows of pieces, each shifted by a share of a piece's length; `shift` below 0 is another one in every row. */
export function rows(length: number, width: number, shift = 0): Layout {
  return (x, y) => {
    const row = Math.floor(y / width);
    const offset = (shift < 0 ? chance(row, 5, 77) : (row * shift) % 1) * length;
    const column = Math.floor((x + offset) / length);
    const [along, across] = [x + offset - column * length, y - row * width];
    return { column, row, along, across, edge: Math.min(along, length - along, across, width - across) };
  };
}

/** Pieces of n x 1 at right angles to each other. */
export function herringbone(width: number, n = 4): Layout {
  return (x, y) => {
    const [u, v] = [x / width, y / width];
    const [i, j] = [Math.floor(u), Math.floor(v)];
    const phase = (((i - j) % (2 * n)) + 2 * n) % (2 * n);
    const isFlat = phase < n;
    const [column, row] = isFlat ? [i - phase, j] : [i + 1000, j - (2 * n - 1 - phase)];
    const along = isFlat ? u - column : v - row;
    const across = isFlat ? v - j : u - i;
    const edge = Math.min(along, n - along, across, 1 - across) * width;
    return { column, row, along: along * width, across: across * width, edge };
  };
}

/** Regular hexagons of a width. */
export function hexagons(width: number): Layout {
  const tall = Math.sqrt(3);
  return (x, y) => {
    const [u, v] = [x / width, y / width];
    const candidates = [0, 0.5].map((shift) => {
      const column = Math.floor(u + shift) - shift + 0.5;
      const row = (Math.floor(v / tall + shift) - shift + 0.5) * tall;
      return { column, row, dx: u - column, dy: v - row };
    });
    const [one, other] = candidates as [(typeof candidates)[0], (typeof candidates)[0]];
    const { column, row, dx, dy } = Math.hypot(one.dx, one.dy) < Math.hypot(other.dx, other.dy) ? one : other;
    const reach = Math.max(Math.abs(dx), Math.abs(dx) / 2 + (Math.abs(dy) * tall) / 2);
    return { column: Math.round(column * 2), row: Math.round(row * 2), along: dx * width, across: dy * width, edge: (0.5 - reach) * width };
  };
}

/** What lies between pieces, and how much these differ. */
export interface LaidOptions {
  jointHex: string;
  /** Width of a joint in units of the picture, default 0.03. */
  joint?: number;
  /** How much pieces differ in tone, default 0.2. */
  variation?: number;
  /** Light on the upper edges and across the face of glazed pieces, default 0. */
  gloss?: number;
  /** Every other piece in another material. */
  checked?: Shader;
}

/** A material laid in pieces: every piece is cut from another part of it. */
export function laid(shader: Shader, layout: Layout, options: LaidOptions): Shader {
  const { joint = 0.03, variation = 0.2, gloss = 0, checked } = options;
  const between = color(options.jointHex);
  return (x, y) => {
    const { column, row, along, across, edge } = layout(x, y);
    const own = chance(column, row, 3);
    const material = checked !== undefined && (column + row) % 2 !== 0 ? checked : shader;
    const face = material(along + 7 * own, across + 13 * chance(column, row, 4));
    const shine = gloss * (0.5 * (1 - step(0, 0.12, Math.abs(across - 0.1))) + 0.35 * step(0.1, 0.9, along - across));
    const lit: Color = mix(tone(face, variation * (own - 0.5)), [1, 1, 1], shine);
    return mix(between, lit, step(joint * 0.4, joint, edge));
  };
}
