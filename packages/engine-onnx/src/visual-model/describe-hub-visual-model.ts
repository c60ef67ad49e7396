import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { CodedError } from "@repo/contracts/coded-error";
import { parseSiglipConfig } from "../graph/siglip-config.ts";
import type { DownloadedFile } from "../hub/download-hub-file.ts";
import { fetchHubModel } from "../hub/fetch-hub-model.ts";
import type { HubOptions, OnDownloadProgress } from "../hub/hub-options.ts";
import { toFolderName } from "../prepare-folder.ts";
import type { VisualImageFacts, VisualModel } from "./visual-model.ts";

/** Options of {@link describeHubVisualModel}. */
export interface DescribeHubVisualModelOptions {
  /** "owner/name" of any repository with a SigLIP 2 model of square images in transformers' layout. */
  repository: string;
  /** Branch, tag or commit; default main. The result names the commit. */
  revision?: string | undefined;
  /** The folder that is given to `prepareVisualModel` too, so that nothing is fetched twice. */
  directory: string;
  hub?: HubOptions;
  onProgress?: OnDownloadProgress;
  signal?: AbortSignal;
}

/** Pillow's numbers of its filters (PIL.Image.Resampling), as preprocessor_config.json has them. */
const filters: Readonly<Record<number, VisualImageFacts["resample"]>> = { 2: "bilinear", 3: "bicubic" };

/**
 * Reads the facts of a model out of its repository, weights included, because their hash is one of the facts. For models
 * that no Space declares (MODEL_ID, MODEL_REVISION).
 * @throws CodedError model_unavailable when the repository cannot be reached or holds no such model.
 */
export async function describeHubVisualModel(options: DescribeHubVisualModelOptions): Promise<VisualModel> {
  const { repository, hub = {}, signal, onProgress } = options;
  const asked = options.revision ?? "main";
  const fetchAll = (revision: string, paths: readonly string[], directory: string): Promise<DownloadedFile[]> =>
    fetchHubModel({ hub, repository, revision, files: paths.map((path) => ({ path })), directory, onProgress, signal });
  // Asked anew each time: a branch may have moved, and only the Hub knows which commit it is.
  const scratch = join(
    options.directory,
    "downloads",
    `${toFolderName({ repository, revision: "" })}facts-${asked.replaceAll(/[^\w.-]+/g, "-")}`,
  );
  await rm(scratch, { recursive: true, force: true });
  const [first] = await fetchAll(asked, ["config.json"], scratch);
  await rm(scratch, { recursive: true, force: true });
  const revision = first?.commit ?? asked;
  const directory = join(options.directory, "downloads", toFolderName({ repository, revision }));
  await fetchAll(revision, ["config.json", "preprocessor_config.json"], directory);
  // Before the weights: what cannot be served should be known before gigabytes are fetched.
  const config = parseSiglipConfig(await readFile(join(directory, "config.json"), "utf8"));
  const image = parseImageFacts(await readFile(join(directory, "preprocessor_config.json"), "utf8"), repository);
  const files = await fetchAll(revision, ["config.json", "tokenizer.json", "model.safetensors"], directory);
  return {
    id: repository,
    repository,
    revision,
    dimensions: config.dimensions,
    image,
    // The tokenizer of every SigLIP 2 model is Gemma's, whose padding is token 0.
    text: { length: config.text.positions, padId: 0, isLowercase: true },
    licence: "see the repository",
    source: `${hub.endpoint ?? "https://huggingface.co"}/${repository}`,
    files: files.map(({ path, sha256, bytes }) => ({ path, sha256, bytes })),
  };
}

/** Source of the names: transformers, models/siglip/image_processing_siglip.py. */
function parseImageFacts(json: string, repository: string): VisualImageFacts {
  const refuse = (reason: string, cause?: unknown): CodedError =>
    new CodedError("model_unavailable", `The preprocessor_config.json of ${repository} cannot be used: ${reason}.`, { cause });
  let fields: Record<string, unknown>;
  try {
    fields = JSON.parse(json) as Record<string, unknown>;
  } catch (cause) {
    throw refuse("it is not JSON", cause);
  }
  const { height, width } = (fields["size"] ?? {}) as Record<string, unknown>;
  const resample = filters[fields["resample"] as number];
  if (typeof height !== "number" || height !== width) throw refuse("images are not resized to a square");
  if (resample === undefined) throw refuse(`images are resized by filter ${JSON.stringify(fields["resample"])}`);
  if (fields["do_normalize"] === false || fields["do_rescale"] === false || fields["do_resize"] === false)
    throw refuse("images are not resized, scaled and normalised");
  const triple = (name: string): [number, number, number] => {
    const [red, green, blue] = (Array.isArray(fields[name]) ? fields[name] : []) as unknown[];
    if (typeof red !== "number" || typeof green !== "number" || typeof blue !== "number") throw refuse(`${name} is not three numbers`);
    return [red, green, blue];
  };
  return { size: height, mean: triple("image_mean"), std: triple("image_std"), resample };
}
