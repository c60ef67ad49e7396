import type { CallContext } from "@repo/contracts/call-context";
import { CodedError, type ErrorCode } from "@repo/contracts/coded-error";
import { toCodedError } from "@repo/server-kit/error-response";
import type { Answerer, OpenModel } from "./answerer.ts";
import type { FailedAttempt, FallbackEvent } from "./language-model.ts";

/** What is asked of whoever answers. What it yields reaches the caller while it is made; the signal ends the work. */
export type Ask<Event, Result> = (model: OpenModel, context: CallContext, begun: () => void) => AsyncGenerator<Event, Result>;

/** Options of {@link askInTurn}. */
export interface AskInTurnOptions {
  context: CallContext;
  /** Who could not be asked at all, and why: the beginning of the path. */
  before: readonly FailedAttempt[];
  /** How long the first words of an answer are waited for while somebody else could be asked, milliseconds. */
  patienceMs: number;
  /** Whether the next one may begin anew after words of another one have reached the caller. */
  mayBeginAnew: boolean;
}

/** An answer, and how it came about. */
export interface Answered<Result> {
  result: Result;
  answerer: Answerer;
  model: OpenModel;
  fallbackPath: FailedAttempt[];
}

/** What is wrong with the question: nobody else would answer it either. */
const callerCodes = new Set<ErrorCode>(["invalid_request", "input_too_long", "payload_too_large", "cancelled"]);

function toAttempt({ tier, variant }: Answerer, code: ErrorCode, reason: string): FailedAttempt {
  return { tier, variant, code, reason };
}

/** The caller's context with a signal of its own, which also fires when patience is over. */
function createPatience(answerer: Answerer, context: CallContext, patienceMs: number | undefined) {
  const controller = new AbortController();
  let lost: CodedError | undefined;
  const stops: (() => void)[] = [];
  const leave = (): void => controller.abort(context.signal?.reason);
  if (context.signal?.aborted === true) leave();
  context.signal?.addEventListener("abort", leave, { once: true });
  const lose = (reason: string): void => {
    lost ??= new CodedError("model_unavailable", reason);
    controller.abort(lost);
  };
  const begin = (): void => {
    for (const stop of stops.splice(0)) stop();
  };
  if (patienceMs !== undefined) {
    const timer = setTimeout(() => {
      // A server that does not stream says nothing before the end; while it is awake it is at work.
      if (!isSilent || !answerer.isAwake()) lose(`It did not begin to answer within ${Math.round(patienceMs / 1000)} s.`);
    }, patienceMs);
    stops.push(() => clearTimeout(timer), answerer.onAsleep(lose));
  }
  let isSilent = false;
  return {
    context: { ...context, signal: controller.signal },
    begin,
    /** Called when it is known that no words come before the end. */
    expectSilence: () => (isSilent = true),
    lost: () => lost,
    end: () => {
      begin();
      context.signal?.removeEventListener("abort", leave);
      controller.abort();
    },
  };
}

/**
 * Asks one after the other until somebody answers; who is known to sleep is left out while somebody else is there. Yields
 * what the one who is asked yields, and who does not answer while there is a next one; where somebody begins anew, what came before
 * is void.
 * @throws CodedError what is wrong with the question, at once; cancelled; deadline_exceeded; model_unavailable (overloaded,
 * where that is what all of them are) with details.fallbackPath when nobody answers
 */
export async function* askInTurn<Event, Result>(
  answerers: readonly Answerer[],
  { context, before, patienceMs, mayBeginAnew }: AskInTurnOptions,
  ask: Ask<Event, Result>,
): AsyncGenerator<Event | FallbackEvent, Answered<Result>> {
  const fallbackPath = [...before];
  const sleeping: Answerer[] = [];
  const queue = [...answerers];
  const errors: CodedError[] = [];
  for (let answerer = queue.shift(); answerer !== undefined; answerer = queue.shift()) {
    const down = queue.length > 0 && !sleeping.includes(answerer) ? answerer.explainDown() : undefined;
    if (down !== undefined) {
      sleeping.push(answerer);
      const attempt = toAttempt(answerer, "model_unavailable", down);
      fallbackPath.push(attempt);
      yield { type: "fallback", attempt };
      continue;
    }
    const patience = createPatience(answerer, context, queue.length > 0 ? patienceMs : undefined);
    let hasSpoken = false;
    let answer: AsyncGenerator<Event, Result> | undefined;
    try {
      const model = await answerer.open(patience.context);
      if (!model.streams) patience.expectSilence();
      answer = ask(model, patience.context, patience.begin);
      for (;;) {
        const { done, value } = await answer.next();
        if (done === true)
          return { result: value, answerer, model, fallbackPath: fallbackPath.filter((attempt) => !isOf(attempt, answerer)) };
        hasSpoken = true;
        yield value;
      }
    } catch (thrown) {
      const error = toFailure(patience.lost() ?? thrown, context, !hasSpoken || mayBeginAnew);
      errors.push(error);
      fallbackPath.push(toAttempt(answerer, error.code, error.message));
      // Nobody else is left: who was left out asleep may still wake up in time.
      if (queue.length === 0) queue.push(...sleeping.splice(0, 1));
    } finally {
      patience.end();
      // Who leaves the loop leaves this one too, and with it the connection.
      await answer?.return(undefined as never);
    }
    if (queue.length > 0) yield { type: "fallback", attempt: fallbackPath.at(-1) as FailedAttempt };
  }
  throw nobodyAnswers(fallbackPath, errors);
}

/** Why one who was asked did not answer. @throws what ends the question, because nobody else may answer it */
function toFailure(thrown: unknown, { signal, deadlineAt = Infinity }: CallContext, mayGoOn: boolean): CodedError {
  if (signal?.aborted === true) throw new CodedError("cancelled", "The question was withdrawn.", { cause: signal.reason });
  const error = toCodedError(thrown);
  if (callerCodes.has(error.code) || !mayGoOn || deadlineAt <= Date.now()) throw error;
  return error;
}

function isOf(attempt: FailedAttempt, { tier, variant }: Answerer): boolean {
  return attempt.tier === tier && attempt.variant === variant;
}

function nobodyAnswers(fallbackPath: readonly FailedAttempt[], errors: readonly CodedError[]): CodedError {
  const isBusy = errors.length > 0 && errors.every(({ code }) => code === "overloaded");
  const waits = errors.flatMap(({ retryAfterMs }) => retryAfterMs ?? []);
  const who = fallbackPath.map(({ tier, variant, reason }) => `${tier}${variant === "staging" ? " (staging)" : ""}: ${reason}`).join(" ");
  return new CodedError(isBusy ? "overloaded" : "model_unavailable", `No language model answers. ${who}`.trim(), {
    details: { fallbackPath: [...fallbackPath] },
    ...(waits.length === 0 ? {} : { retryAfterMs: Math.min(...waits) }),
    cause: errors[0],
  });
}
