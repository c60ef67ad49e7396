import { CodedError } from "@repo/contracts/coded-error";
import type { QueryLog } from "../query-log/query-log.ts";
import type { SettingsStore } from "../settings/settings-store.ts";
import type { AnswerCache } from "./answer-cache.ts";
import { type Answered, type Ask, askInTurn } from "./ask-in-turn.ts";
import { toCodedError } from "@repo/server-kit/error-response";
import { composePrompt } from "./compose-prompt.ts";
import type { DrawnAnswers, Question } from "./draw-answers.ts";
import { type AnswererParts, findAnswerers } from "./find-answerers.ts";
import type { FallbackEvent, GenerateOptions, PromptContext, Provenance, TieredLanguageModel } from "./language-model.ts";
import type { Tier } from "./tiers.ts";

/** What {@link createPutQuestion} works with. */
export interface LanguageModelParts extends AnswererParts {
  store: SettingsStore;
  cache: AnswerCache;
  queryLog: Pick<QueryLog, "record">;
  /** Told of defects, for the log. */
  onDefect: (error: unknown) => void;
}

/** What is asked: everything of a call but the schema and the number. */
export interface Call {
  operation: keyof TieredLanguageModel;
  prompt: string;
  tier: Tier | undefined;
  context: PromptContext | undefined;
  options: GenerateOptions;
}

/** A question that is put to whoever answers. */
export interface Asking<Event, Result> {
  /** Everything that the answer depends on; the cache's key is made of it. */
  question: Question;
  ask: Ask<Event, Result>;
  /** Whether another one may begin anew after words have reached the caller. */
  mayBeginAnew: boolean;
  /** Whether the caller looks on while the answer is made; nobody else can wait for the same one then. */
  isWatched: boolean;
  /** Characters of an answer, for the log. */
  lengthOf: (result: Result) => number;
  usageOf: (result: Result) => Pick<DrawnAnswers, "usage" | "timings">;
}

/** An answer with where it comes from. */
export interface Given<Result> {
  result: Result;
  provenance: Provenance;
  constrained: boolean;
}

/** Puts a call's question to its tier; what is yielded reaches the caller while the answer is made. */
export type PutQuestion = <Event, Result extends object>(
  call: Call,
  asking: Asking<Event, Result>,
) => AsyncGenerator<Event | FallbackEvent, Given<Result>>;

/** Sampling of the original client. */
const defaultTemperature = 0.7;
/** Longest prompt with what stands in front of it, characters: no model here reads more, and a Space would refuse it. */
const maxPromptCharacters = 400_000;

/** A call as a question: context and history in front, sampling with its defaults. */
export function toQuestion({ prompt, context, options }: Call, temperature = defaultTemperature): Question & { contextApplied: boolean } {
  if (typeof prompt !== "string" || prompt.trim() === "") throw new CodedError("invalid_request", "There is no prompt.");
  const composed = composePrompt(prompt, { context, history: options.conversationHistory });
  if (composed.text.length > maxPromptCharacters)
    throw new CodedError("input_too_long", `A prompt with its context has at most ${maxPromptCharacters.toLocaleString("en")} characters.`);
  const {
    maxNewTokens,
    maxLength,
    temperature: asked,
    topK,
    topP,
    minP,
    repetitionPenalty,
    frequencyPenalty,
    presencePenalty,
    stop,
    seed,
  } = options;
  const sampling = {
    maxNewTokens: maxNewTokens ?? maxLength,
    temperature: asked ?? temperature,
    topK,
    topP,
    minP,
    repetitionPenalty,
    frequencyPenalty,
    presencePenalty,
    stop,
    seed,
  };
  return { prompt: composed.text, contextApplied: composed.contextApplied, sampling };
}

/** Reads a stream to its end. */
export async function drain<Result>(stream: AsyncGenerator<unknown, Result>): Promise<Result> {
  for (;;) {
    const { done, value } = await stream.next();
    if (done === true) return value as Result;
  }
}

/** Puts questions as the settings have it at that moment, and writes each into the log. */
export function createPutQuestion(parts: LanguageModelParts): PutQuestion {
  const { store, config, cache, queryLog, onDefect } = parts;

  return async function* putQuestion<Event, Result extends object>(
    call: Call,
    asking: Asking<Event, Result>,
  ): AsyncGenerator<Event | FallbackEvent, Given<Result>> {
    const startedAt = performance.now();
    const { options } = call;
    const settings = await store.read();
    const found = findAnswerers(call.tier, settings, { ...parts, caller: options.caller });
    const { tier, answerers, before, variant } = found;
    const context = {
      signal: options.signal,
      deadlineAt: options.deadlineAt ?? Date.now() + config.REQUEST_TIMEOUT_MS,
      requestId: options.requestId,
    };
    const isRepeatable =
      options.cache !== false && (asking.question.sampling.temperature === 0 || asking.question.sampling.seed !== undefined);
    type Kept = {
      result: Result;
      answered: Omit<Provenance, "tier" | "contextApplied" | "cached" | "timings" | "usage">;
      constrained: boolean;
    };
    const common = { operation: call.operation, tier, queryText: call.prompt, caller: options.caller };
    const toKept = ({ result, answerer, model, fallbackPath }: Answered<Result>): Kept => ({
      result,
      constrained: model.constrains,
      answered: {
        answeredBy: answerer.tier,
        variant: answerer.variant,
        fallbackPath,
        model: model.model,
        modelVersion: answerer.modelVersion ?? (model.revision === "" ? null : model.revision),
      },
    });
    // What a stand-in has answered is not the tier's answer.
    const mayKeep = ({ answered }: Kept): boolean => answered.fallbackPath.length === 0;
    const askNow = (signal: AbortSignal | undefined): AsyncGenerator<Event | FallbackEvent, Answered<Result>> =>
      askInTurn(
        answerers,
        { context: { ...context, signal }, before, patienceMs: config.TIER_TIMEOUT_MS, mayBeginAnew: asking.mayBeginAnew },
        asking.ask,
      );
    try {
      let kept: Kept;
      let cached = false;
      if (isRepeatable) {
        // A stream and its like that answers at once are one question.
        const kind = call.operation.replace("stream", "generate");
        const key = JSON.stringify([kind, tier, variant, settings.revision, asking.question]);
        const known = asking.isWatched ? (cache.peek(key) as Kept | undefined) : undefined;
        if (known !== undefined) [kept, cached] = [known, true];
        else if (asking.isWatched) {
          kept = toKept(yield* askNow(options.signal));
          if (mayKeep(kept)) cache.keep(key, kept);
        } else {
          const got = await cache.get(key, async (signal) => toKept(await drain(askNow(signal))), { signal: options.signal, mayKeep });
          ({ cached } = got);
          kept = got.answer;
        }
      } else kept = toKept(yield* askNow(options.signal));
      const { usage, timings } = asking.usageOf(kept.result);
      const totalMs = performance.now() - startedAt;
      queryLog.record({
        ...common,
        ...kept.answered,
        responseLength: asking.lengthOf(kept.result),
        promptTokens: cached ? 0 : usage?.promptTokens,
        generatedTokens: cached ? 0 : usage?.generatedTokens,
        firstTokenMs: cached ? null : timings.firstTokenMs,
        durationMs: totalMs,
        cached,
      });
      const provenance: Provenance = {
        ...kept.answered,
        tier,
        contextApplied: false,
        usage,
        timings: { ...(cached ? {} : timings), totalMs },
        cached,
      };
      return { result: kept.result, provenance, constrained: kept.constrained };
    } catch (thrown) {
      const error = toCodedError(thrown);
      if (error.code === "internal" && error.cause !== undefined) onDefect(error.cause);
      const path = error.details?.["fallbackPath"] as Provenance["fallbackPath"] | undefined;
      queryLog.record({
        ...common,
        variant,
        fallbackPath: path ?? [],
        errorCode: error.code,
        errorMessage: error.message,
        durationMs: performance.now() - startedAt,
      });
      throw error;
    }
  };
}
