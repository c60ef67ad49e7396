/**
 * Compares the prepared forms of all-MiniLM-L6-v2 with sentence-transformers and writes models/reports/minilm-parity.{json,md}:
 *   node models/parity.ts <folder of the weights> <stsb-en-dev.csv>
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { prepareTextModel } from "@repo/engine-onnx/prepare-text-model";
import type { Precision } from "@repo/engine-onnx/text-model";
import { loadTokenizer } from "@repo/engine-onnx/load-tokenizer";
import { fullModel } from "@repo/minilm-embed/model";
import { readReferenceVectors } from "./reference-vectors.ts";
import { readSentencePairs, scorePairs } from "./sts.ts";
import { computeVectors, cosine, measureRunMs, toTokenIds } from "./text-vectors.ts";

const [source, pairsPath] = process.argv.slice(2);
if (source === undefined || pairsPath === undefined) throw new Error("Give the folder of the weights and the CSV of STS-B dev.");

const precisions = ["fp32", "int8-row", "int8-static"] as const satisfies Precision[];
const reference = readReferenceVectors();
const pairs = readSentencePairs(pairsPath);
const scratch = mkdtempSync(join(tmpdir(), "outpost-parity-"));
try {
  const tokenizer = await loadTokenizer(join(source, "tokenizer.json"));
  const sameIds = reference.filter(({ text, ids }) => toTokenIds(tokenizer, text, fullModel.maxTokens).join() === ids.join()).length;
  const sentences = pairs.flatMap(({ first, second }) => [first, second]).map((text) => toTokenIds(tokenizer, text, fullModel.maxTokens));
  const rows = [];
  for (const precision of precisions) rows.push(await measure(precision, sentences));
  const report = {
    model: fullModel.id,
    revision: fullModel.revision,
    referenceTexts: reference.length,
    textsWithIdenticalTokenIds: sameIds,
    pairs: pairs.length,
    precisions: rows,
  };
  const reports = fileURLToPath(new URL("reports", import.meta.url));
  mkdirSync(reports, { recursive: true });
  writeFileSync(join(reports, "minilm-parity.json"), `${JSON.stringify(report, null, 2)}\n`);
  writeFileSync(join(reports, "minilm-parity.md"), toMarkdown(report));
  const failures = listFailures(report);
  console.log(failures.length === 0 ? "Every bound holds." : failures.join("\n"));
  process.exitCode = failures.length === 0 ? 0 : 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

type Row = Awaited<ReturnType<typeof measure>>;
interface Report {
  model: string;
  revision: string;
  referenceTexts: number;
  textsWithIdenticalTokenIds: number;
  pairs: number;
  precisions: Row[];
}

async function measure(precision: Precision, sentences: readonly (readonly number[])[]) {
  const start = performance.now();
  const { onnxPath, files } = await prepareTextModel({
    model: fullModel,
    precision,
    directory: scratch,
    sourceDirectory: source as string,
  });
  const prepareSeconds = round((performance.now() - start) / 1000, 1);
  const { vectors } = await computeVectors(
    onnxPath,
    reference.map(({ ids }) => ids),
  );
  const cosines = vectors.map((vector, index) => cosine(vector, reference[index]?.embedding as Float32Array));
  return {
    precision,
    meanCosine: round(cosines.reduce((sum, value) => sum + value, 0) / cosines.length, 6),
    minCosine: round(Math.min(...cosines), 6),
    stsDevSpearman: round(scorePairs(pairs, (await computeVectors(onnxPath, sentences)).vectors), 4),
    bytes: files.filter(({ path }) => path.startsWith("model.onnx")).reduce((sum, file) => sum + file.bytes, 0),
    prepareSeconds,
    milliseconds: {
      "1x16": round(await measureRunMs(onnxPath, 1, 16), 2),
      "8x32": round(await measureRunMs(onnxPath, 8, 32), 2),
      "1x128": round(await measureRunMs(onnxPath, 1, 128), 2),
    },
  };
}

/** The bounds a change must not cross. */
function listFailures({ precisions: measured, referenceTexts, textsWithIdenticalTokenIds }: Report): string[] {
  const float = measured[0] as Row;
  const failures =
    textsWithIdenticalTokenIds === referenceTexts ? [] : [`token ids differ on ${referenceTexts - textsWithIdenticalTokenIds} texts`];
  for (const row of measured) {
    const [leastMean, leastMin] = row.precision === "fp32" ? [0.99999, 0.99999] : [0.99, 0.98];
    if (row.meanCosine < leastMean || row.minCosine < leastMin)
      failures.push(`${row.precision}: cosine ${row.meanCosine} / ${row.minCosine}`);
    if (Math.abs(row.stsDevSpearman - float.stsDevSpearman) > 0.01) failures.push(`${row.precision}: Spearman ${row.stsDevSpearman}`);
  }
  return failures;
}

function toMarkdown(report: Report): string {
  const line = (row: Row): string =>
    `| ${row.precision} | ${row.meanCosine} | ${row.minCosine} | ${row.stsDevSpearman} | ${(row.bytes / 1e6).toFixed(1)} | ${row.prepareSeconds} | ${row.milliseconds["1x16"]} | ${row.milliseconds["8x32"]} | ${row.milliseconds["1x128"]} |`;
  return `# Parity of the full model with sentence-transformers

Made by \`node models/parity.ts <folder of the weights> <stsb-en-dev.csv>\`. ${report.model} at revision
\`${report.revision}\`, ONNX Runtime in Node at optimisation level 'all', one thread. The ${report.referenceTexts} reference vectors
(models/reference/minilm-reference.json) are those of sentence-transformers in PyTorch. Times are the best tenth of the
runs on a machine that others used too. Batch-invariance of every form is asserted in packages/engine-onnx (prepare-onnx.test.ts).

| precision | mean cosine | least cosine | Spearman, STS-B dev | MB | s to prepare | ms 1x16 | ms 8x32 | ms 1x128 |
|---|---|---|---|---|---|---|---|---|
${report.precisions.map(line).join("\n")}

Token ids are identical on ${report.textsWithIdenticalTokenIds} of ${report.referenceTexts} texts. Bounds: float cosine >= 0.99999; eight bits mean >= 0.99, least >= 0.98, Spearman within
0.01 of float; the command fails when one does not hold.
`;
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
