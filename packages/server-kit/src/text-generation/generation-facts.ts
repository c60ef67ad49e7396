import type { FinishReason, GenerationTimings, TokenUsage } from "@repo/contracts/generate-text";
import type { GenerationTimingFields, GenerationUsage } from "@repo/contracts/generation-facts";

/** Tokens in OpenAI's words. */
export function toUsageFields({ promptTokens, cachedTokens, generatedTokens }: TokenUsage): GenerationUsage {
  return {
    prompt_tokens: promptTokens,
    completion_tokens: generatedTokens,
    total_tokens: promptTokens + generatedTokens,
    prompt_tokens_details: { cached_tokens: cachedTokens },
  };
}

/** Times as they travel. */
export function toTimingFields({ queueMs, prefillMs, decodeMs, firstTokenMs }: GenerationTimings): GenerationTimingFields {
  const round = (milliseconds: number): number => Math.round(milliseconds * 100) / 100;
  return { queue_ms: round(queueMs), prefill_ms: round(prefillMs), decode_ms: round(decodeMs), first_token_ms: round(firstTokenMs) };
}

/** Our reasons in OpenAI's words. */
export const openAiFinishReasons = { eos: "stop", stop: "stop", length: "length" } as const satisfies Record<FinishReason, string>;
