import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { CodedError } from "@repo/contracts/coded-error";
import {
  type ActivationRanges,
  makeRandomSequences,
  measureActivationRanges,
  type TappedEncoder,
  tapOutputNames,
} from "./graph/activation-ranges.ts";
import type { BertConfig } from "./graph/bert-config.ts";
import { buildBertGraph, type Encoder } from "./graph/bert-graph.ts";
import type { BertWeights } from "./graph/bert-weights.ts";
import { calibrationTexts } from "./graph/calibration-texts.ts";
import { checkOperators, type PlannedGraph } from "./graph/check-operators.ts";
import { toFloatEncoder } from "./graph/float-encoder.ts";
import { quantiseEncoder } from "./graph/quantise.ts";
import type { TokenTable } from "./graph/token-table.ts";
import { packTokens } from "./pack-tokens.ts";
import { openSession, type Session } from "./session.ts";
import type { Pooling, Precision } from "./text-model.ts";
import type { Tokenizer } from "./tokenizer.ts";
import { readOptimizedOperators, writeOnnx } from "./write-onnx.ts";
import type { TensorData } from "./worker-protocol.ts";

/** Options of {@link prepareOnnx}. */
export interface PrepareOnnxOptions {
  config: BertConfig;
  weights: BertWeights;
  pooling: Pooling;
  precision: Precision;
  /** Of the same model; calibration texts are read with it. */
  tokenizer: Tokenizer;
  /** Longest input the model will be used with. */
  maxTokens: number;
  /** Folder to write model.onnx (and model.onnx.data) into; it must exist. */
  directory: string;
  /** Form of the token table; floats by default. */
  words?: TokenTable;
  /** See quantise.ts; 8 by default. */
  weightBits?: 7 | 8;
  /** True keeps all weights inside model.onnx; by default they lie beside it, where ONNX Runtime maps them. */
  isSelfContained?: boolean;
  signal?: AbortSignal | undefined;
}

/** What {@link prepareOnnx} wrote and checked. */
export interface PreparedOnnx {
  /** Operators of the graph as ONNX Runtime optimised it, by count. */
  operators: Readonly<Record<string, number>>;
  /** Cosine between this model and the same weights in floats over the calibration sequences; 1 for fp32. */
  meanCosine: number;
  minCosine: number;
}

const modelFile = "model.onnx";
/** A wrong graph is far below (a wrong fusion gave 0.36), a good one far above. */
const leastMeanCosine = 0.98;

/**
 * Builds the ONNX form of a BERT encoder, and proves it before anything can serve it: the optimised graph must hold the
 * operators it was planned to hold, and its vectors must be those of the float graph, at the optimisation level that
 * production uses. Blocks its thread for seconds (MiniLM) to a minute (BGE base): a step of a build or of a start-up.
 * @throws CodedError model_unavailable when a check fails; cancelled when `signal` aborts; what the file system throws.
 */
export async function prepareOnnx(options: PrepareOnnxOptions): Promise<PreparedOnnx> {
  const { config, weights, pooling, precision, directory } = options;
  const scratch = await mkdtemp(join(directory, ".building-"));
  try {
    const float = toFloatEncoder(config, weights);
    const written = { directory, file: modelFile, isSelfContained: options.isSelfContained };
    const inspect = async (plan: PlannedGraph): Promise<Record<string, number>> => {
      const operators = await readOptimizedOperators(join(directory, modelFile), scratch);
      checkOperators(operators, plan);
      return operators;
    };
    const shape = { layers: config.layers, hasHead: weights.head !== undefined };
    const floatWith = (words: TokenTable | undefined): Encoder => ({ ...float, words: words ?? float.words });
    if (precision === "fp32") {
      await writeOnnx(buildBertGraph(floatWith(options.words), { pooling }), written);
      return { operators: await inspect({ ...shape, precision }), meanCosine: 1, minCosine: 1 };
    }
    const sequences = toSequences(options);
    await writeOnnx(buildBertGraph(floatWith(options.words), { pooling, taps: true }), { directory: scratch, file: modelFile });
    const { ranges, expected } = await runFloatGraph(join(scratch, modelFile), shape, sequences, options.signal);
    const encoder = quantiseEncoder(config, weights, {
      precision,
      ranges,
      ...(options.words && { words: options.words }),
      ...(options.weightBits && { weightBits: options.weightBits }),
    });
    await writeOnnx(buildBertGraph(encoder, { pooling }), written);
    const operators = await inspect({ ...shape, precision });
    return { operators, ...(await compare(directory, sequences, expected, options.signal)) };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Real texts and random tokens; the second reach further, the first make sure that the usual is among them. */
function toSequences({ tokenizer, config, maxTokens }: PrepareOnnxOptions): number[][] {
  const [first = 0] = tokenizer.prefix;
  const [last = 0] = tokenizer.suffix;
  const texts = calibrationTexts.map((text) => {
    const scan = tokenizer.scan(text);
    while (!scan.advance(text.length + 1));
    return [...tokenizer.prefix, ...scan.ids.slice(0, maxTokens - tokenizer.prefix.length - tokenizer.suffix.length), ...tokenizer.suffix];
  });
  return [...texts, ...makeRandomSequences(config.vocabularySize, first, last).map((ids) => ids.slice(0, maxTokens))];
}

async function runFloatGraph(
  onnxPath: string,
  encoder: TappedEncoder,
  sequences: readonly number[][],
  signal: AbortSignal | undefined,
): Promise<{ ranges: ActivationRanges; expected: Float32Array[] }> {
  const session = await openSession({ onnxPath, threads: 1, isOptimized: false });
  const expected: Float32Array[] = [];
  const names = [...tapOutputNames(encoder), "embedding"];
  try {
    const ranges = await measureActivationRanges(encoder, sequences, async (ids) => {
      const outputs = await runOne(session, ids, names, signal);
      expected.push(outputs["embedding"] as Float32Array);
      return outputs;
    });
    return { ranges, expected };
  } finally {
    await session.close();
  }
}

async function compare(
  directory: string,
  sequences: readonly number[][],
  expected: readonly Float32Array[],
  signal: AbortSignal | undefined,
): Promise<{ meanCosine: number; minCosine: number }> {
  const session = await openSession({ onnxPath: join(directory, modelFile), threads: 1, isOptimized: false });
  try {
    const cosines: number[] = [];
    for (const [index, ids] of sequences.entries()) {
      const { embedding } = await runOne(session, ids, ["embedding"], signal);
      const reference = expected[index] as Float32Array;
      cosines.push((embedding as Float32Array).reduce((sum, value, position) => sum + value * (reference[position] as number), 0));
    }
    const meanCosine = cosines.reduce((sum, value) => sum + value, 0) / cosines.length;
    if (!(meanCosine >= leastMeanCosine)) {
      throw new CodedError(
        "model_unavailable",
        `The eight-bit model differs too much from the float one (mean cosine ${meanCosine.toFixed(4)}, at least ${leastMeanCosine} is needed); use precision fp32.`,
      );
    }
    return { meanCosine, minCosine: Math.min(...cosines) };
  } finally {
    await session.close();
  }
}

async function runOne(
  session: Session,
  ids: readonly number[],
  fetches: readonly string[],
  signal: AbortSignal | undefined,
): Promise<Record<string, Float32Array>> {
  if (signal?.aborted) throw new CodedError("cancelled", "The preparation of the model was cancelled.");
  const outputs = await session.run(packTokens([Int32Array.from(ids)], ids.length), fetches);
  return Object.fromEntries(fetches.map((name) => [name, ((outputs[name] as TensorData).data as Float32Array).slice()]));
}
