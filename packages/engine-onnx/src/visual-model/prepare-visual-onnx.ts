import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { CodedError } from "@repo/contracts/coded-error";
import { countCores } from "../cpu.ts";
import { type ActivationRanges, makeRandomSequences, measureActivationRanges, tapOutputNames } from "../graph/activation-ranges.ts";
import { calibrationTexts } from "../graph/calibration-texts.ts";
import type { OnnxModelBuilder } from "../graph/onnx-model.ts";
import type { Safetensors } from "../graph/safetensors.ts";
import { checkSiglipOperators } from "../graph/siglip-operators.ts";
import type { SiglipConfig, SiglipTower } from "../graph/siglip-config.ts";
import { buildTextGraph, buildVisionGraph } from "../graph/siglip-graph.ts";
import type { SiglipLayer } from "../graph/siglip-layers.ts";
import { quantiseSiglipLayer, toFloatSiglipLayer } from "../graph/siglip-quantise.ts";
import { readSiglipLayer, readTextEnds, readVisionEnds, type TowerName } from "../graph/siglip-weights.ts";
import { toInt8Table } from "../graph/token-table.ts";
import { openSession, type Session } from "../session.ts";
import type { Precision } from "../text-model.ts";
import type { Tokenizer } from "../tokenizer.ts";
import type { TensorData } from "../worker-protocol.ts";
import { readOptimizedOperators, writeOnnx } from "../write-onnx.ts";
import { makeCalibrationImages } from "./calibration-images.ts";
import { encodeVisualText, packVisualTexts } from "./encode-visual-text.ts";
import { visualFiles } from "./load-prepared-visual-model.ts";
import type { VisualImageFacts, VisualTextFacts } from "./visual-model.ts";

/** Options of {@link prepareVisualOnnx}. */
export interface PrepareVisualOnnxOptions {
  config: SiglipConfig;
  tensors: Safetensors;
  precision: Precision;
  image: VisualImageFacts;
  text: VisualTextFacts;
  /** Of the same model; calibration texts are read with it. */
  tokenizer: Tokenizer;
  /** Folder to write both models into; it must exist. */
  directory: string;
  /** See quantise.ts; 8 by default. */
  weightBits?: 7 | 8;
  signal?: AbortSignal | undefined;
}

/** What was written for one tower, and checked. */
export interface PreparedTower {
  /** Operators of the graph as ONNX Runtime optimised it, by count. */
  operators: Readonly<Record<string, number>>;
  /** Cosine between this model and the same weights in floats over the calibration samples; 1 for fp32. */
  meanCosine: number;
  minCosine: number;
}

/** Products from this width on are shared by all cores; narrower ones lose more by waiting for each other. */
const leastSharedWidth = 512;
/** A wrong graph is far below, a good one far above; the same bound as prepare-onnx.ts. */
const leastMeanCosine = 0.98;

/**
 * Builds the ONNX forms of both towers, and proves them before anything can serve them: the optimised graphs must hold the
 * operators that were planned, and eight-bit vectors must be those of the float graph, at the optimisation level that
 * production uses. Layers are read from disk as they are written. Blocks its thread, for minutes with so400m.
 * @throws CodedError model_unavailable when a check fails; cancelled when `signal` aborts; what the file system throws.
 */
export async function prepareVisualOnnx(options: PrepareVisualOnnxOptions): Promise<{ vision: PreparedTower; text: PreparedTower }> {
  return { vision: await prepareTower(toVisionPlan(options), options), text: await prepareTower(toTextPlan(options), options) };
}

/** What differs between the towers. */
interface TowerPlan {
  tensorsOf: TowerName;
  file: string;
  output: string;
  tower: SiglipTower;
  samples(): Iterable<Record<string, TensorData>>;
  build(layers: Iterable<SiglipLayer>, taps: boolean): OnnxModelBuilder;
}

function toVisionPlan({ config, tensors, image }: PrepareVisualOnnxOptions): TowerPlan {
  return {
    tensorsOf: "vision_model",
    file: visualFiles.vision,
    output: "image_embeds",
    tower: config.vision,
    *samples() {
      const dims = [1, 3, image.size, image.size];
      for (const data of makeCalibrationImages(image)) yield { pixel_values: { type: "float32", data, dims } };
    },
    build: (layers, taps) => buildVisionGraph(config, { ...readVisionEnds(tensors, config), layers }, { taps }),
  };
}

function toTextPlan({ config, tensors, precision, text, tokenizer }: PrepareVisualOnnxOptions): TowerPlan {
  return {
    tensorsOf: "text_model",
    file: visualFiles.text,
    output: "text_embeds",
    tower: config.text,
    *samples() {
      const [first = text.padId] = tokenizer.prefix;
      const [last = text.padId] = tokenizer.suffix;
      const random = makeRandomSequences(config.text.vocabularySize, first, last).filter((_, index) => index % 3 === 0);
      const real = calibrationTexts.map((each) => encodeVisualText(tokenizer, each, text).ids).filter((_, index) => index % 2 === 0);
      for (const ids of [...real, ...random]) yield packVisualTexts([ids], text);
    },
    build(layers, taps) {
      const ends = readTextEnds(tensors, config);
      // Half of the tower is this table; eight bits a value cost no measurable quality and a quarter of the memory.
      const words =
        precision === "fp32" ? ({ kind: "float32", values: ends.words } as const) : toInt8Table(ends.words, config.text.hiddenSize);
      return buildTextGraph(config, { ...ends, words, layers }, { taps });
    },
  };
}

async function prepareTower(plan: TowerPlan, options: PrepareVisualOnnxOptions): Promise<PreparedTower> {
  const { tensors, precision, directory, weightBits = 8, signal } = options;
  const { tower, tensorsOf, file } = plan;
  const threads = tower.hiddenSize >= leastSharedWidth ? countCores() : 1;
  const scratch = await mkdtemp(join(directory, ".building-"));
  const layersWith = function* (convert: (index: number) => SiglipLayer): Generator<SiglipLayer> {
    for (let index = 0; index < tower.layers; index++) {
      if (signal?.aborted) throw cancelled();
      yield convert(index);
    }
  };
  const read = (index: number) => readSiglipLayer(tensors, tower, { tower: tensorsOf, index });
  const floats = layersWith((index) => toFloatSiglipLayer(read(index)));
  const inspect = async (): Promise<Record<string, number>> => {
    const operators = await readOptimizedOperators(join(directory, file), scratch);
    checkSiglipOperators(operators, { layers: tower.layers, tower: tensorsOf, precision });
    return operators;
  };
  try {
    if (precision === "fp32") {
      await writeOnnx(plan.build(floats, false), { directory, file });
      return { operators: await inspect(), meanCosine: 1, minCosine: 1 };
    }
    await writeOnnx(plan.build(floats, true), { directory: scratch, file });
    const { ranges, expected } = await measure(join(scratch, file), plan, { threads, signal });
    await rm(join(scratch, `${file}.data`), { force: true });
    const quantised = layersWith((index) =>
      quantiseSiglipLayer(read(index), {
        precision,
        weightBits,
        ranges: ranges.layers[index] as ActivationRanges["layers"][number],
      }),
    );
    await writeOnnx(plan.build(quantised, false), { directory, file });
    const operators = await inspect();
    return { operators, ...(await compare(join(directory, file), plan, { threads, signal, expected })) };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

interface RunOptions {
  threads: number;
  signal: AbortSignal | undefined;
}

async function measure(
  onnxPath: string,
  plan: TowerPlan,
  { threads, signal }: RunOptions,
): Promise<{ ranges: ActivationRanges; expected: Float32Array[] }> {
  const encoder = { layers: plan.tower.layers, hasHead: false };
  const names = [...tapOutputNames(encoder), plan.output];
  const expected: Float32Array[] = [];
  const session = await openSession({ onnxPath, threads, isOptimized: false });
  try {
    const ranges = await measureActivationRanges(encoder, plan.samples(), async (sample) => {
      const outputs = await runOne(session, sample, { names, signal });
      expected.push(outputs[plan.output] as Float32Array);
      return outputs;
    });
    return { ranges, expected };
  } finally {
    await session.close();
  }
}

async function compare(
  onnxPath: string,
  plan: TowerPlan,
  { threads, signal, expected }: RunOptions & { expected: readonly Float32Array[] },
): Promise<{ meanCosine: number; minCosine: number }> {
  const session = await openSession({ onnxPath, threads, isOptimized: false });
  try {
    const cosines: number[] = [];
    for (const sample of plan.samples()) {
      const vector = (await runOne(session, sample, { names: [plan.output], signal }))[plan.output] as Float32Array;
      const reference = expected[cosines.length] as Float32Array;
      cosines.push(vector.reduce((sum, value, index) => sum + value * (reference[index] as number), 0));
    }
    const meanCosine = cosines.reduce((sum, value) => sum + value, 0) / cosines.length;
    if (!(meanCosine >= leastMeanCosine)) {
      throw new CodedError(
        "model_unavailable",
        `The eight-bit ${plan.file} differs too much from the float one (mean cosine ${meanCosine.toFixed(4)}, at least ${leastMeanCosine} is needed); use precision fp32.`,
      );
    }
    return { meanCosine, minCosine: Math.min(...cosines) };
  } finally {
    await session.close();
  }
}

async function runOne(
  session: Session,
  sample: Record<string, TensorData>,
  { names, signal }: { names: readonly string[]; signal: AbortSignal | undefined },
): Promise<Record<string, Float32Array>> {
  if (signal?.aborted) throw cancelled();
  const outputs = await session.run(sample, names);
  return Object.fromEntries(names.map((name) => [name, ((outputs[name] as TensorData).data as Float32Array).slice()]));
}

function cancelled(): CodedError {
  return new CodedError("cancelled", "The preparation of the model was cancelled.");
}
