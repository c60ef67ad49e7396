/** Opening a prepared folder: apart from making one, because a server that only opens must not load ONNX Runtime here. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { CodedError } from "@repo/contracts/coded-error";
import { inspectModelFiles, requireModelFiles } from "./model-files.ts";
import type { PreparedTextModel, Precision, TextModel } from "./text-model.ts";

/** What lies in a prepared folder as model.json: the facts, with `files` those of this folder. */
export interface PreparedManifest extends TextModel {
  precision: Precision;
}

/** Name of the file with the facts in a prepared folder. */
export const manifestFile = "model.json";

/**
 * Opens a folder that holds model.onnx, tokenizer.json and model.json: one made by {@link prepareTextModel}, or a pocket
 * model of this repository. Every byte is verified.
 * @throws CodedError model_unavailable when a file is missing, a Git LFS pointer, cut or changed, or when the folder
 *   holds another model than `model`.
 */
export async function loadPreparedTextModel(directory: string, model?: TextModel): Promise<PreparedTextModel> {
  const manifest = await readManifest(join(directory, manifestFile));
  if (model !== undefined && (manifest.id !== model.id || manifest.revision !== model.revision)) {
    throw new CodedError(
      "model_unavailable",
      `The folder holds ${manifest.id} at ${manifest.revision}, not ${model.id} at ${model.revision}.`,
    );
  }
  const files = await inspectModelFiles(directory, manifest.files);
  requireModelFiles(directory, files);
  const { precision, ...facts } = manifest;
  return {
    model: model ?? facts,
    directory,
    onnxPath: join(directory, "model.onnx"),
    tokenizerPath: join(directory, "tokenizer.json"),
    precision,
    files,
  };
}

async function readManifest(path: string): Promise<PreparedManifest> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as PreparedManifest;
  } catch (cause) {
    throw new CodedError("model_unavailable", "The model's folder has no readable model.json; was the model prepared?", { cause });
  }
}
