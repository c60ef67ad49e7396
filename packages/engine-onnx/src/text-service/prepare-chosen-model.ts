import { join } from "node:path";
import type { OnDownloadProgress } from "../hub/hub-options.ts";
import { loadPreparedTextModel } from "../load-prepared-text-model.ts";
import { dataDirectoryOf, findPreparedDirectory, findSnapshot, type ModelChoice } from "../model-choice.ts";
import { describeHubTextModel } from "../prepare-hub-description.ts";
import { prepareTextModel } from "../prepare-text-model.ts";
import type { PreparedTextModel, TextModel } from "../text-model.ts";
import type { SpaceModels } from "./text-service-options.ts";

/**
 * The folder of the chosen model, ready to be served. The pocket model, and one that was prepared elsewhere, are only
 * verified; the full one is downloaded and built where that was not done before, which blocks this thread for seconds.
 * @throws CodedError model_unavailable with cause and remedy
 */
export async function prepareChosenModel(
  models: SpaceModels,
  choice: ModelChoice,
  onProgress?: OnDownloadProgress,
): Promise<PreparedTextModel> {
  const prepared = findPreparedDirectory(models, choice);
  if (prepared !== undefined) return loadPreparedTextModel(prepared);
  const directory = join(dataDirectoryOf(choice), "models");
  const hub = choice.hub ?? {};
  const progress = onProgress === undefined ? {} : { onProgress };
  const model = await describeChosenModel(models.full, choice, { directory, hub, ...progress });
  const snapshot = findSnapshot(model, choice);
  return prepareTextModel({
    model,
    directory,
    hub,
    ...(choice.precision === undefined ? {} : { precision: choice.precision }),
    ...(snapshot === undefined ? {} : { sourceDirectory: snapshot }),
    ...progress,
  });
}

/** The declared facts; those of the repository where another one, or another revision of it, was chosen. */
async function describeChosenModel(
  full: TextModel,
  { repository = full.repository, revision }: ModelChoice,
  options: { directory: string; hub: NonNullable<ModelChoice["hub"]>; onProgress?: OnDownloadProgress },
): Promise<TextModel> {
  const isSameRepository = repository === full.repository;
  if (isSameRepository && (revision ?? full.revision) === full.revision) return full;
  const described = await describeHubTextModel({ repository, revision, ...options });
  // Prompts stand in a model's card more often than in its files; a new revision does not change them.
  return isSameRepository ? { ...described, prompts: { ...full.prompts, ...described.prompts } } : described;
}
