import { basename } from "node:path";
import type { ModelChoice } from "@repo/engine-onnx/model-choice";
import { loadChosenVisualModel } from "@repo/engine-onnx/visual-model/load-chosen-visual-model";
import type { PreparedVisualModel } from "@repo/engine-onnx/visual-model/visual-model";
import { fullModel, models, pocketDirectory } from "./model.ts";
import type { VisualVariables } from "./visual-variables.ts";

/** The chosen model, ready to be served. */
export interface LoadedModel {
  model: PreparedVisualModel;
  profile: "pocket" | "full" | "custom";
}

/**
 * The model of a named folder, the committed pocket model, or the Hub's, which is fetched and built where that was not done
 * before.
 * @throws CodedError model_unavailable with cause and remedy
 */
export async function loadModel(variables: VisualVariables): Promise<LoadedModel> {
  const model = await loadChosenVisualModel(models, toModelChoice(variables));
  return { model, profile: toProfile(model) };
}

/** The variables in the words of the engine: plain values that may travel to a thread, the token revealed among them. */
export function toModelChoice(variables: VisualVariables): ModelChoice {
  return {
    profile: variables.MODEL,
    repository: variables.MODEL_ID,
    revision: variables.MODEL_REVISION,
    precision: variables.MODEL_PRECISION,
    preparedDirectory: variables.MODEL_DIRECTORY,
    hub: { endpoint: variables.HF_ENDPOINT, token: variables.HF_TOKEN?.reveal() },
    hubHome: variables.HF_HOME,
    dataDirectory: variables.DATA_DIRECTORY,
  };
}

/** By what the model says of itself: an image serves either one from a folder of another name. */
function toProfile({ id }: PreparedVisualModel): LoadedModel["profile"] {
  if (id === fullModel.id) return "full";
  return id.endsWith(basename(pocketDirectory)) ? "pocket" : "custom";
}
