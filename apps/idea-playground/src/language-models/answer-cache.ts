import { CodedError } from "@repo/contracts/coded-error";
import { LRUCache } from "lru-cache";

/** Answers to questions that were asked before. */
export interface AnswerCache {
  /**
   * The answer to `key`, or what `ask` gives; who asks the same meanwhile waits for the same answer. Failures are not
   * kept. The work ends when everybody who waits for it has left.
   * @param options.mayKeep whether an answer may be given again
   */
  get<Answer extends object>(
    key: string,
    ask: (signal: AbortSignal) => Promise<Answer>,
    options: { signal?: AbortSignal | undefined; mayKeep: (answer: Answer) => boolean },
  ): Promise<{ answer: Answer; cached: boolean }>;
  /** An answer that was kept. */
  peek(key: string): object | undefined;
  /** Keeps an answer. */
  keep(key: string, answer: object): void;
}

interface Flight {
  answer: Promise<object>;
  waiting: number;
  controller: AbortController;
}

/** Characters of all answers that are kept. */
const maxCharacters = 16_000_000;

function cancelled(reason: unknown): CodedError {
  return new CodedError("cancelled", "The question was withdrawn.", { cause: reason });
}

/** @param maxEntries answers that are kept; 0: none, but the same questions at the same time are still one */
export function createAnswerCache(maxEntries: number): AnswerCache {
  const kept =
    maxEntries === 0
      ? undefined
      : new LRUCache<string, object>({
          max: maxEntries,
          maxSize: maxCharacters,
          sizeCalculation: (answer) => JSON.stringify(answer).length,
        });
  const flights = new Map<string, Flight>();

  function takeOff<Answer extends object>(
    key: string,
    ask: (signal: AbortSignal) => Promise<Answer>,
    mayKeep: (answer: Answer) => boolean,
  ): Flight {
    const controller = new AbortController();
    const answer = ask(controller.signal)
      .then((given) => {
        if (mayKeep(given)) kept?.set(key, given);
        return given;
      })
      .finally(() => {
        if (flights.get(key)?.controller === controller) flights.delete(key);
      });
    // Whoever waits hears of it; nobody may wait any more.
    answer.catch(() => undefined);
    const flight: Flight = { answer, waiting: 0, controller };
    flights.set(key, flight);
    return flight;
  }

  return {
    peek: (key) => {
      const known = kept?.get(key);
      return known === undefined ? undefined : structuredClone(known);
    },
    keep: (key, answer) => void kept?.set(key, structuredClone(answer)),
    async get(key, ask, { signal, mayKeep }) {
      if (signal?.aborted === true) throw cancelled(signal.reason);
      type Answer = Awaited<ReturnType<typeof ask>>;
      const known = kept?.get(key);
      if (known !== undefined) return { answer: structuredClone(known) as Answer, cached: true };
      const running = flights.get(key);
      const flight = running ?? takeOff(key, ask, mayKeep);
      flight.waiting += 1;
      const left = Promise.withResolvers<never>();
      const leave = (): void => left.reject(cancelled(signal?.reason));
      signal?.addEventListener("abort", leave, { once: true });
      try {
        const answer = (await Promise.race([flight.answer, left.promise])) as Answer;
        return { answer: structuredClone(answer), cached: running !== undefined };
      } finally {
        signal?.removeEventListener("abort", leave);
        flight.waiting -= 1;
        if (flight.waiting === 0) {
          // A withdrawn flight takes no more passengers.
          if (flights.get(key) === flight) flights.delete(key);
          flight.controller.abort();
        }
      }
    },
  };
}
