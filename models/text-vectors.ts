import { availableParallelism, loadavg } from "node:os";
import { packTokens } from "@repo/engine-onnx/pack-tokens";
import { openSession } from "@repo/engine-onnx/session";
import type { Tokenizer } from "@repo/engine-onnx/tokenizer";
import type { TensorData } from "@repo/engine-onnx/worker-protocol";

/** Ids of one text with the special tokens around them, cut to `maxTokens`. */
export function toTokenIds(tokenizer: Tokenizer, text: string, maxTokens: number): number[] {
  const { prefix, suffix } = tokenizer;
  const scan = tokenizer.scan(text);
  while (!scan.advance(text.length + 1));
  return [...prefix, ...scan.ids.slice(0, maxTokens - prefix.length - suffix.length), ...suffix];
}

/** Vectors of token sequences by one model, and how long a text took. */
export interface TextVectors {
  vectors: Float32Array[];
  /** Median over all texts, one per run, one thread. */
  medianMs: number;
}

/** Runs a model on sequences one at a time. */
export async function computeVectors(onnxPath: string, sequences: readonly (readonly number[])[]): Promise<TextVectors> {
  const session = await openSession({ onnxPath, threads: 1, isOptimized: false });
  try {
    const vectors: Float32Array[] = [];
    const durations: number[] = [];
    for (const ids of sequences) {
      const inputs = packTokens([Int32Array.from(ids)], ids.length);
      const start = performance.now();
      const outputs = await session.run(inputs, ["embedding"]);
      durations.push(performance.now() - start);
      vectors.push(((outputs["embedding"] as TensorData).data as Float32Array).slice());
    }
    return { vectors, medianMs: durations.toSorted((a, b) => a - b)[durations.length >> 1] ?? NaN };
  } finally {
    await session.close();
  }
}

/**
 * Time of one run of `texts` x `tokens`, one thread, milliseconds: the best tenth of the runs within a second and a
 * half, so that a busy neighbour weighs little.
 */
export async function measureRunMs(onnxPath: string, texts: number, tokens: number): Promise<number> {
  const session = await openSession({ onnxPath, threads: 1, isOptimized: false });
  try {
    const rows = Array.from({ length: texts }, (_, row) =>
      Int32Array.from({ length: tokens }, (_value, column) => 1000 + ((row * 977 + column * 131) % 20_000)),
    );
    const inputs = packTokens(rows, tokens);
    for (let warmUp = 0; warmUp < 3; warmUp++) await session.run(inputs, ["embedding"]);
    const durations: number[] = [];
    const end = performance.now() + 1500;
    while (performance.now() < end || durations.length < 10) {
      const start = performance.now();
      await session.run(inputs, ["embedding"]);
      durations.push(performance.now() - start);
    }
    return durations.toSorted((a, b) => a - b)[Math.floor(durations.length / 10)] as number;
  } finally {
    await session.close();
  }
}

/** The first `size` numbers, brought to length 1. */
export function shorten(vector: Float32Array, size: number): Float32Array {
  const cut = vector.slice(0, size);
  const length = Math.hypot(...cut);
  return cut.map((value) => value / length);
}

/** How busy the machine is, for reports with times in them: processes that want to run, and cores for them. */
export function describeLoad(): string {
  return `load average ${(loadavg()[0] as number).toFixed(1)} on ${availableParallelism()} cores`;
}

/** Cosine of two vectors of any length but 0. */
export function cosine(a: Float32Array, b: Float32Array): number {
  let product = 0;
  let squareA = 0;
  let squareB = 0;
  for (let index = 0; index < a.length; index++) {
    product += (a[index] as number) * (b[index] as number);
    squareA += (a[index] as number) ** 2;
    squareB += (b[index] as number) ** 2;
  }
  return product / Math.sqrt(squareA * squareB);
}
