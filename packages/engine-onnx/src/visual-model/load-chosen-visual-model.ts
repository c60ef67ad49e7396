import { findPreparedDirectory, type ModelChoice } from "../model-choice.ts";
import { prepareInThread } from "../prepare-in-thread.ts";
import { loadPreparedVisualModel } from "./load-prepared-visual-model.ts";
import type { VisualSpaceModels } from "./prepare-chosen-visual-model.ts";
import type { PreparedVisualModel } from "./visual-model.ts";

/** What the thread is started with. */
export interface PrepareVisualRequest {
  models: VisualSpaceModels;
  choice: ModelChoice;
}

/**
 * The chosen model, ready to be served. What may have to be built is built in a thread of its own, which holds up
 * nobody; and what builds (ONNX Runtime with it) is loaded there only.
 * @throws CodedError model_unavailable with cause and remedy
 */
export async function loadChosenVisualModel(models: VisualSpaceModels, choice: ModelChoice): Promise<PreparedVisualModel> {
  const prepared = findPreparedDirectory(models, choice);
  if (prepared !== undefined) return loadPreparedVisualModel(prepared);
  const file = import.meta.url.endsWith(".ts") ? "./prepare-visual-thread.ts" : "./prepare-visual-thread.js";
  return prepareInThread<PreparedVisualModel>(new URL(file, import.meta.url), { models, choice } satisfies PrepareVisualRequest);
}
