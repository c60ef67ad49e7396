import { CodedError } from "@repo/contracts/coded-error";
import type { DecoderInterface, KvPlane } from "../graph/decoder-interface.ts";
import { rewrittenNames } from "../graph/rewrite-decoder.ts";
import type { Session } from "../session.ts";
import type { TensorData } from "../worker-protocol.ts";
import { createKvArena, type KvArena, type KvSnapshot } from "./kv-arena.ts";

/** A run over one token of several rows, or over several tokens of one row. */
export interface RowsRun {
  /** First row; the others follow it. */
  first: number;
  /** Tokens that each row holds before this run. */
  lengths: readonly number[];
  /** The new tokens, row by row, equally many for each. */
  tokens: readonly number[];
}

/** A decoder with a row of keys and values for each text that it writes. */
export interface DecoderRows {
  /** Bytes of keys and values that are held. */
  readonly bytes: number;
  /** Rows there are, and the positions that each has. */
  readonly rows: number;
  readonly positions: number;
  /** See kv-arena.ts; nothing where there is one row that grows by itself. */
  reserve(rows: number, positions: number): void;
  resize(rows: number, positions: number): void;
  /** Reads the new tokens. Gives per row the logits behind its last token, float32 [vocabulary]; they may be overwritten. */
  run(run: RowsRun): Promise<Float32Array[]>;
  copyRow(from: number, to: number, length: number): void;
  exportRow(row: number, length: number): KvSnapshot;
  importRow(row: number, snapshot: KvSnapshot, length: number): void;
  /** Gives the memory of all rows back. */
  clear(): void;
}

/** What {@link createDecoderRows} drives. */
export interface DrivenDecoder {
  session: Session;
  decoder: DecoderInterface;
  hasLogitRows: boolean;
  hasDeltas: boolean;
}

/**
 * Drives a decoder. One that was rewritten to give deltas has rows in an arena; any other has one row, which must be read
 * from its start to its end, as its presents are its next past.
 */
export function createDecoderRows(driven: DrivenDecoder): DecoderRows {
  return driven.hasDeltas ? createArenaRows(driven) : createPresentRow(driven);
}

function createArenaRows(driven: DrivenDecoder): DecoderRows {
  const { session, decoder } = driven;
  const { planes } = decoder;
  const arena: KvArena = createKvArena(planes);
  const headCounts = [...new Set(planes.map(({ heads }) => heads))];
  const deltas = planes.map(({ present }) => rewrittenNames.delta(present));

  return {
    get bytes() {
      return arena.bytes;
    },
    get rows() {
      return arena.rows;
    },
    get positions() {
      return arena.positions;
    },
    reserve: arena.reserve,
    resize: arena.resize,
    copyRow: arena.copyRow,
    exportRow: arena.exportRow,
    importRow: arena.importRow,
    clear: arena.clear,
    async run({ first, lengths, tokens }) {
      const rows = lengths.length;
      const count = tokens.length / rows;
      if (rows > 1 && count > 1) throw new Error("Several tokens of several rows cannot be read in one run.");
      const feeds = toCommonFeeds(driven, lengths, tokens);
      for (const heads of headCounts) feeds[rewrittenNames.newRows(heads)] = toNewRows(heads, lengths, count);
      for (const [plane, { past, heads, size }] of planes.entries()) {
        feeds[past] = { type: "float32", data: arena.view(plane, first, rows), dims: [rows, heads, arena.positions, size] };
      }
      const outputs = await session.run(feeds, [decoder.logits, ...deltas]);
      for (const [plane, name] of deltas.entries())
        arena.append(plane, outputs[name]?.data as Float32Array, { first, lengths, tokens: count });
      return takeLogits(outputs[decoder.logits] as TensorData, driven, { rows, count });
    },
  };
}

function createPresentRow(driven: DrivenDecoder): DecoderRows {
  const { session, decoder } = driven;
  const { planes } = decoder;
  const presents = planes.map(({ present }) => present);
  let held = emptyPast(planes);
  let length = 0;
  const refuse = (): never => {
    throw new CodedError("internal", "This model's graph keeps one text, which cannot be copied.");
  };

  return {
    get bytes() {
      return Object.values(held).reduce((sum, { data }) => sum + data.byteLength, 0);
    },
    rows: 1,
    get positions() {
      return length;
    },
    reserve: () => undefined,
    resize: () => undefined,
    copyRow: refuse,
    exportRow: refuse,
    importRow: refuse,
    clear() {
      held = emptyPast(planes);
      length = 0;
    },
    async run({ lengths, tokens }) {
      const [from = 0] = lengths;
      if (from === 0) this.clear();
      if (lengths.length !== 1 || from !== length) return refuse();
      const outputs = await session.run({ ...toCommonFeeds(driven, lengths, tokens), ...held }, [decoder.logits, ...presents]);
      held = Object.fromEntries(planes.map(({ past, present }) => [past, outputs[present] as TensorData]));
      length = from + tokens.length;
      return takeLogits(outputs[decoder.logits] as TensorData, driven, { rows: 1, count: tokens.length });
    },
  };
}

function emptyPast(planes: readonly KvPlane[]): Record<string, TensorData> {
  return Object.fromEntries(
    planes.map(({ past, heads, size }) => [past, { type: "float32", data: new Float32Array(), dims: [1, heads, 0, size] }]),
  );
}

/** Token ids, mask, positions and wanted logits. */
function toCommonFeeds(
  { decoder, hasLogitRows }: DrivenDecoder,
  lengths: readonly number[],
  tokens: readonly number[],
): Record<string, TensorData> {
  const rows = lengths.length;
  const count = tokens.length / rows;
  const total = Math.max(...lengths) + count;
  const mask = new BigInt64Array(rows * total);
  for (const [row, length] of lengths.entries()) mask.fill(1n, row * total, row * total + length + count);
  const feeds: Record<string, TensorData> = {
    [decoder.ids]: { type: "int64", data: BigInt64Array.from(tokens, BigInt), dims: [rows, count] },
    [decoder.mask]: { type: "int64", data: mask, dims: [rows, total] },
  };
  if (decoder.positions !== undefined) {
    const places = new BigInt64Array(rows * count);
    for (let place = 0; place < places.length; place += 1)
      places[place] = BigInt((lengths[Math.floor(place / count)] as number) + (place % count));
    feeds[decoder.positions] = { type: "int64", data: places, dims: [rows, count] };
  }
  if (decoder.logitsToKeep !== undefined) feeds[decoder.logitsToKeep] = { type: "int64", data: BigInt64Array.of(0n), dims: [] };
  if (hasLogitRows) {
    const wanted = new BigInt64Array(rows * 2);
    for (let row = 0; row < rows; row += 1) {
      wanted[2 * row] = BigInt(row);
      wanted[2 * row + 1] = BigInt(count - 1);
    }
    feeds[rewrittenNames.logitRows] = { type: "int64", data: wanted, dims: [1, rows, 2] };
  }
  return feeds;
}

/** Head and place of each new key and value, int64 [rows, heads * tokens, 2]. */
function toNewRows(heads: number, lengths: readonly number[], count: number): TensorData {
  const data = new BigInt64Array(lengths.length * heads * count * 2);
  let at = 0;
  for (const length of lengths) {
    for (let head = 0; head < heads; head += 1) {
      for (let token = 0; token < count; token += 1) {
        data[at++] = BigInt(head);
        data[at++] = BigInt(length + token);
      }
    }
  }
  return { type: "int64", data, dims: [lengths.length, heads * count, 2] };
}

function takeLogits(
  { data, dims }: TensorData,
  { hasLogitRows }: DrivenDecoder,
  { rows, count }: { rows: number; count: number },
): Float32Array[] {
  const vocabulary = dims.at(-1) as number;
  return Array.from({ length: rows }, (_, row) => {
    const place = hasLogitRows ? row : row * count + count - 1;
    return (data as Float32Array).subarray(place * vocabulary, (place + 1) * vocabulary);
  });
}
