import { maxAnswersPerRequest, maxStopStrings, type LanguageModelInfo } from "@repo/contracts/generate-text";
import { countTokensRoute, generateTextRoute, generateTextStreamRoute } from "@repo/contracts/generate-text-routes";
import {
  toGenerateTextAnswer,
  toGenerateTextEvent,
  toGenerationInput,
  toGenerationRequest,
  toSamplingFields,
} from "@repo/contracts/generate-text-wire";
import { generationInfoRoute, type GenerationInfo } from "@repo/contracts/generation-info";
import { mountRoute, mountStream } from "../mount-route.ts";
import type { Server } from "../server.ts";
import { countTokens } from "./count-tokens.ts";
import { runGeneration, startGeneration } from "./run-generation.ts";
import type { TextGenerationHost } from "./text-generation-host.ts";

/** Mounts our own routes: /generate-text, /generate-text/stream, /count-tokens and /info. */
export function mountNativeRoutes(server: Server, host: TextGenerationHost): void {
  mountRoute(server, generateTextRoute, async (body, context) =>
    toGenerateTextAnswer(await runGeneration(host, toGenerationRequest(body), context)),
  );
  mountStream(server, generateTextStreamRoute, async function* (body, context) {
    const { model, events } = await startGeneration(host, toGenerationRequest(body), context);
    for await (const event of events) yield toGenerateTextEvent(event, model);
  });
  mountRoute(server, countTokensRoute, async (body, context) => {
    const tokens = await countTokens(host, toGenerationInput(body), context);
    const { model, revision } = await (await host.service()).info(context);
    return { model, revision, tokens };
  });
  mountRoute(server, generationInfoRoute, async (_body, context) => toInfo(server, await (await host.service()).info(context)));
}

function toInfo(server: Server, info: LanguageModelInfo): GenerationInfo {
  return {
    model_id: info.model,
    model_sha: info.revision,
    model_dtype: info.precision,
    model_device_type: "cpu",
    model_pipeline_tag: "text-generation",
    max_concurrent_requests: server.limits.maxConcurrentRequests,
    max_best_of: maxAnswersPerRequest,
    max_stop_sequences: maxStopStrings,
    max_input_tokens: info.maxPromptTokens,
    max_total_tokens: info.contextTokens,
    validation_workers: 1,
    max_client_batch_size: maxAnswersPerRequest,
    router: server.name,
    version: server.version,
    sha: null,
    docker_label: null,
    max_new_tokens: info.maxNewTokens,
    default_new_tokens: info.defaultNewTokens,
    max_batch_size: info.maxConcurrentAnswers,
    vocabulary_size: info.vocabularySize,
    has_chat_template: info.hasChatTemplate,
    default_sampling: toSamplingFields(info.defaultSampling),
    capabilities: info.capabilities,
  };
}
