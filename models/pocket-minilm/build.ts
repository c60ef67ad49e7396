/**
 * Makes the committed pocket model out of the trained student:
 *   node models/pocket-minilm/build.ts <folder of all-MiniLM-L6-v2> [int8-static | int8-row | fp32] [output folder]
 * The teacher's folder gives the tokenizer. Writes model.onnx, tokenizer.json and model.json.
 */
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseBertConfig } from "@repo/engine-onnx/graph/bert-config";
import { readBertWeights } from "@repo/engine-onnx/graph/bert-weights";
import { Safetensors } from "@repo/engine-onnx/graph/safetensors";
import { toUint4Table } from "@repo/engine-onnx/graph/token-table";
import { prepareOnnx } from "@repo/engine-onnx/prepare-onnx";
import type { ModelFile, Precision, TextModel } from "@repo/engine-onnx/text-model";
import { loadTokenizer } from "@repo/engine-onnx/load-tokenizer";

const maxBytes = 16_000_000;
const here = fileURLToPath(new URL(".", import.meta.url));
const [teacher, precision = "int8-static", directory = here] = process.argv.slice(2) as [string?, Precision?, string?];
if (teacher === undefined) throw new Error("Give the folder of all-MiniLM-L6-v2 (tokenizer.json is read from it).");

mkdirSync(directory, { recursive: true });
const configJson = readFileSync(join(here, "config.json"), "utf8");
const config = parseBertConfig(configJson);
const blockSize = (JSON.parse(configJson) as { embedding_block_size: number }).embedding_block_size;
const weights = readBertWeights(Safetensors.parse(readFileSync(join(here, "student.safetensors"))), config);
writeFileSync(join(directory, "tokenizer.json"), minimiseTokenizer(readFileSync(join(teacher, "tokenizer.json"), "utf8")));
const tokenizer = await loadTokenizer(join(directory, "tokenizer.json"));

const report = await prepareOnnx({
  config,
  weights,
  pooling: "mean",
  precision,
  tokenizer,
  maxTokens: config.maxPositions,
  directory,
  words: toUint4Table(weights.words, blockSize),
  isSelfContained: true,
});
const files = ["model.onnx", "tokenizer.json"].map((path) => describe(path));
const onnx = files[0] as ModelFile;
if (onnx.bytes > maxBytes) throw new Error(`model.onnx has ${onnx.bytes} bytes; at most ${maxBytes} may be committed.`);
const model: TextModel & { precision: Precision } = {
  id: "outpost/pocket-minilm",
  repository: "models/pocket-minilm",
  revision: onnx.sha256.slice(0, 40),
  dimensions: config.hiddenSize,
  maxTokens: config.maxPositions,
  pooling: "mean",
  prompts: {},
  licence: "Apache-2.0",
  source: "models/pocket-minilm/README.md",
  files,
  precision,
};
writeFileSync(join(directory, "model.json"), `${JSON.stringify(model, null, 2)}\n`);
console.log(
  `model.onnx: ${onnx.bytes} bytes, ${precision}; cosine against the student in floats: mean ${report.meanCosine.toFixed(5)}, min ${report.minCosine.toFixed(5)}`,
);

function describe(path: string): ModelFile {
  const content = readFileSync(join(directory, path));
  return { path, sha256: createHash("sha256").update(content).digest("hex"), bytes: content.byteLength };
}

/** The same tokenizer without white space, and without the truncation and padding that servers do themselves. */
function minimiseTokenizer(json: string): string {
  return `${JSON.stringify({ ...(JSON.parse(json) as object), truncation: null, padding: null })}\n`;
}
