import { createTextService, type TextService } from "@repo/engine-onnx/text-service/create-text-service";
import { toTextModelOptions, type TextModelVariables } from "@repo/server-kit/text-embedding/text-model-variables";
import { models } from "./model.ts";

/**
 * The Space without HTTP: what main.ts serves, and what an app loads into its own process in place of a Space.
 * @param variables those of the model that differ from their defaults, e.g. {MODEL: "full"}
 * @throws CodedError model_unavailable when the model is not there or cannot be loaded
 */
export async function createService(variables: Partial<TextModelVariables> = {}): Promise<TextService> {
  return await createTextService(models, toTextModelOptions(variables));
}
