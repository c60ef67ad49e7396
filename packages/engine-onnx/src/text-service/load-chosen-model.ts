import { loadPreparedTextModel } from "../load-prepared-text-model.ts";
import { findPreparedDirectory, type ModelChoice } from "../model-choice.ts";
import { prepareInThread } from "../prepare-in-thread.ts";
import type { PreparedTextModel } from "../text-model.ts";
import type { SpaceModels } from "./text-service-options.ts";

/** What the thread is started with. */
export interface PrepareRequest {
  models: SpaceModels;
  choice: ModelChoice;
}

/**
 * The chosen model, ready to be served. What may have to be built is built in a thread of its own, which holds up
 * nobody; and what builds (ONNX Runtime with it) is loaded there only.
 * @throws CodedError model_unavailable with cause and remedy
 */
export async function loadChosenModel(models: SpaceModels, choice: ModelChoice): Promise<PreparedTextModel> {
  const prepared = findPreparedDirectory(models, choice);
  if (prepared !== undefined) return loadPreparedTextModel(prepared);
  const entry = new URL(import.meta.url.endsWith(".ts") ? "./prepare-thread.ts" : "./prepare-thread.js", import.meta.url);
  return prepareInThread<PreparedTextModel>(entry, { models, choice } satisfies PrepareRequest);
}
