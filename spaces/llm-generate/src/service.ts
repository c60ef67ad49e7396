import { homedir } from "node:os";
import { join } from "node:path";
import type { GenerationService } from "@repo/contracts/generate-text";
import { createTextGenerator } from "@repo/engine-onnx/language-model/create-text-generator";
import { z } from "zod";
import { findModelFolder } from "./find-model-folder.ts";
import { languageVariables, type LanguageVariables } from "./language-variables.ts";

const bytesPerMegabyte = 1024 * 1024;

/**
 * The Space without HTTP: what main.ts serves, and what an app loads into its own process in place of a Space.
 * @param given variables that differ from their defaults, e.g. {MODEL: "full"}
 * @throws CodedError model_unavailable when the model is not there or cannot be loaded
 */
export async function createService(given: Partial<LanguageVariables> = {}): Promise<GenerationService> {
  const variables: LanguageVariables = { ...z.object(languageVariables).parse({}), ...given };
  const { directory, profile, files } = await findModelFolder(variables);
  const generator = await createTextGenerator({
    directory,
    cacheDirectory: join(variables.DATA_DIRECTORY ?? join(homedir(), ".cache/outpost"), "rewritten-models"),
    threads: variables.THREADS,
    maxConcurrentAnswers: variables.MAX_CONCURRENT_ANSWERS,
    maxQueuedRequests: variables.MAX_QUEUED_REQUESTS,
    contextTokens: variables.MAX_CONTEXT_TOKENS,
    maxPromptTokens: variables.MAX_PROMPT_TOKENS,
    maxNewTokens: variables.MAX_NEW_TOKENS,
    defaultNewTokens: variables.DEFAULT_NEW_TOKENS,
    kvBytes: variables.KV_MB * bytesPerMegabyte,
    isReusing: variables.PREFIX_REUSE,
  });
  const { model, revision } = await generator.info();
  return {
    ...generator,
    status: () => ({ ...generator.status(), model: { model, revision }, profile, ...(files.length === 0 ? {} : { files }) }),
  };
}
