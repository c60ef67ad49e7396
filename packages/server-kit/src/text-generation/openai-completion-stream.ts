import type { GenerationEvent, GenerationTimings, TokenUsage } from "@repo/contracts/generate-text";
import type { OpenAiCompletionEvent } from "@repo/contracts/openai-completions";
import type { HandlerContext } from "../mount-route.ts";
import { openAiFinishReasons, toTimingFields, toUsageFields } from "./generation-facts.ts";
import type { ReadCompletion } from "./openai-completion-request.ts";
import { toOpenAiHead, type OpenAiHead } from "./openai-head.ts";
import { toLegacyLogprobs } from "./openai-logprobs.ts";
import { startGeneration } from "./run-generation.ts";
import type { TextGenerationHost } from "./text-generation-host.ts";
import { tgiFinishReasons, toTgiToken } from "./tgi-answers.ts";
import { toWarnings } from "./unknown-fields.ts";

/** What {@link streamCompletions} is told of the body. */
export interface CompletionStreamOptions {
  read: ReadCompletion;
  model: string | null | undefined;
  withUsage: boolean;
}

/**
 * Events that are OpenAI's and text-generation-inference's at once: Hugging Face's JavaScript client and LangChain on top of
 * it read `token.text` and `generated_text` from this route. Several prompts are answered one after the other.
 */
export async function* streamCompletions(
  host: TextGenerationHost,
  { read, model, withUsage }: CompletionStreamOptions,
  context: HandlerContext,
): AsyncGenerator<OpenAiCompletionEvent> {
  const total = { promptTokens: 0, cachedTokens: 0, generatedTokens: 0 };
  let end: { head: OpenAiHead<"text_completion">; timings: GenerationTimings } | undefined;
  for (const [at, request] of read.requests.entries()) {
    const { model: identity, events } = await startGeneration(host, request, context);
    const head = toOpenAiHead("text_completion", { requested: model, identity, context });
    const teller = createTeller(head, { read, at, withUsage });
    for await (const event of events) {
      if (event.type === "end") {
        add(total, event.usage);
        end = { head: end?.head ?? head, timings: event.timings };
      } else yield* teller(event);
    }
  }
  if (withUsage && end !== undefined) yield { ...end.head, choices: [], usage: toUsageFields(total), timings: toTimingFields(end.timings) };
}

type AnswerEvent = Exclude<GenerationEvent, { type: "end" }>;

/** Turns events of the prompt number `at` into OpenAI's. */
function createTeller(
  head: OpenAiHead<"text_completion">,
  { read, at, withUsage }: { read: ReadCompletion; at: number; withUsage: boolean },
): (event: AnswerEvent) => Generator<OpenAiCompletionEvent> {
  const prefix = read.isEchoed ? (read.prompts[at] ?? "") : "";
  const lengths = new Map<number, number>();
  let hasWarned = at > 0;
  const nothing = withUsage ? { usage: null } : {};
  return function* tell(event) {
    const index = at * read.choices + event.answer;
    const known = lengths.get(event.answer);
    const before = known === undefined ? prefix : "";
    const offset = known ?? prefix.length;
    const warnings = hasWarned ? {} : toWarnings(read.warnings);
    hasWarned = true;
    if (event.type === "token") {
      const { token } = event;
      const text = token.special ? "" : token.text;
      lengths.set(event.answer, offset + text.length);
      const logprobs = read.withLogprobs && !token.special ? toLegacyLogprobs([token], offset, read.withTop) : null;
      yield {
        ...head,
        choices: [{ index, text: before + text, finish_reason: null, logprobs }],
        ...nothing,
        token: toTgiToken(token),
        generated_text: null,
        details: null,
        ...warnings,
      };
      return;
    }
    const { text, finishReason, tokens, seed } = event.finished;
    yield {
      ...head,
      choices: [{ index, text: before, finish_reason: openAiFinishReasons[finishReason], logprobs: null }],
      ...nothing,
      token: { id: tokens.at(-1)?.id ?? 0, text: "", logprob: 0, special: true },
      generated_text: prefix + text,
      details: { finish_reason: tgiFinishReasons[finishReason], generated_tokens: tokens.length, seed },
      ...warnings,
    };
  };
}

function add(total: TokenUsage, usage: TokenUsage): void {
  total.promptTokens += usage.promptTokens;
  total.cachedTokens += usage.cachedTokens;
  total.generatedTokens += usage.generatedTokens;
}
