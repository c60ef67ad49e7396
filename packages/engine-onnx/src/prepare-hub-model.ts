import { rm } from "node:fs/promises";
import { join } from "node:path";
import { CodedError } from "@repo/contracts/coded-error";
import { canInt8Saturate } from "./graph/int8-saturation.ts";
import { fetchHubModel } from "./hub/fetch-hub-model.ts";
import type { HubOptions, OnDownloadProgress } from "./hub/hub-options.ts";
import { inspectModelFiles, requireModelFiles } from "./model-files.ts";
import { prepareFolder, toFolderName, toPreparationError } from "./prepare-folder.ts";
import type { ModelFile, Precision } from "./text-model.ts";

/** A model as a repository of the hub has it. */
interface HubModel {
  id: string;
  repository: string;
  revision: string;
  files: readonly ModelFile[];
}

/** What to prepare, and where. */
export interface PrepareOptions<Model extends HubModel> {
  model: Model;
  /** Default: the recipe's. */
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

/** What {@link PrepareRecipe.build} makes. */
export interface BuildOptions<Model> {
  model: Model;
  precision: Precision;
  weightBits: 7 | 8;
  signal: AbortSignal | undefined;
}

/** How models of one kind are prepared. */
export interface PrepareRecipe<Model, Prepared> {
  /** Precision where none is asked for. */
  precision: Precision;
  /** End of the folder's name; another one when the graph changes, so that folders of an older version are not taken for it. */
  version: string;
  /** Files of the repository that it takes; the rest are facts of the model. */
  sourceFiles: readonly string[];
  /** File of the finished folder that is written last. */
  manifestFile: string;
  /** Opens and verifies a finished folder. */
  load(folder: string, model: Model): Promise<Prepared>;
  /** Fills a new folder out of the repository's files. */
  build(options: BuildOptions<Model>, source: string, target: string): Promise<void>;
}

/**
 * Makes a folder that can be served, once: downloads what is missing, verifies it, builds, checks, and renames the finished folder
 * into place. A folder that is there is verified and returned within a second.
 * @throws CodedError model_unavailable with cause and remedy; cancelled when `signal` aborts.
 */
export async function prepareHubModel<Model extends HubModel, Prepared>(
  options: PrepareOptions<Model>,
  recipe: PrepareRecipe<Model, Prepared>,
): Promise<Prepared> {
  try {
    return await prepare(options, recipe);
  } catch (error) {
    throw toPreparationError(error, options.model.id, options.signal);
  }
}

async function prepare<Model extends HubModel, Prepared>(
  options: PrepareOptions<Model>,
  recipe: PrepareRecipe<Model, Prepared>,
): Promise<Prepared> {
  const { model, precision = recipe.precision, directory, sourceDirectory, signal } = options;
  const name = toFolderName(model);
  const weightBits = precision === "fp32" ? 8 : (options.weightBits ?? ((await canInt8Saturate()) ? 7 : 8));
  const source = sourceDirectory ?? join(directory, "downloads", name);
  const files = model.files.filter(({ path }) => recipe.sourceFiles.includes(path));
  return prepareFolder({
    folder: join(directory, `${name}-${precision}${weightBits === 7 ? "-7bit" : ""}-${recipe.version}`),
    manifestFile: recipe.manifestFile,
    signal,
    load: (folder) => recipe.load(folder, model),
    async build(folder) {
      if (sourceDirectory === undefined) await fetchSources(options, recipe.sourceFiles, { files, directory: source });
      else requireModelFiles(source, await inspectModelFiles(source, files));
      await recipe.build({ model, precision, weightBits, signal }, source, folder);
    },
    async onBuilt() {
      if (sourceDirectory === undefined) await rm(source, { recursive: true, force: true });
    },
  });
}

async function fetchSources<Model extends HubModel>(
  { model, hub = {}, onProgress, signal }: PrepareOptions<Model>,
  sourceFiles: readonly string[],
  { files, directory }: { files: ModelFile[]; directory: string },
): Promise<void> {
  const missing = sourceFiles.filter((path) => !files.some((file) => file.path === path));
  if (missing.length > 0) throw new CodedError("model_unavailable", `The facts of ${model.id} lack ${missing.join(", ")}.`);
  const { repository, revision } = model;
  await fetchHubModel({ hub, repository, revision, files, directory, onProgress, signal });
}
