import { CodedError } from "@repo/contracts/coded-error";
import {
  type GenerationRequest,
  maxAnswersPerRequest,
  maxTopTokens,
  type SamplingOptions,
  samplingOptions,
} from "@repo/contracts/generate-text";
import { generationGrammar } from "@repo/contracts/generation-grammar";
import type { GenerationJob } from "./language-model-protocol.ts";
import type { SamplerSettings } from "./sampler.ts";

/** Bounds of one request, tokens. */
export interface RequestLimits {
  /** Prompt and answer together. */
  contextTokens: number;
  maxPromptTokens: number;
  maxNewTokens: number;
  /** Answer's length where a request names none. */
  defaultNewTokens: number;
}

/**
 * Checks a request, apart from its prompt.
 * @throws CodedError invalid_request naming the field
 */
export function checkRequest(request: GenerationRequest, { maxNewTokens }: RequestLimits): void {
  const { sampling, grammar, answers = 1, topTokens = 0 } = request;
  for (const result of [samplingOptions.optional().safeParse(sampling), generationGrammar.optional().safeParse(grammar)]) {
    if (result.success) continue;
    const [issue] = result.error.issues;
    throw invalid(`${issue?.path.join(".") ?? "request"}: ${issue?.message ?? "invalid"}`);
  }
  if (!isWithin(answers, 1, maxAnswersPerRequest)) throw invalid(`answers: 1 to ${maxAnswersPerRequest} can be written`);
  if (!isWithin(topTokens, 0, maxTopTokens)) throw invalid(`topTokens: 0 to ${maxTopTokens} can be reported`);
  if ((sampling?.maxNewTokens ?? 1) > maxNewTokens) {
    throw new CodedError("invalid_request", `maxNewTokens: at most ${maxNewTokens} tokens can be written.`, { details: { maxNewTokens } });
  }
}

function isWithin(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}

function invalid(message: string): CodedError {
  return new CodedError("invalid_request", message);
}

/**
 * Length of the answer for a prompt of so many tokens.
 * @throws CodedError input_too_long (details: promptTokens, maxNewTokens, contextTokens), invalid_request for an empty prompt
 */
export function fitAnswer(promptTokens: number, wanted: number | undefined, limits: RequestLimits): number {
  const { contextTokens, maxPromptTokens, defaultNewTokens } = limits;
  if (promptTokens === 0) throw invalid("The prompt is empty, and this model cannot begin without a token.");
  const maxNewTokens = wanted ?? Math.max(1, Math.min(defaultNewTokens, contextTokens - promptTokens));
  if (promptTokens > maxPromptTokens || promptTokens + maxNewTokens > contextTokens) {
    throw new CodedError(
      "input_too_long",
      promptTokens > maxPromptTokens
        ? `The prompt has ${promptTokens} tokens; at most ${maxPromptTokens} can be read.`
        : `The prompt has ${promptTokens} tokens and the answer may have ${maxNewTokens}; together at most ${contextTokens} are possible.`,
      { details: { promptTokens, maxNewTokens, contextTokens, maxPromptTokens } },
    );
  }
  return maxNewTokens;
}

/** Settings of the sampler: what the request says, else what the model says, else nothing is changed. */
export function toSamplerSettings(sampling: SamplingOptions = {}, defaults: SamplingOptions): SamplerSettings {
  const neutral = { temperature: 1, topK: 0, topP: 1, minP: 0, repetitionPenalty: 1, frequencyPenalty: 0, presencePenalty: 0 };
  const pick = (name: keyof typeof neutral): number => sampling[name] ?? defaults[name] ?? neutral[name];
  return {
    temperature: pick("temperature"),
    topK: pick("topK"),
    topP: pick("topP"),
    minP: pick("minP"),
    repetitionPenalty: pick("repetitionPenalty"),
    frequencyPenalty: pick("frequencyPenalty"),
    presencePenalty: pick("presencePenalty"),
  };
}

/** Everything that the answer depends on. */
export function toJob(
  request: GenerationRequest,
  { id, prompt, maxNewTokens, defaults }: { id: number; prompt: Int32Array; maxNewTokens: number; defaults: SamplingOptions },
): GenerationJob {
  const { sampling, answers = 1, topTokens = 0, grammar, cacheSalt = "" } = request;
  return {
    id,
    prompt,
    answers,
    maxNewTokens,
    sampling: toSamplerSettings(sampling, defaults),
    seed: sampling?.seed ?? Math.floor(Math.random() * 2 ** 32),
    stop: sampling?.stop ?? [],
    topTokens,
    ...(grammar === undefined ? {} : { grammar }),
    salt: cacheSalt,
    isReusing: true,
  };
}
