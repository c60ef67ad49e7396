/**
 * Measures the committed pocket model and writes models/reports/pocket-minilm.{json,md}:
 *   node models/evaluate-pocket-minilm.ts <stsb-en-dev.csv> <folder of all-MiniLM-L6-v2 prepared by build-minilm.ts>
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Precision, TextModel } from "@repo/engine-onnx/text-model";
import { loadTokenizer } from "@repo/engine-onnx/load-tokenizer";
import { readReferenceVectors } from "./reference-vectors.ts";
import { readSentencePairs, scorePairs } from "./sts.ts";
import { computeVectors, cosine, measureRunMs, toTokenIds } from "./text-vectors.ts";

const [pairsPath, teacherDirectory] = process.argv.slice(2);
if (pairsPath === undefined || teacherDirectory === undefined)
  throw new Error("Give the CSV of STS-B dev and the prepared folder of the teacher.");

const here = fileURLToPath(new URL(".", import.meta.url));
const directory = join(here, "pocket-minilm");
const facts = JSON.parse(readFileSync(join(directory, "model.json"), "utf8")) as TextModel & { precision: Precision };
const onnxPath = join(directory, "model.onnx");
const tokenizer = await loadTokenizer(join(directory, "tokenizer.json"));

const pairs = readSentencePairs(pairsPath);
const sentences = pairs.flatMap(({ first, second }) => [first, second]).map((text) => toTokenIds(tokenizer, text, facts.maxTokens));
const pocket = await computeVectors(onnxPath, sentences);
const teacher = await computeVectors(join(teacherDirectory, "model.onnx"), sentences);
const reference = readReferenceVectors();
const referenceVectors = await computeVectors(
  onnxPath,
  reference.map(({ ids }) => ids),
);
const agreement = reference.map(({ embedding }, index) => cosine(embedding, referenceVectors.vectors[index] as Float32Array));
const sentenceAgreement = pocket.vectors.map((vector, index) => cosine(vector, teacher.vectors[index] as Float32Array));
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const round = (value: number): number => Number(value.toFixed(4));

const report = {
  model: facts.id,
  revision: facts.revision,
  precision: facts.precision,
  bytes: Object.fromEntries(facts.files.map(({ path, bytes }) => [path, bytes])),
  stsDevSpearman: { pocket: round(scorePairs(pairs, pocket.vectors)), teacher: round(scorePairs(pairs, teacher.vectors)) },
  cosineWithTeacher: {
    stsSentences: round(mean(sentenceAgreement)),
    referenceTexts: { mean: round(mean(agreement)), min: round(Math.min(...agreement)) },
  },
  milliseconds: {
    medianStsSentence: round(pocket.medianMs),
    medianStsSentenceTeacher: round(teacher.medianMs),
    "1x16": round(await measureRunMs(onnxPath, 1, 16)),
    "8x32": round(await measureRunMs(onnxPath, 8, 32)),
    "1x128": round(await measureRunMs(onnxPath, 1, 128)),
  },
};
mkdirSync(join(here, "reports"), { recursive: true });
writeFileSync(join(here, "reports/pocket-minilm.json"), `${JSON.stringify(report, null, 2)}\n`);
writeFileSync(join(here, "reports/pocket-minilm.md"), toMarkdown());
console.log(JSON.stringify(report));

function toMarkdown(): string {
  const { milliseconds, stsDevSpearman, cosineWithTeacher } = report;
  return `# pocket-minilm, measured through its ONNX file

Made by \`node models/evaluate-pocket-minilm.ts <stsb-en-dev.csv> <prepared teacher>\`; ONNX Runtime in Node, one thread.
The teacher is all-MiniLM-L6-v2 in floats. Revision \`${report.revision}\`, ${report.precision}.

| | pocket-minilm | all-MiniLM-L6-v2 |
|---|---|---|
| Spearman, STS-B dev (1,500 pairs) | ${stsDevSpearman.pocket} | ${stsDevSpearman.teacher} |
| model.onnx, bytes | ${report.bytes["model.onnx"]} | |
| median of an STS-B sentence, ms | ${milliseconds.medianStsSentence} | ${milliseconds.medianStsSentenceTeacher} |

Mean cosine with the teacher's vectors: ${cosineWithTeacher.stsSentences} over the STS-B sentences; ${cosineWithTeacher.referenceTexts.mean} (least ${cosineWithTeacher.referenceTexts.min}) over the
${reference.length} reference texts, which are of many lengths and scripts where the pocket model was trained on English.

| texts x tokens | ms |
|---|---|
${["1x16", "8x32", "1x128"].map((size) => `| ${size} | ${milliseconds[size as "1x16"]} |`).join("\n")}
`;
}
