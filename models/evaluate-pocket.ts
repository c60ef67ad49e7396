/**
 * Measures a committed pocket model and writes models/reports/<name>.{json,md}:
 *   node models/build-minilm.ts <folder of all-MiniLM-L6-v2> <teacher> fp32
 *   node models/build-pocket.ts <name> <folder of all-MiniLM-L6-v2> fp32 <floats>
 *   node models/evaluate-pocket.ts <pocket-minilm | pocket-bge> <stsb-en-dev.csv> <folder made in teacher> <floats>
 * The second command needs the trained student; without the last argument, what eight bits cost is left out.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadPreparedTextModel } from "@repo/engine-onnx/load-prepared-text-model";
import { loadTokenizer } from "@repo/engine-onnx/load-tokenizer";
import { openSession } from "@repo/engine-onnx/session";
import { countVariantTexts } from "./batch-invariance.ts";
import { readFilmSearch, scoreSearch } from "./film-search.ts";
import { parsePocketName, pocketDirectory } from "./pocket-models.ts";
import { type PocketReport, toMarkdown } from "./pocket-report.ts";
import { readReferenceVectors } from "./reference-vectors.ts";
import { readSentencePairs, scorePairs } from "./sts.ts";
import { computeVectors, cosine, describeLoad, measureRunMs, shorten, toTokenIds } from "./text-vectors.ts";

const [given, pairsPath, teacherDirectory, floatDirectory] = process.argv.slice(2);
const name = parsePocketName(given);
if (pairsPath === undefined || teacherDirectory === undefined)
  throw new Error("Give the CSV of STS-B dev and the prepared folder of the teacher.");

const { model: facts, precision, onnxPath, tokenizerPath } = await loadPreparedTextModel(pocketDirectory(name));
const tokenizer = await loadTokenizer(tokenizerPath);
const teacherPath = join(teacherDirectory, "model.onnx");
const tokenize = (texts: readonly string[]): number[][] => texts.map((text) => toTokenIds(tokenizer, text, facts.maxTokens));
/** What the teacher reads of the same texts. */
const cut = (rows: readonly (readonly number[])[]): number[][] =>
  rows.map((ids) => (ids.length <= 256 ? [...ids] : [...ids.slice(0, 255), ids.at(-1) as number]));

const pairs = readSentencePairs(pairsPath);
const sentences = tokenize(pairs.flatMap(({ first, second }) => [first, second]));
const pocket = await computeVectors(onnxPath, sentences);
const teacher = await computeVectors(teacherPath, sentences);

const films = readFilmSearch();
const descriptions = tokenize(films.map(({ description }) => description));
const queries = tokenize(films.map(({ query }) => query));
const vectorsOf = async (path: string, rows: readonly (readonly number[])[]): Promise<Float32Array[]> =>
  (await computeVectors(path, rows)).vectors;
const passages = await vectorsOf(onnxPath, descriptions);
const plain = await vectorsOf(onnxPath, queries);
const { query: prompt } = facts.prompts;
const prompted = prompt === undefined ? undefined : await vectorsOf(onnxPath, tokenize(films.map(({ query }) => prompt + query)));
const teacherSearch = scoreSearch(await vectorsOf(teacherPath, cut(queries)), await vectorsOf(teacherPath, cut(descriptions)));

const reference = readReferenceVectors();
const referenceIds = reference.map(({ ids }) => ids);
const referenceVectors = await vectorsOf(onnxPath, referenceIds);
const round = (value: number): number => Number(value.toFixed(4));
const agreement = (ours: readonly Float32Array[], theirs: readonly Float32Array[]): { mean: number; min: number } => {
  const cosines = ours.map((vector, index) => cosine(vector, theirs[index] as Float32Array));
  return { mean: round(cosines.reduce((sum, value) => sum + value, 0) / cosines.length), min: round(Math.min(...cosines)) };
};
const sizes = [768, 512, 384, 256, 128].filter((size) => size <= facts.dimensions);
const session = await openSession({ onnxPath, threads: 1, isOptimized: false });
const sampled = [...referenceIds.filter((_, index) => index % 3 === 0), sentences.slice(0, 60).flat().slice(0, facts.maxTokens)];
const invariance = await countVariantTexts(session, sampled, facts.maxTokens);
await session.close();

const report: PocketReport = {
  model: facts.id,
  revision: facts.revision,
  precision,
  dimensions: facts.dimensions,
  maxTokens: facts.maxTokens,
  bytes: Object.fromEntries(facts.files.map(({ path, bytes }) => [path, bytes])),
  load: describeLoad(),
  pairs: pairs.length,
  films: films.length,
  teacher: { stsDevSpearman: round(scorePairs(pairs, teacher.vectors)), filmSearch: teacherSearch, medianMs: round(teacher.medianMs) },
  bySize: sizes.map((size) => {
    const cutAll = (vectors: readonly Float32Array[]): Float32Array[] => vectors.map((vector) => shorten(vector, size));
    return {
      dimensions: size,
      stsDevSpearman: round(scorePairs(pairs, cutAll(pocket.vectors))),
      filmSearch: scoreSearch(cutAll(plain), cutAll(passages)),
      ...(prompted && { promptedFilmSearch: scoreSearch(cutAll(prompted), cutAll(passages)) }),
    };
  }),
  ...(prompted && { promptedWithPlainQuery: agreement(prompted, plain) }),
  ...(facts.dimensions === 384 && {
    withTeacher: {
      stsSentences: agreement(pocket.vectors, teacher.vectors),
      referenceTexts: agreement(
        referenceVectors,
        reference.map(({ embedding }) => embedding),
      ),
    },
  }),
  ...(floatDirectory !== undefined && {
    withFloats: {
      stsSentences: agreement(pocket.vectors, await vectorsOf(join(floatDirectory, "model.onnx"), sentences)),
      referenceTexts: agreement(referenceVectors, await vectorsOf(join(floatDirectory, "model.onnx"), referenceIds)),
    },
  }),
  invariance,
  milliseconds: {
    medianStsSentence: round(pocket.medianMs),
    "1x16": round(await measureRunMs(onnxPath, 1, 16)),
    "8x32": round(await measureRunMs(onnxPath, 8, 32)),
    "1x128": round(await measureRunMs(onnxPath, 1, 128)),
    [`1x${facts.maxTokens}`]: round(await measureRunMs(onnxPath, 1, facts.maxTokens)),
  },
};
const reports = fileURLToPath(new URL("reports", import.meta.url));
mkdirSync(reports, { recursive: true });
writeFileSync(join(reports, `${name}.json`), `${JSON.stringify(report, null, 2)}\n`);
writeFileSync(join(reports, `${name}.md`), toMarkdown(report, name));
console.log(JSON.stringify(report));
