import type { GeneratedToken } from "@repo/contracts/generate-text";
import { toFinite } from "@repo/contracts/generate-text-wire";

interface Logprob {
  token: string;
  logprob: number;
  bytes: number[] | null;
}

/** Tokens as chat completions tell them. */
export function toChatLogprobs(tokens: readonly GeneratedToken[]): {
  content: (Logprob & { top_logprobs: Logprob[] })[];
  refusal: null;
} {
  const toLogprob = ({ text, logProbability }: { text: string; logProbability: number }): Logprob => ({
    token: text,
    logprob: toFinite(logProbability),
    bytes: [...Buffer.from(text, "utf8")],
  });
  return {
    content: tokens.map((token) => ({ ...toLogprob(token), top_logprobs: (token.top ?? []).map(toLogprob) })),
    refusal: null,
  };
}

/** Tokens as completions tell them. */
export interface LegacyLogprobs {
  tokens: string[];
  token_logprobs: number[];
  top_logprobs: Record<string, number>[] | null;
  text_offset: number[];
}

/**
 * @param offset place of the first token in the text of the choice, UTF-16 units
 * @param withTop whether alternatives were asked for
 */
export function toLegacyLogprobs(tokens: readonly GeneratedToken[], offset: number, withTop: boolean): LegacyLogprobs {
  let place = offset;
  return {
    tokens: tokens.map(({ text }) => text),
    token_logprobs: tokens.map(({ logProbability }) => toFinite(logProbability)),
    top_logprobs: withTop
      ? tokens.map(({ top = [] }) => Object.fromEntries(top.map(({ text, logProbability }) => [text, toFinite(logProbability)])))
      : null,
    text_offset: tokens.map(({ text }) => {
      const own = place;
      place += text.length;
      return own;
    }),
  };
}

/** Tokens that are part of the text: OpenAI does not tell the one that ends it. */
export function withoutSpecial(tokens: readonly GeneratedToken[]): GeneratedToken[] {
  return tokens.filter(({ special }) => !special);
}
