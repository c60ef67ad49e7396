import { copyFile, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CodedError } from "@repo/contracts/coded-error";
import { parseBertConfig } from "./graph/bert-config.ts";
import { readBertWeights } from "./graph/bert-weights.ts";
import { canInt8Saturate } from "./graph/int8-saturation.ts";
import { Safetensors } from "./graph/safetensors.ts";
import { toInt8Table } from "./graph/token-table.ts";
import { fetchHubModel } from "./hub/fetch-hub-model.ts";
import type { HubOptions, OnDownloadProgress } from "./hub/hub-options.ts";
import { loadPreparedTextModel, manifestFile, type PreparedManifest } from "./load-prepared-text-model.ts";
import { inspectModelFiles, requireModelFiles } from "./model-files.ts";
import { describeFiles, prepareFolder, toFolderName, toPreparationError } from "./prepare-folder.ts";
import { prepareOnnx } from "./prepare-onnx.ts";
import type { ModelFile, Precision, PreparedTextModel, TextModel } from "./text-model.ts";
import { loadTokenizer } from "./load-tokenizer.ts";

/** Options of {@link prepareTextModel}. */
export interface PrepareTextModelOptions {
  model: TextModel;
  /** Default int8-static. */
  precision?: Precision;
  /** Folder for all models: downloads and, side by side, one folder per model, revision and precision. */
  directory: string;
  hub?: HubOptions;
  /** Where the files of the repository lie already (a clone of it); nothing is downloaded then. */
  sourceDirectory?: string;
  /** 8, or 7 for CPUs whose eight-bit kernels saturate; by default what this CPU needs. See int8-saturation.ts. */
  weightBits?: 7 | 8;
  onProgress?: OnDownloadProgress;
  signal?: AbortSignal;
}

/** Raised when the graph of a prepared model changes, so that folders of an older version are not taken for it. */
const graphVersion = 2;
/** Files the graph is made from; pooling and length are facts of the model. */
const sourceFiles = ["config.json", "tokenizer.json", "model.safetensors"] as const;

/**
 * Makes a folder that can be served, once: downloads what is missing, verifies it, builds the ONNX model, checks that,
 * and renames the finished folder into place. A folder that is there is verified and returned within a second. Building
 * blocks the thread for seconds: call it in a build step, or before the server listens.
 * @throws CodedError model_unavailable with cause and remedy; cancelled when `signal` aborts.
 */
export async function prepareTextModel(options: PrepareTextModelOptions): Promise<PreparedTextModel> {
  try {
    return await prepare(options);
  } catch (error) {
    throw toPreparationError(error, options.model.id, options.signal);
  }
}

async function prepare(options: PrepareTextModelOptions): Promise<PreparedTextModel> {
  const { model, precision = "int8-static", signal } = options;
  const name = toFolderName(model);
  const weightBits = precision === "fp32" ? 8 : (options.weightBits ?? ((await canInt8Saturate()) ? 7 : 8));
  const downloads = options.sourceDirectory ?? join(options.directory, "downloads", name);
  return prepareFolder({
    folder: join(options.directory, `${name}-${precision}${weightBits === 7 ? "-7bit" : ""}-v${graphVersion}`),
    manifestFile,
    signal,
    load: (folder) => loadPreparedTextModel(folder, model),
    async build(folder) {
      if (options.sourceDirectory === undefined) await fetchSources(options, downloads);
      else requireModelFiles(downloads, await inspectModelFiles(downloads, model.files.filter(isSource)));
      await build({ model, precision, weightBits, signal }, downloads, folder);
    },
    async onBuilt() {
      if (options.sourceDirectory === undefined) await rm(downloads, { recursive: true, force: true });
    },
  });
}

async function fetchSources({ model, hub = {}, onProgress, signal }: PrepareTextModelOptions, directory: string): Promise<void> {
  const missing = sourceFiles.filter((path) => !model.files.some((file) => file.path === path));
  if (missing.length > 0) throw new CodedError("model_unavailable", `The facts of ${model.id} lack ${missing.join(", ")}.`);
  await fetchHubModel({
    hub,
    repository: model.repository,
    revision: model.revision,
    files: model.files.filter(isSource),
    directory,
    onProgress,
    signal,
  });
}

interface BuildOptions {
  model: TextModel;
  precision: Precision;
  weightBits: 7 | 8;
  signal: AbortSignal | undefined;
}

async function build({ model, precision, weightBits, signal }: BuildOptions, source: string, target: string): Promise<void> {
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

function isSource({ path }: ModelFile): boolean {
  return (sourceFiles as readonly string[]).includes(path);
}
