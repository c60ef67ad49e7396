/**
 * Compares the prepared forms of a SigLIP model with transformers, and measures what they cost. Writes
 * models/reports/siglip-parity.{json,md}:
 *   node models/siglip-parity.ts <folder of the weights> [fp32,int8-row,int8-static] [--keep <folder for what is prepared>]
 * models/reference/make_siglip_reference.py makes the folder's reference.json and pixels.f32 first (and, with --random,
 * weights). With so400m this takes 15 GB of disk and, on two cores, half an hour.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { countCores, readCpuFlags } from "@repo/engine-onnx/cpu";
import { parseSiglipConfig } from "@repo/engine-onnx/graph/siglip-config";
import { loadTokenizer } from "@repo/engine-onnx/load-tokenizer";
import { openSession, type Session } from "@repo/engine-onnx/session";
import type { Precision } from "@repo/engine-onnx/text-model";
import { describeLocalVisualModel } from "@repo/engine-onnx/visual-model/describe-local-visual-model";
import { encodeVisualText, packVisualTexts } from "@repo/engine-onnx/visual-model/encode-visual-text";
import { prepareVisualModel } from "@repo/engine-onnx/visual-model/prepare-visual-model";
import type { PreparedVisualModel } from "@repo/engine-onnx/visual-model/visual-model";
import type { TensorData } from "@repo/engine-onnx/worker-protocol";
import { fullModel } from "@repo/siglip-embed/model";
import {
  listSiglipFailures,
  type SiglipParityReport,
  type SiglipParityRow,
  type TowerParity,
  toSiglipMarkdown,
} from "./siglip-parity-report.ts";
import { cosine, describeLoad } from "./text-vectors.ts";

const { values: options, positionals } = parseArgs({ allowPositionals: true, options: { keep: { type: "string" } } });
const [source, precisions = "fp32,int8-row,int8-static"] = positionals;
if (source === undefined) throw new Error("Give the folder of the weights.");

const config = parseSiglipConfig(readFileSync(join(source, "config.json"), "utf8"));
const size = config.vision.imageSize;
const facts = await describeLocalVisualModel(source, fullModel);
const isTrained = facts === fullModel;
const reference = readReference(source);
const load = describeLoad();
const scratch = options.keep ?? mkdtempSync(join(tmpdir(), "outpost-siglip-parity-"));
try {
  const tokenizer = await loadTokenizer(join(source, "tokenizer.json"));
  const rows = reference.texts.map(({ text }) => encodeVisualText(tokenizer, text, facts.text).ids);
  const padded = rows.map((ids) => [...ids, ...Array<number>(facts.text.length - ids.length).fill(facts.text.padId)]);
  const sameIds = reference.texts.filter(({ ids }, index) => ids.join() === padded[index]?.join()).length;
  const report: SiglipParityReport = {
    model: facts.id,
    revision: facts.revision,
    isTrained,
    layers: config.vision.layers,
    images: reference.images.length,
    texts: reference.texts.length,
    textsWithIdenticalTokenIds: sameIds,
    cores: countCores(),
    cpuFlags: readCpuFlags(),
    load,
    precisions: [],
  };
  for (const precision of precisions.split(",") as Precision[]) {
    report.precisions.push(await measure(precision, padded));
    console.log(JSON.stringify(report.precisions.at(-1)));
  }
  const reports = join(import.meta.dirname, "reports");
  writeFileSync(join(reports, "siglip-parity.json"), `${JSON.stringify(report, null, 2)}\n`);
  writeFileSync(join(reports, "siglip-parity.md"), toSiglipMarkdown(report));
  const failures = listSiglipFailures(report);
  console.log(failures.length === 0 ? "Every bound holds." : failures.join("\n"));
  process.exitCode = failures.length === 0 ? 0 : 1;
} finally {
  if (options.keep === undefined) rmSync(scratch, { recursive: true, force: true });
}

async function measure(precision: Precision, texts: readonly (readonly number[])[]): Promise<SiglipParityRow> {
  const start = performance.now();
  const prepared = await prepareVisualModel({ model: facts, precision, directory: scratch, sourceDirectory: source as string });
  const prepareSeconds = Math.round((performance.now() - start) / 1000);
  const prepareMegabytes = Math.round(process.resourceUsage().maxRSS / 1024);
  const sizeOf = (tower: string): number =>
    prepared.files.filter(({ path }) => path.startsWith(`${tower}.onnx`)).reduce((sum, file) => sum + file.bytes, 0);
  const vision = await measureTower(prepared, "vision", {
    feeds: reference.pixels.map((pixels) => ({ pixel_values: toPixels([pixels]) })),
    batches: [
      [0, 1],
      [0, 1, 2],
    ].map((rows) => ({ rows, feed: { pixel_values: toPixels(rows.map((row) => reference.pixels[row] as Float32Array)) } })),
    expected: reference.images,
  });
  const text = await measureTower(prepared, "text", {
    feeds: texts.map((ids) => packVisualTexts([ids], facts.text)),
    batches: [2, 3, 8].map((count) => {
      const rows = Array.from({ length: count }, (_, index) => index);
      return {
        rows,
        feed: packVisualTexts(
          rows.map((row) => texts[row] as number[]),
          facts.text,
        ),
      };
    }),
    expected: reference.texts.map(({ embedding }) => embedding),
  });
  return {
    precision,
    prepareSeconds,
    prepareMegabytes,
    vision: { ...vision, bytes: sizeOf("vision") },
    text: { ...text, bytes: sizeOf("text") },
  };
}

interface TowerSamples {
  feeds: readonly Record<string, TensorData>[];
  /** Samples that are computed together, by their places in `feeds`. */
  batches: readonly { rows: readonly number[]; feed: Record<string, TensorData> }[];
  expected: readonly Float32Array[];
}

async function measureTower(
  prepared: PreparedVisualModel,
  tower: "vision" | "text",
  { feeds, batches, expected }: TowerSamples,
): Promise<Omit<TowerParity, "bytes">> {
  const onnxPath = tower === "vision" ? prepared.visionPath : prepared.textPath;
  const output = tower === "vision" ? "image_embeds" : "text_embeds";
  const run = async (session: Session, feed: Record<string, TensorData>): Promise<Float32Array> =>
    ((await session.run(feed, [output]))[output] as TensorData).data as Float32Array;
  const vectors: Float32Array[] = [];
  const durations: number[] = [];
  const invariance = { comparisons: 0, different: 0 };
  const compare = (vector: Float32Array, row: number): void => {
    invariance.comparisons += 1;
    if (!Buffer.from(vector.slice().buffer).equals(Buffer.from((vectors[row] as Float32Array).buffer))) invariance.different += 1;
  };
  let session = await openSession({ onnxPath, threads: countCores(), isOptimized: false });
  await run(session, feeds[0] as Record<string, TensorData>);
  for (const feed of feeds) {
    const start = performance.now();
    const vector = await run(session, feed);
    durations.push(performance.now() - start);
    vectors.push(vector.slice());
  }
  for (const { rows, feed } of batches) {
    const together = await run(session, feed);
    for (const [index, row] of rows.entries())
      compare(together.subarray(index * prepared.dimensions, (index + 1) * prepared.dimensions), row);
  }
  await session.close();
  session = await openSession({ onnxPath, threads: 1, isOptimized: false });
  const single: number[] = [];
  for (const [row, feed] of feeds.slice(0, 2).entries()) {
    const start = performance.now();
    compare(await run(session, feed), row);
    single.push(performance.now() - start);
  }
  await session.close();
  const cosines = vectors.map((vector, index) => cosine(vector, expected[index] as Float32Array));
  return {
    meanCosine: Number((cosines.reduce((sum, value) => sum + value, 0) / cosines.length).toFixed(6)),
    minCosine: Number(Math.min(...cosines).toFixed(6)),
    invariance,
    milliseconds: { oneThread: Math.round(Math.min(...single)), allCores: Math.round(Math.min(...durations)) },
  };
}

function toPixels(rows: readonly Float32Array[]): TensorData {
  const data = new Float32Array(rows.length * 3 * size * size);
  for (const [row, pixels] of rows.entries()) data.set(pixels, row * pixels.length);
  return { type: "float32", data, dims: [rows.length, 3, size, size] };
}

interface Reference {
  texts: { text: string; ids: number[]; embedding: Float32Array }[];
  images: Float32Array[];
  pixels: Float32Array[];
}

function readReference(folder: string): Reference {
  const { texts, images } = JSON.parse(readFileSync(join(folder, "reference.json"), "utf8")) as {
    texts: { text: string; ids: number[]; embedding: string }[];
    images: string[];
  };
  const toFloats = (bytes: Buffer): Float32Array => new Float32Array(Uint8Array.from(bytes).buffer);
  const pixels = toFloats(readFileSync(join(folder, "pixels.f32")));
  const length = 3 * size * size;
  return {
    texts: texts.map(({ embedding, ...rest }) => ({ ...rest, embedding: toFloats(Buffer.from(embedding, "base64")) })),
    images: images.map((image) => toFloats(Buffer.from(image, "base64"))),
    pixels: images.map((_, index) => pixels.subarray(index * length, (index + 1) * length)),
  };
}
