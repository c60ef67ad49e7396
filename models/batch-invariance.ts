import { packTokens, toInvariantWidth } from "@repo/engine-onnx/pack-tokens";
import type { Session } from "@repo/engine-onnx/session";
import type { TensorData } from "@repo/engine-onnx/worker-protocol";

/** What {@link countVariantTexts} compared. */
export interface InvarianceResult {
  /** Vectors of the same text in other company, or with padding. */
  comparisons: number;
  /** Those that differed in any bit. */
  different: number;
}

/** Compares each text's vector alone with that in batches of 2, 3 and 8 neighbours and with padding, byte by byte. */
export async function countVariantTexts(
  session: Session,
  sequences: readonly (readonly number[])[],
  maxTokens: number,
): Promise<InvarianceResult> {
  const rows = sequences.map((ids) => Int32Array.from(ids)).toSorted((a, b) => a.length - b.length);
  const widthOf = (batch: readonly Int32Array[]): number =>
    Math.min(toInvariantWidth(Math.max(...batch.map((row) => row.length))), maxTokens);
  const alone: Buffer[] = [];
  for (const row of rows) alone.push(...(await embed(session, [row], widthOf([row]))));
  const result: InvarianceResult = { comparisons: 0, different: 0 };
  const check = async (start: number, size: number, padding: number): Promise<void> => {
    const batch = rows.slice(start, start + size);
    const width = Math.min(toInvariantWidth(widthOf(batch) + padding), maxTokens);
    for (const [index, vector] of (await embed(session, batch, width)).entries()) {
      result.comparisons += 1;
      if (!vector.equals(alone[start + index] as Buffer)) result.different += 1;
    }
  };
  for (const padding of [1, 6]) for (let start = 0; start < rows.length; start++) await check(start, 1, padding);
  for (const size of [2, 3, 8]) for (let start = 0; start < rows.length; start += size) await check(start, size, 0);
  return result;
}

async function embed(session: Session, rows: readonly Int32Array[], width: number): Promise<Buffer[]> {
  const outputs = await session.run(packTokens(rows, width), ["embedding"]);
  const { data, dims } = outputs["embedding"] as TensorData;
  const size = dims[1] as number;
  return rows.map((_, row) => Buffer.from((data as Float32Array).slice(row * size, (row + 1) * size).buffer));
}
