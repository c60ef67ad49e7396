import type { FinishReason, GeneratedToken } from "@repo/contracts/generate-text";
import type { GrammarState } from "@repo/grammar/compiled-grammar";
import { createAnswerText } from "./answer-text.ts";
import type { Sampler } from "./sampler.ts";
import { topTokens } from "./sampler.ts";

/** What an answer is written with. */
export interface AnswerWriterOptions {
  sampler: Sampler;
  grammar?: GrammarState | undefined;
  bytesOf(token: number): Uint8Array | undefined;
  endTokens: ReadonlySet<number>;
  maxNewTokens: number;
  stop: readonly string[];
  /** Alternatives to report beside each token. */
  topTokens: number;
}

/** What came of one set of logits. */
export interface WrittenTokens {
  /** The token that was drawn, then those that the grammar forces behind it. */
  tokens: GeneratedToken[];
  finished?: { finishReason: FinishReason; stoppedBy?: string };
}

/** Draws the tokens of one answer and decides when it is over. */
export interface AnswerWriter {
  /** @param logits behind the last token, float32 [vocabulary]; overwritten */
  write(logits: Float32Array): WrittenTokens;
}

/** Starts an answer; see {@link AnswerWriter}. */
export function createAnswerWriter(options: AnswerWriterOptions): AnswerWriter {
  const { sampler, grammar, bytesOf, endTokens, maxNewTokens } = options;
  const text = createAnswerText({ bytesOf, stop: options.stop });
  let written = 0;

  /** Takes a token into the answer. */
  function take(id: number, logProbability: number, result: WrittenTokens): void {
    sampler.observe(id);
    grammar?.accept(id);
    written += 1;
    const isEnd = endTokens.has(id);
    const step = isEnd ? text.end() : text.push(id);
    const token: GeneratedToken = { id, text: step.text, logProbability, special: bytesOf(id) === undefined };
    result.tokens.push(token);
    if (step.stoppedBy !== undefined) result.finished = { finishReason: "stop", stoppedBy: step.stoppedBy };
    else if (isEnd) result.finished = { finishReason: "eos" };
    else if (written >= maxNewTokens) {
      const rest = text.end();
      token.text += rest.text;
      result.finished = rest.stoppedBy === undefined ? { finishReason: "length" } : { finishReason: "stop", stoppedBy: rest.stoppedBy };
    }
  }

  /** Takes what must come next; false when there is a choice, or the answer is over. */
  function takeForced(result: WrittenTokens): boolean {
    if (result.finished !== undefined) return false;
    const forced = grammar?.forced(maxNewTokens - written) ?? [];
    for (const id of forced) {
      // Nothing else was possible: probability 1.
      take(id, 0, result);
      if (result.finished !== undefined) return false;
    }
    return forced.length > 0;
  }

  return {
    write(logits) {
      const { token, logProbability, logSum } = sampler.draw(logits, grammar?.allowed(maxNewTokens - written));
      const result: WrittenTokens = { tokens: [] };
      take(token, logProbability, result);
      if (options.topTokens > 0) {
        (result.tokens[0] as GeneratedToken).top = topTokens(logits, options.topTokens, logSum).map((each) => ({
          id: each.token,
          text: toText(bytesOf(each.token)),
          logProbability: each.logProbability,
        }));
      }
      while (takeForced(result));
      return result;
    },
  };
}

function toText(bytes: Uint8Array | undefined): string {
  return bytes === undefined ? "" : new TextDecoder().decode(bytes);
}
