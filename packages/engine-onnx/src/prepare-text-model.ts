import { copyFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CodedError } from "@repo/contracts/coded-error";
import { parseBertConfig } from "./graph/bert-config.ts";
import { readBertWeights } from "./graph/bert-weights.ts";
import { Safetensors } from "./graph/safetensors.ts";
import { toInt8Table } from "./graph/token-table.ts";
import { loadPreparedTextModel, manifestFile, type PreparedManifest } from "./load-prepared-text-model.ts";
import { describeFiles } from "./prepare-folder.ts";
import { type BuildOptions, prepareHubModel, type PrepareOptions } from "./prepare-hub-model.ts";
import { prepareOnnx } from "./prepare-onnx.ts";
import type { PreparedTextModel, TextModel } from "./text-model.ts";
import { loadTokenizer } from "./load-tokenizer.ts";

/**
 * Makes a folder that can be served, once; see {@link prepareHubModel}. Building blocks the thread for seconds: call it in a build
 * step, or before the server listens.
 * @param options precision is int8-static by default
 * @throws CodedError model_unavailable with cause and remedy; cancelled when `signal` aborts.
 */
export async function prepareTextModel(options: PrepareOptions<TextModel>): Promise<PreparedTextModel> {
  return await prepareHubModel<TextModel, PreparedTextModel>(options, {
    precision: "int8-static",
    version: "v2",
    // Pooling and length are facts of the model.
    sourceFiles: ["config.json", "tokenizer.json", "model.safetensors"],
    manifestFile,
    load: loadPreparedTextModel,
    build,
  });
}

async function build({ model, precision, weightBits, signal }: BuildOptions<TextModel>, source: string, target: string): Promise<void> {
  const config = parseBertConfig(await readFile(join(source, "config.json"), "utf8"));
  if (config.hiddenSize !== model.dimensions)
    throw new CodedError("model_unavailable", `${model.id} has ${config.hiddenSize} dimensions, not ${model.dimensions}.`);
  if (config.maxPositions < model.maxTokens)
    throw new CodedError("model_unavailable", `${model.id} reads at most ${config.maxPositions} tokens, not ${model.maxTokens}.`);
  await copyFile(join(source, "tokenizer.json"), join(target, "tokenizer.json"));
  const tokenizer = await loadTokenizer(join(target, "tokenizer.json"));
  if (tokenizer.vocabularySize > config.vocabularySize)
    throw new CodedError("model_unavailable", `The tokenizer of ${model.id} knows more tokens than the model.`);
  const weights = readBertWeights(Safetensors.parse(await readFile(join(source, "model.safetensors"))), config);
  await prepareOnnx({
    config,
    weights,
    pooling: model.pooling,
    precision,
    tokenizer,
    maxTokens: model.maxTokens,
    directory: target,
    weightBits,
    // The table is half of a small model; eight bits a value cost no measurable quality and a quarter of the memory.
    ...(precision === "fp32" ? {} : { words: toInt8Table(weights.words, config.hiddenSize) }),
    signal,
  });
  const files = await describeFiles(target, ["model.onnx", "model.onnx.data", "tokenizer.json"]);
  const manifest: PreparedManifest = { ...model, files, precision };
  await writeFile(join(target, manifestFile), `${JSON.stringify(manifest, null, 2)}\n`);
}
