import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { packTokens } from "./pack-tokens.ts";
import { loadPreparedTextModel } from "./load-prepared-text-model.ts";
import { openSession, type Session } from "./session.ts";
import type { PreparedTextModel } from "./text-model.ts";
import { loadTokenizer } from "./load-tokenizer.ts";
import type { Tokenizer } from "./tokenizer.ts";
import type { TensorData } from "./worker-protocol.ts";

const directory = fileURLToPath(new URL("../../../models/pocket-minilm", import.meta.url));
let prepared: PreparedTextModel;
let tokenizer: Tokenizer;
let session: Session;

beforeAll(async () => {
  prepared = await loadPreparedTextModel(directory);
  tokenizer = await loadTokenizer(prepared.tokenizerPath);
  session = await openSession({ onnxPath: prepared.onnxPath, threads: 1, isOptimized: false });
});

afterAll(() => session.close());

function toRow(text: string): Int32Array {
  const scan = tokenizer.scan(text);
  while (!scan.advance(text.length + 1));
  return Int32Array.from([...tokenizer.prefix, ...scan.ids, ...tokenizer.suffix]);
}

async function embed(rows: Int32Array[], width = Math.max(...rows.map((row) => row.length))): Promise<Float32Array[]> {
  const outputs = await session.run(packTokens(rows, width), ["embedding"]);
  const { data } = outputs["embedding"] as TensorData;
  return rows.map((_, row) => (data as Float32Array).slice(row * 384, (row + 1) * 384));
}

function dot(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, index) => sum + value * (b[index] as number), 0);
}

test("the committed pocket model is whole, small and what its facts say", () => {
  expect(prepared.files.map(({ state }) => state)).toEqual(["ok", "ok"]);
  expect(prepared.files.find(({ path }) => path === "model.onnx")?.bytes).toBeLessThanOrEqual(16_000_000);
  expect(prepared.model).toMatchObject({ id: "outpost/pocket-minilm", dimensions: 384, maxTokens: 256 });
  expect(prepared.model.files[0]?.sha256.startsWith(prepared.model.revision)).toBe(true);
});

test("texts that mean the same lie closer than texts that do not", async () => {
  const [a, b, c] = (await embed(
    ["A man is playing a guitar.", "Someone plays music on a guitar.", "The stock market fell sharply."].map(toRow),
  )) as [Float32Array, Float32Array, Float32Array];
  expect(dot(a, a)).toBeCloseTo(1, 5);
  expect(dot(a, b)).toBeGreaterThan(0.6);
  expect(dot(a, c)).toBeLessThan(0.2);
});

test("every length gives the same bytes alone, padded and beside others", async () => {
  const rows = Array.from({ length: 255 }, (_, index) =>
    Int32Array.from({ length: index + 2 }, (_value, token) => 999 + ((token * 131 + index * 977) % 29_000)),
  );
  const alone: Float32Array[] = [];
  for (const row of rows) alone.push(...(await embed([row])));
  for (const [index, row] of rows.entries()) {
    const width = Math.min(256, row.length + [1, 2, 5, 16, 31][index % 5]!);
    expect(await embed([row], width), `${row.length} tokens padded to ${width}`).toEqual([alone[index]]);
  }
  for (let first = 0; first + 60 < 200; first += 7) {
    const picked = [first, first + 3, first + 31, first + 60];
    expect(await embed(picked.map((index) => rows[index] as Int32Array)), `rows ${picked.join(", ")}`).toEqual(
      picked.map((index) => alone[index]),
    );
  }
});
