/**
 * Makes a committed pocket model out of its trained student (models/<name>/student.safetensors and config.json):
 *   node models/build-pocket.ts <pocket-minilm | pocket-bge> <folder of all-MiniLM-L6-v2> [int8-static | int8-row | fp32] [output folder]
 * The teacher's folder gives the tokenizer. Writes model.onnx, tokenizer.json and model.json.
 */
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseBertConfig } from "@repo/engine-onnx/graph/bert-config";
import { type BertWeights, readBertWeights, readLinearWeights } from "@repo/engine-onnx/graph/bert-weights";
import { Safetensors } from "@repo/engine-onnx/graph/safetensors";
import { toUint4Table } from "@repo/engine-onnx/graph/token-table";
import { prepareOnnx } from "@repo/engine-onnx/prepare-onnx";
import type { ModelFile, Pooling, Precision, TextModel } from "@repo/engine-onnx/text-model";
import { loadTokenizer } from "@repo/engine-onnx/load-tokenizer";
import { parsePocketName, pocketDirectory, pocketPrompts } from "./pocket-models.ts";

const maxBytes = 16_000_000;
const [given, teacher, precision = "int8-static", output] = process.argv.slice(2) as [string?, string?, Precision?, string?];
const name = parsePocketName(given);
if (teacher === undefined) throw new Error("Give the folder of all-MiniLM-L6-v2 (tokenizer.json is read from it).");

const source = pocketDirectory(name);
const directory = output ?? source;
mkdirSync(directory, { recursive: true });
const configJson = readFileSync(join(source, "config.json"), "utf8");
const config = parseBertConfig(configJson);
/** What the trainer (training/student.py) writes beside BERT's own fields. */
const {
  embedding_block_size: blockSize,
  pooling,
  head_size: headSize,
} = JSON.parse(configJson) as {
  embedding_block_size: number;
  pooling: Pooling;
  head_size?: number;
};
const tensors = Safetensors.parse(readFileSync(join(source, "student.safetensors")));
const encoder = readBertWeights(tensors, config);
const weights: BertWeights =
  headSize === undefined
    ? encoder
    : { ...encoder, head: readLinearWeights(tensors, "head", { inputs: config.hiddenSize, outputs: headSize }) };
writeFileSync(join(directory, "tokenizer.json"), minimiseTokenizer(readFileSync(join(teacher, "tokenizer.json"), "utf8")));
const tokenizer = await loadTokenizer(join(directory, "tokenizer.json"));

const report = await prepareOnnx({
  config,
  weights,
  pooling,
  precision,
  tokenizer,
  maxTokens: config.maxPositions,
  directory,
  words: toUint4Table(weights.words, blockSize),
  isSelfContained: true,
});
const files = ["model.onnx", "tokenizer.json"].map((path) => describe(path));
const onnx = files[0] as ModelFile;
if (directory === source && onnx.bytes > maxBytes)
  throw new Error(`model.onnx has ${onnx.bytes} bytes; at most ${maxBytes} may be committed.`);
const model: TextModel & { precision: Precision } = {
  id: `outpost/${name}`,
  repository: `models/${name}`,
  revision: onnx.sha256.slice(0, 40),
  dimensions: headSize ?? config.hiddenSize,
  maxTokens: config.maxPositions,
  pooling,
  prompts: pocketPrompts[name],
  licence: "Apache-2.0",
  source: `models/${name}/README.md`,
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
