/**
 * Compares decoders written by this project with transformers, on random weights in the true architectures, and drives them
 * as they are served: rewritten graph, keys and values in own buffers, prompts in pieces, several texts in one run. Writes
 * models/reports/llm-parity.{json,md}:
 *   node models/llm-parity.ts <folder>
 * models/reference/make_llm_reference.py makes the folder first.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseDecoderConfig } from "@repo/engine-onnx/graph/decoder-config";
import { buildDecoderGraph } from "@repo/engine-onnx/graph/decoder-graph";
import type { DecoderPrecision } from "@repo/engine-onnx/graph/decoder-linear";
import { Safetensors } from "@repo/engine-onnx/graph/safetensors";
import { createDecoderRows, type DecoderRows } from "@repo/engine-onnx/language-model/decoder-rows";
import { prepareDecoder } from "@repo/engine-onnx/language-model/prepare-decoder";
import { openSession } from "@repo/engine-onnx/session";
import { writeOnnx } from "@repo/engine-onnx/write-onnx";
import { listLlmFailures, type LlmParityReport, type LlmParityRow, toLlmMarkdown } from "./llm-parity-report.ts";

const [source] = process.argv.slice(2);
if (source === undefined) throw new Error("Give the folder that models/reference/make_llm_reference.py has filled.");

interface Reference {
  name: string;
  prompt: number[];
  logits: { place: number; values: string }[];
  greedy: number[];
}

const scratch = mkdtempSync(join(tmpdir(), "outpost-llm-parity-"));
const report: LlmParityReport = { rows: [] };
try {
  for (const [index, name] of readdirSync(source).toSorted().toReversed().entries()) {
    const forms: { precision: DecoderPrecision; hasOwnRotary: boolean }[] = [
      { precision: "fp32", hasOwnRotary: false },
      { precision: "fp32", hasOwnRotary: true },
    ];
    // Eight and four bits say something of the arithmetic, not of the architecture: once is enough.
    if (index === 0) forms.push({ precision: "int8", hasOwnRotary: false }, { precision: "q4", hasOwnRotary: false });
    for (const form of forms) {
      report.rows.push(await compare(join(source, name), form));
      console.log(JSON.stringify(report.rows.at(-1)));
    }
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
writeFileSync(join(import.meta.dirname, "reports/llm-parity.json"), `${JSON.stringify(report, null, 2)}\n`);
writeFileSync(join(import.meta.dirname, "reports/llm-parity.md"), toLlmMarkdown(report));
const failures = listLlmFailures(report);
console.log(failures.length === 0 ? "Every bound holds." : failures.join("\n"));
process.exitCode = failures.length === 0 ? 0 : 1;

async function compare(
  folder: string,
  { precision, hasOwnRotary }: { precision: DecoderPrecision; hasOwnRotary: boolean },
): Promise<LlmParityRow> {
  const reference = JSON.parse(readFileSync(join(folder, "reference.json"), "utf8")) as Reference;
  const config = parseDecoderConfig(readFileSync(join(folder, "config.json"), "utf8"));
  const tensors = Safetensors.open(join(folder, "model.safetensors"));
  const directory = mkdtempSync(join(scratch, "model-"));
  await writeOnnx(buildDecoderGraph(config, tensors, { precision, hasOwnRotary, maxPositions: 1024 }), { directory, file: "model.onnx" });
  const prepared = await prepareDecoder(join(directory, "model.onnx"), join(directory, "cache"));
  const session = await openSession({ onnxPath: prepared.onnxPath, threads: 1, isOptimized: false });
  const rows = createDecoderRows({ session, ...prepared });
  const result: LlmParityRow = {
    name: reference.name,
    precision,
    rotation: hasOwnRotary ? "own nodes" : "in attention",
    layers: config.layers.length,
    hiddenSize: config.hiddenSize,
    heads: `${config.heads}/${config.kvHeads} x ${config.headSize}`,
    promptTokens: reference.prompt.length,
    ...(await compareLogits(rows, reference)),
    sameGreedyTokens: countSame(await writeGreedy(rows, reference), reference.greedy),
    greedyTokens: reference.greedy.length,
    sameInBatch: await compareBatch(rows, reference),
  };
  await session.close();
  rmSync(directory, { recursive: true, force: true });
  return result;
}

/** Logits behind single places of the prompt, each read as the end of a piece. */
async function compareLogits(rows: DecoderRows, { prompt, logits }: Reference): Promise<{ maxDifference: number; spread: number }> {
  rows.reserve(1, prompt.length + 1);
  let maxDifference = 0;
  let spread = 0;
  let length = 0;
  for (const { place, values } of logits) {
    const expected = new Float32Array(Uint8Array.from(Buffer.from(values, "base64")).buffer);
    const [actual] = await rows.run({ first: 0, lengths: [length], tokens: prompt.slice(length, place + 1) });
    length = place + 1;
    for (const [index, value] of expected.entries()) {
      maxDifference = Math.max(maxDifference, Math.abs(value - (actual?.[index] ?? Number.NaN)));
      spread = Math.max(spread, Math.abs(value));
    }
  }
  return { maxDifference: Number(maxDifference.toPrecision(3)), spread: Number(spread.toPrecision(3)) };
}

/** The likeliest token, again and again; the prompt is read in pieces of 64. */
async function writeGreedy(rows: DecoderRows, { prompt, greedy }: Reference): Promise<number[]> {
  rows.reserve(1, prompt.length + greedy.length);
  let logits: Float32Array | undefined;
  for (let from = 0; from < prompt.length; from += 64)
    [logits] = await rows.run({ first: 0, lengths: [from], tokens: prompt.slice(from, from + 64) });
  const written: number[] = [];
  while (written.length < greedy.length) {
    written.push(indexOfLargest(logits as Float32Array));
    [logits] = await rows.run({ first: 0, lengths: [prompt.length + written.length - 1], tokens: written.slice(-1) });
  }
  return written;
}

/** Whether three rows of different lengths, continued together, give the tokens that each gives alone. */
async function compareBatch(rows: DecoderRows, { prompt }: Reference): Promise<boolean> {
  const lengths = [prompt.length - 1, Math.floor(prompt.length / 2), 5];
  rows.reserve(lengths.length, prompt.length + 1);
  const alone: number[] = [];
  for (const [row, length] of lengths.entries()) {
    await rows.run({ first: row, lengths: [0], tokens: prompt.slice(0, length) });
    const [logits] = await rows.run({ first: row, lengths: [length], tokens: [prompt[length] as number] });
    alone.push(indexOfLargest(logits as Float32Array));
  }
  const together = await rows.run({ first: 0, lengths, tokens: lengths.map((length) => prompt[length] as number) });
  return together.map(indexOfLargest).join() === alone.join();
}

function countSame(actual: readonly number[], expected: readonly number[]): number {
  const different = actual.findIndex((token, index) => token !== expected[index]);
  return different === -1 ? actual.length : different;
}

function indexOfLargest(values: Float32Array): number {
  let best = 0;
  for (const [index, value] of values.entries()) if (value > (values[best] as number)) best = index;
  return best;
}
