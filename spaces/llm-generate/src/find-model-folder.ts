import { homedir } from "node:os";
import { join } from "node:path";
import type { ModelFileStatus } from "@repo/contracts/health";
import type { OnDownloadProgress } from "@repo/engine-onnx/hub/hub-options";
import { prepareFolder, toFolderName, toPreparationError } from "@repo/engine-onnx/prepare-folder";
import { fetchModel } from "./fetch-model.ts";
import type { LanguageVariables } from "./language-variables.ts";
import { fullModel, pocketDirectory } from "./model.ts";
import { manifestFile, verifyModelFolder } from "./verify-model-folder.ts";

/** The folder of the chosen model, in the layout in which the Hub has it. */
export interface ModelFolder {
  directory: string;
  profile: "pocket" | "full" | "custom";
  files: ModelFileStatus[];
}

/**
 * The model of a named folder, the committed pocket model, or the Hub's, which is fetched where that was not done before.
 * @throws CodedError model_unavailable with cause and remedy
 */
export async function findModelFolder(variables: LanguageVariables, onProgress?: OnDownloadProgress): Promise<ModelFolder> {
  if (variables.MODEL_DIRECTORY !== undefined) return await verify(variables.MODEL_DIRECTORY);
  if (variables.MODEL === "pocket" && variables.MODEL_ID === undefined) return await verify(pocketDirectory);
  const repository = variables.MODEL_ID ?? fullModel.repository;
  const revision = variables.MODEL_REVISION ?? (repository === fullModel.repository ? fullModel.revision : "main");
  const precision = variables.MODEL_PRECISION;
  const home = variables.DATA_DIRECTORY ?? join(homedir(), ".cache/outpost");
  const folder = join(home, "language-models", `${toFolderName({ repository, revision })}-${precision}`);
  const build = async (directory: string): Promise<void> => {
    await fetchModel({
      directory,
      repository,
      revision,
      precision,
      hub: { endpoint: variables.HF_ENDPOINT, token: variables.HF_TOKEN?.reveal() },
      hubHome: variables.HF_HOME,
      onProgress,
    });
  };
  try {
    return await prepareFolder({ folder, manifestFile, load: verify, build });
  } catch (error) {
    throw toPreparationError(error, repository, undefined);
  }
}

async function verify(directory: string): Promise<ModelFolder> {
  const { name, files } = await verifyModelFolder(directory);
  // By what the model says of itself: an image serves any of them from a folder of another name.
  const profile = name === fullModel.repository ? "full" : name === "outpost/pocket-llm" ? "pocket" : "custom";
  return { directory, profile, files };
}
