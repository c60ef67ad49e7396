import { homedir } from "node:os";
import { basename, join } from "node:path";
import { loadPreparedVisualModel } from "@repo/engine-onnx/visual-model/load-prepared-visual-model";
import type { PreparedVisualModel } from "@repo/engine-onnx/visual-model/visual-model";
import { fullModel, pocketDirectory } from "./model.ts";
import type { VisualVariables } from "./visual-variables.ts";

/** The chosen model, ready to be served. */
export interface LoadedModel {
  model: PreparedVisualModel;
  profile: "pocket" | "full" | "custom";
}

/** Where this process may keep what it made. */
export function dataDirectoryOf({ DATA_DIRECTORY }: Pick<VisualVariables, "DATA_DIRECTORY">): string {
  return DATA_DIRECTORY ?? join(homedir(), ".cache/outpost");
}

/**
 * The model of a named folder, or the committed pocket model, verified.
 * @throws CodedError model_unavailable with cause and remedy
 */
export async function loadModel(variables: VisualVariables): Promise<LoadedModel> {
  const model = await loadPreparedVisualModel(variables.MODEL_DIRECTORY ?? pocketDirectory);
  return { model, profile: toProfile(model) };
}

/** By what the model says of itself: an image serves either one from a folder of another name. */
function toProfile({ id }: PreparedVisualModel): LoadedModel["profile"] {
  if (id === fullModel.id) return "full";
  return id.endsWith(basename(pocketDirectory)) ? "pocket" : "custom";
}
