import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { HubOptions, OnDownloadProgress } from "@repo/engine-onnx/hub/hub-options";
import { describeHubTextModel } from "@repo/engine-onnx/prepare-hub-description";
import { loadPreparedTextModel } from "@repo/engine-onnx/load-prepared-text-model";
import { prepareTextModel } from "@repo/engine-onnx/prepare-text-model";
import type { PreparedTextModel } from "@repo/engine-onnx/text-model";
import type { ModelConfig } from "./config.ts";
import { fullModel } from "./model.ts";
import { dataDirectory, findPreparedDirectory } from "./model-directory.ts";

/**
 * The folder of the configured model, ready to be served. The pocket model, and one in MODEL_DIRECTORY, are only
 * verified; the full one is downloaded and built where that was not done before, which blocks this thread for seconds.
 * @throws CodedError model_unavailable with cause and remedy
 */
export async function prepareModel(config: ModelConfig, onProgress?: OnDownloadProgress): Promise<PreparedTextModel> {
  const prepared = findPreparedDirectory(config);
  if (prepared !== undefined) return loadPreparedTextModel(prepared);
  const directory = join(dataDirectory(config), "models");
  const hub: HubOptions = { endpoint: config.HF_ENDPOINT, token: config.HF_TOKEN?.reveal() };
  const progress = onProgress === undefined ? {} : { onProgress };
  const model = isOther(config)
    ? await describeHubTextModel({
        repository: config.MODEL_ID ?? fullModel.repository,
        revision: config.MODEL_REVISION,
        directory,
        hub,
        ...progress,
      })
    : fullModel;
  const snapshot = join(
    config.HF_HOME ?? join(homedir(), ".cache/huggingface"),
    "hub",
    `models--${model.repository.replaceAll("/", "--")}`,
    "snapshots",
    model.revision,
  );
  // What another program has fetched into Hugging Face's cache is not fetched again; it is verified like a download.
  const source = existsSync(join(snapshot, "model.safetensors")) ? { sourceDirectory: snapshot } : {};
  return prepareTextModel({ model, precision: config.MODEL_PRECISION, directory, hub, ...source, ...progress });
}

/** Whether the variables name another model than the one this Space declares. */
function isOther(config: ModelConfig): boolean {
  return (config.MODEL_ID ?? fullModel.id) !== fullModel.id || (config.MODEL_REVISION ?? fullModel.revision) !== fullModel.revision;
}
