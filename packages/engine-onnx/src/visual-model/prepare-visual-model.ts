import { copyFile, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CodedError } from "@repo/contracts/coded-error";
import { canInt8Saturate } from "../graph/int8-saturation.ts";
import { Safetensors } from "../graph/safetensors.ts";
import { parseSiglipConfig } from "../graph/siglip-config.ts";
import { readLogitFacts } from "../graph/siglip-weights.ts";
import { fetchHubModel } from "../hub/fetch-hub-model.ts";
import type { HubOptions, OnDownloadProgress } from "../hub/hub-options.ts";
import { loadTokenizer } from "../load-tokenizer.ts";
import { inspectModelFiles, requireModelFiles } from "../model-files.ts";
import { describeFiles, prepareFolder, toFolderName, toPreparationError } from "../prepare-folder.ts";
import type { ModelFile, Precision } from "../text-model.ts";
import { loadPreparedVisualModel, visualFiles } from "./load-prepared-visual-model.ts";
import { prepareVisualOnnx } from "./prepare-visual-onnx.ts";
import type { PreparedVisualModel, VisualManifest, VisualModel } from "./visual-model.ts";

/** Options of {@link prepareVisualModel}. */
export interface PrepareVisualModelOptions {
  model: VisualModel;
  /** Default int8-row: scales per patch and token hold for any image, ranges measured on a few need not. */
  precision?: Precision | undefined;
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

/** Raised when the graphs of a prepared model change, so that folders of an older version are not taken for it. */
const graphVersion = 1;
/** Files the graphs are made from; how images and texts are read are facts of the model. */
const sourceFiles = ["config.json", "tokenizer.json", "model.safetensors"];

/**
 * Makes a folder that can be served, once, as `prepareTextModel` does for texts: downloads what is missing, verifies it,
 * builds both towers, checks them, and renames the finished folder into place. With so400m that takes 4.5 GB of downloads,
 * about 6 GB of memory and minutes of all cores, and leaves 1.2 GB (int8) or 4.5 GB (fp32): a step of a build.
 * @throws CodedError model_unavailable with cause and remedy; cancelled when `signal` aborts.
 */
export async function prepareVisualModel(options: PrepareVisualModelOptions): Promise<PreparedVisualModel> {
  try {
    return await prepare(options);
  } catch (error) {
    throw toPreparationError(error, options.model.id, options.signal);
  }
}

async function prepare(options: PrepareVisualModelOptions): Promise<PreparedVisualModel> {
  const { model, precision = "int8-row", signal } = options;
  const name = toFolderName(model);
  const weightBits = precision === "fp32" ? 8 : (options.weightBits ?? ((await canInt8Saturate()) ? 7 : 8));
  const downloads = options.sourceDirectory ?? join(options.directory, "downloads", name);
  return prepareFolder({
    folder: join(options.directory, `${name}-${precision}${weightBits === 7 ? "-7bit" : ""}-visual-v${graphVersion}`),
    manifestFile: visualFiles.manifest,
    signal,
    load: (folder) => loadPreparedVisualModel(folder, model),
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

async function fetchSources({ model, hub = {}, onProgress, signal }: PrepareVisualModelOptions, directory: string): Promise<void> {
  const missing = sourceFiles.filter((path) => !model.files.some((file) => file.path === path));
  if (missing.length > 0) throw new CodedError("model_unavailable", `The facts of ${model.id} lack ${missing.join(", ")}.`);
  const { repository, revision } = model;
  await fetchHubModel({ hub, repository, revision, files: model.files.filter(isSource), directory, onProgress, signal });
}

interface BuildOptions {
  model: VisualModel;
  precision: Precision;
  weightBits: 7 | 8;
  signal: AbortSignal | undefined;
}

async function build({ model, precision, weightBits, signal }: BuildOptions, source: string, target: string): Promise<void> {
  const config = parseSiglipConfig(await readFile(join(source, "config.json"), "utf8"));
  const facts: [string, number, number][] = [
    ["dimensions", config.dimensions, model.dimensions],
    ["pixels a side", config.vision.imageSize, model.image.size],
    ["tokens a text", config.text.positions, model.text.length],
  ];
  for (const [what, found, declared] of facts) {
    if (found !== declared) throw new CodedError("model_unavailable", `${model.id} has ${found} ${what}, not ${declared}.`);
  }
  await copyFile(join(source, "tokenizer.json"), join(target, visualFiles.tokenizer));
  const tokenizer = await loadTokenizer(join(target, visualFiles.tokenizer));
  if (tokenizer.vocabularySize > config.text.vocabularySize)
    throw new CodedError("model_unavailable", `The tokenizer of ${model.id} knows more tokens than the model.`);
  const tensors = Safetensors.open(join(source, "model.safetensors"));
  const logit = readLogitFacts(tensors);
  const { image, text } = model;
  await prepareVisualOnnx({ config, tensors, precision, image, text, tokenizer, directory: target, weightBits, signal });
  const manifest: VisualManifest = {
    name: model.id,
    revision: model.revision,
    dimensions: model.dimensions,
    image: { ...image, mean: [...image.mean], std: [...image.std] },
    text: { length: text.length, pad_id: text.padId, lowercase: text.isLowercase },
    logit_scale: logit.scale,
    logit_bias: logit.bias,
    precision,
    licence: model.licence,
    source: model.source,
    files: await describeFiles(target, [
      visualFiles.vision,
      `${visualFiles.vision}.data`,
      visualFiles.text,
      `${visualFiles.text}.data`,
      visualFiles.tokenizer,
    ]),
  };
  await writeFile(join(target, visualFiles.manifest), `${JSON.stringify(manifest, null, 2)}\n`);
}

function isSource({ path }: ModelFile): boolean {
  return sourceFiles.includes(path);
}
