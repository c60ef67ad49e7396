/**
 * Compares the prepared forms of a full model with its reference implementation, and measures what serving them costs.
 * Writes models/reports/<name>-parity.{json,md}:
 *   node models/parity.ts <minilm | bge> <folder of the weights> [stsb-en-dev.csv]
 * For bge, models/reference/make_bge_reference.py makes the folder's reference.json first (and, with --random, weights).
 */
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { openCachedModel } from "@repo/engine-onnx/optimized-model";
import { packTokens } from "@repo/engine-onnx/pack-tokens";
import { prepareTextModel } from "@repo/engine-onnx/prepare-text-model";
import { openSession, type Session } from "@repo/engine-onnx/session";
import type { PreparedTextModel, Precision } from "@repo/engine-onnx/text-model";
import { loadTokenizer } from "@repo/engine-onnx/load-tokenizer";
import { countVariantTexts, type InvarianceResult } from "./batch-invariance.ts";
import { readFullModel } from "./full-models.ts";
import type { ServingCost } from "./measure-serving.ts";
import { listFailures, type ParityReport, type ParityRow, toMarkdown } from "./parity-report.ts";
import { readSentencePairs, scorePairs } from "./sts.ts";
import { computeVectors, cosine, describeLoad, measureRunMs, toTokenIds } from "./text-vectors.ts";

const [name, source, pairsPath] = process.argv.slice(2);
if (source === undefined)
  throw new Error("Give minilm or bge, the folder of the weights and, where they are trained, the CSV of STS-B dev.");

const { facts, reference, isTrained } = await readFullModel(name, source);
const pairs = pairsPath === undefined || !isTrained ? [] : readSentencePairs(pairsPath);
const load = describeLoad();
const scratch = mkdtempSync(join(tmpdir(), "outpost-parity-"));
try {
  const tokenizer = await loadTokenizer(join(source, "tokenizer.json"));
  const sameIds = reference.filter(({ text, ids }) => toTokenIds(tokenizer, text, facts.maxTokens).join() === ids.join()).length;
  const sentences = pairs.flatMap(({ first, second }) => [first, second]).map((text) => toTokenIds(tokenizer, text, facts.maxTokens));
  const rows: ParityRow[] = [];
  for (const precision of ["fp32", "int8-row", "int8-static"] as const) {
    rows.push(await measure(precision, sentences));
    console.log(JSON.stringify(rows.at(-1)));
  }
  const report: ParityReport = {
    model: facts.id,
    revision: facts.revision,
    isTrained,
    referenceTexts: reference.length,
    longestReferenceTokens: Math.max(...reference.map(({ ids }) => ids.length)),
    textsWithIdenticalTokenIds: sameIds,
    load,
    pairs: pairs.length,
    precisions: rows,
  };
  const reports = fileURLToPath(new URL("reports", import.meta.url));
  mkdirSync(reports, { recursive: true });
  writeFileSync(join(reports, `${name}-parity.json`), `${JSON.stringify(report, null, 2)}\n`);
  writeFileSync(join(reports, `${name}-parity.md`), toMarkdown(report, name as string));
  const failures = listFailures(report);
  console.log(failures.length === 0 ? "Every bound holds." : failures.join("\n"));
  process.exitCode = failures.length === 0 ? 0 : 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

async function measure(precision: Precision, sentences: readonly (readonly number[])[]): Promise<ParityRow> {
  const start = performance.now();
  const prepared = await prepareTextModel({ model: facts, precision, directory: scratch, sourceDirectory: source as string });
  const prepareSeconds = round((performance.now() - start) / 1000, 1);
  const prepareMegabytes = Math.round(process.resourceUsage().maxRSS / 1024);
  const { onnxPath, files } = prepared;
  const { vectors } = await computeVectors(
    onnxPath,
    reference.map(({ ids }) => ids),
  );
  const cosines = vectors.map((vector, index) => cosine(vector, reference[index]?.embedding as Float32Array));
  return {
    precision,
    meanCosine: round(cosines.reduce((sum, value) => sum + value, 0) / cosines.length, 6),
    minCosine: round(Math.min(...cosines), 6),
    ...(pairs.length > 0 && { stsDevSpearman: round(scorePairs(pairs, (await computeVectors(onnxPath, sentences)).vectors), 4) }),
    bytes: files.filter(({ path }) => path.startsWith("model.onnx")).reduce((sum, file) => sum + file.bytes, 0),
    prepareSeconds,
    prepareMegabytes,
    milliseconds: {
      "1x16": round(await measureRunMs(onnxPath, 1, 16), 2),
      "8x32": round(await measureRunMs(onnxPath, 8, 32), 2),
      "1x128": round(await measureRunMs(onnxPath, 1, 128), 2),
    },
    ...(await measureServing(prepared)),
  };
}

/** Invariance in both forms that production serves, then the cost without and with the file of the optimised model. */
async function measureServing(prepared: PreparedTextModel): Promise<Pick<ParityRow, "invariance" | "fresh" | "cached">> {
  const prepack = join(scratch, `prepacked-${prepared.precision}`);
  const { onnxPath } = prepared;
  const probe = { feeds: packTokens([Int32Array.of(1, 2)], 2), fetches: ["embedding", "norm"] };
  const invariance = {
    asBuilt: await count(await openSession({ onnxPath, threads: 1, isOptimized: false })),
    optimizedFile: await count((await openCachedModel({ onnxPath, threads: 1, probe, cacheDirectory: prepack }, true)).session),
  };
  await runServing(prepared.directory, prepack);
  return { invariance, fresh: await runServing(prepared.directory), cached: await runServing(prepared.directory, prepack) };
}

async function count(session: Session): Promise<InvarianceResult> {
  const ordinary = reference.map(({ ids }) => ids).filter(({ length }) => length <= 64);
  const long = Array.from({ length: facts.maxTokens }, (_, index) => 1000 + ((index * 131) % 20_000));
  try {
    return await countVariantTexts(session, [...ordinary.filter((_, index) => index % 6 === 0), long.slice(0, -37), long], facts.maxTokens);
  } finally {
    await session.close();
  }
}

/** A process of its own, so that nothing of this one is counted. */
async function runServing(directory: string, ...prepack: string[]): Promise<ServingCost> {
  const program = fileURLToPath(new URL("measure-serving.ts", import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [program, directory, "2", ...prepack]);
  return JSON.parse(stdout) as ServingCost;
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
