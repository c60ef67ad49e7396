import { join } from "node:path";
import type { OnDownloadProgress } from "../hub/hub-options.ts";
import { dataDirectoryOf, findPreparedDirectory, findSnapshot, type ModelChoice } from "../model-choice.ts";
import { describeHubVisualModel } from "./describe-hub-visual-model.ts";
import { loadPreparedVisualModel } from "./load-prepared-visual-model.ts";
import { prepareVisualModel } from "./prepare-visual-model.ts";
import type { PreparedVisualModel, VisualModel } from "./visual-model.ts";

/** The two models a Space of images and texts declares in its model.ts. */
export interface VisualSpaceModels {
  /** The Hub's model. */
  full: VisualModel;
  /** Folder of the committed pocket model: models/<name>, with its facts in its model.json. */
  pocketDirectory: string;
}

/**
 * The folder of the chosen model, ready to be served. The pocket model, and one that was prepared elsewhere, are only
 * verified; the full one is downloaded and built where that was not done before, which blocks this thread for minutes.
 * @throws CodedError model_unavailable with cause and remedy
 */
export async function prepareChosenVisualModel(
  models: VisualSpaceModels,
  choice: ModelChoice,
  onProgress?: OnDownloadProgress,
): Promise<PreparedVisualModel> {
  const prepared = findPreparedDirectory(models, choice);
  if (prepared !== undefined) return loadPreparedVisualModel(prepared);
  const { full } = models;
  const { repository = full.repository, revision } = choice;
  const directory = join(dataDirectoryOf(choice), "models");
  const common = { directory, hub: choice.hub ?? {}, ...(onProgress && { onProgress }) };
  const isDeclared = repository === full.repository && (revision ?? full.revision) === full.revision;
  const model = isDeclared ? full : await describeHubVisualModel({ repository, revision, ...common });
  const snapshot = findSnapshot(model, choice);
  return prepareVisualModel({ model, precision: choice.precision, ...(snapshot && { sourceDirectory: snapshot }), ...common });
}
