import type { KvPlane } from "../graph/decoder-interface.ts";

/** Keys and values of one text: per plane float32 [heads, length, size]. */
export interface KvSnapshot {
  length: number;
  planes: readonly Float32Array[];
  bytes: number;
}

/** Positions that rows grow by. */
const bucket = 64;

/** Positions that hold `length`. */
export function toBucket(length: number): number {
  return Math.max(1, Math.ceil(length / bucket)) * bucket;
}

/** Bytes that the keys and values of one token take. */
export function kvBytesPerToken(planes: readonly KvPlane[]): number {
  return planes.reduce((sum, { heads, size }) => sum + heads * size * Float32Array.BYTES_PER_ELEMENT, 0);
}

/**
 * Keys and values of the texts that are being written, one row each: per plane float32 [rows, heads, positions, size]. The
 * first rows together are what a batch reads, and any one row is what a single text reads, with no copy in between.
 */
export interface KvArena {
  readonly rows: number;
  readonly positions: number;
  readonly bytes: number;
  /** Makes room, up to the next bucket of positions; what is in the rows stays. */
  reserve(rows: number, positions: number): void;
  /** Takes other rows and positions; of what is in the rows stays what fits. */
  resize(rows: number, positions: number): void;
  /** Rows `first` up to `first + count` of a plane. */
  view(plane: number, first: number, count: number): Float32Array;
  /** Writes what is new: `delta` is [rows, heads, tokens, size], row i goes to row `first + i` at its length. */
  append(plane: number, delta: Float32Array, place: { first: number; lengths: readonly number[]; tokens: number }): void;
  /** Copies the first `length` positions of one row to another. */
  copyRow(from: number, to: number, length: number): void;
  exportRow(row: number, length: number): KvSnapshot;
  /** Writes the first `length` positions of a snapshot into a row. */
  importRow(row: number, snapshot: KvSnapshot, length: number): void;
  /** Gives all memory back. */
  clear(): void;
}

/** Makes an arena without rows. */
export function createKvArena(planes: readonly KvPlane[]): KvArena {
  let rows = 0;
  let positions = 0;
  let buffers: Float32Array[] = planes.map(() => new Float32Array());

  function copyPositions(
    from: { data: Float32Array; at: number; stride: number },
    to: { data: Float32Array; at: number; stride: number },
    plane: number,
    length: number,
  ): void {
    const { heads, size } = planes[plane] as KvPlane;
    for (let head = 0; head < heads; head += 1) {
      const start = from.at + head * from.stride;
      to.data.set(from.data.subarray(start, start + length * size), to.at + head * to.stride);
    }
  }
  const rowOf = (plane: number, row: number) => {
    const { heads, size } = planes[plane] as KvPlane;
    return { data: buffers[plane] as Float32Array, at: row * heads * positions * size, stride: positions * size };
  };

  function resize(newRows: number, newPositions: number): void {
    if (newRows === rows && newPositions === positions) return;
    // One plane after the other, so that little is held twice.
    for (const [plane, { heads, size }] of planes.entries()) {
      const data = new Float32Array(newRows * heads * newPositions * size);
      for (let row = 0; row < Math.min(rows, newRows); row += 1) {
        const to = { data, at: row * heads * newPositions * size, stride: newPositions * size };
        copyPositions(rowOf(plane, row), to, plane, Math.min(positions, newPositions));
      }
      buffers[plane] = data;
    }
    rows = newRows;
    positions = newPositions;
  }

  return {
    get rows() {
      return rows;
    },
    get positions() {
      return positions;
    },
    get bytes() {
      return buffers.reduce((sum, { byteLength }) => sum + byteLength, 0);
    },
    reserve(wantedRows, wantedPositions) {
      if (wantedRows > rows || wantedPositions > positions) {
        resize(Math.max(rows, wantedRows), wantedPositions <= positions ? positions : toBucket(wantedPositions));
      }
    },
    resize,
    view(plane, first, count) {
      const { heads, size } = planes[plane] as KvPlane;
      const stride = heads * positions * size;
      return (buffers[plane] as Float32Array).subarray(first * stride, (first + count) * stride);
    },
    append(plane, delta, { first, lengths, tokens }) {
      const { heads, size } = planes[plane] as KvPlane;
      const data = buffers[plane] as Float32Array;
      const step = tokens * size;
      for (const [index, length] of lengths.entries()) {
        for (let head = 0; head < heads; head += 1) {
          const from = (index * heads + head) * step;
          const to = (((first + index) * heads + head) * positions + length) * size;
          data.set(delta.subarray(from, from + step), to);
        }
      }
    },
    copyRow(from, to, length) {
      if (from === to) return;
      for (const plane of planes.keys()) copyPositions(rowOf(plane, from), rowOf(plane, to), plane, length);
    },
    exportRow(row, length) {
      const copies = planes.map(({ heads, size }, plane) => {
        const data = new Float32Array(heads * length * size);
        copyPositions(rowOf(plane, row), { data, at: 0, stride: length * size }, plane, length);
        return data;
      });
      return { length, planes: copies, bytes: copies.reduce((sum, { byteLength }) => sum + byteLength, 0) };
    },
    importRow(row, snapshot, length) {
      for (const [plane, { size }] of planes.entries()) {
        copyPositions(
          { data: snapshot.planes[plane] as Float32Array, at: 0, stride: snapshot.length * size },
          rowOf(plane, row),
          plane,
          length,
        );
      }
    },
    clear() {
      rows = 0;
      positions = 0;
      buffers = planes.map(() => new Float32Array());
    },
  };
}
