import { CodedError } from "@repo/contracts/coded-error";
import type { WorkContext } from "./work-context.ts";

/** Bounds how many files are worked on and how many wait. */
export interface PageGate {
  /**
   * Waits for a place in the order of the calls; call the result to give it back.
   * @param options.isPatient part of a batch that was accepted: it waits however many others do
   * @throws CodedError overloaded when too many wait, with the time after which there is room; cancelled, deadline_exceeded
   */
  enter(context: WorkContext, options?: { isPatient?: boolean }): Promise<(pages: number) => void>;
  stats(): { running: number; waiting: number; pagesPerSecond: number };
}

const shortestRetryMs = 500;
const longestRetryMs = 60_000;
/** Weight of the last file in the measured time per page. */
const smoothing = 0.2;

/** @param options.places files worked on at a time: each holds a page or two in memory. */
export function createPageGate(options: { places: number; maxWaiting: number }): PageGate {
  const waiting: { enter: () => void; leave: (error: CodedError) => void }[] = [];
  let running = 0;
  let millisecondsPerPage = 300;

  const start = (): ((pages: number) => void) => {
    running += 1;
    const startedAt = performance.now();
    let isOver = false;
    return (pages) => {
      if (isOver) return;
      isOver = true;
      running -= 1;
      if (pages > 0) millisecondsPerPage += smoothing * ((performance.now() - startedAt) / pages - millisecondsPerPage);
      waiting.shift()?.enter();
    };
  };
  const pagesPerSecond = (): number => (1000 * options.places) / millisecondsPerPage;

  return {
    async enter({ signal, deadlineAt }, { isPatient = false } = {}) {
      if (signal?.aborted === true) throw toReason(signal);
      if (running < options.places) return start();
      if (!isPatient && waiting.length >= options.maxWaiting) {
        const retryAfterMs = Math.min(longestRetryMs, Math.max(shortestRetryMs, (1000 * waiting.length) / pagesPerSecond()));
        throw new CodedError("overloaded", `${waiting.length} sheets are waiting already.`, { retryAfterMs });
      }
      const { promise, resolve, reject } = Promise.withResolvers<(pages: number) => void>();
      const place = { enter: () => resolve(start()), leave: reject };
      waiting.push(place);
      const leave = (error: CodedError): void => {
        const index = waiting.indexOf(place);
        if (index >= 0) waiting.splice(index, 1);
        reject(error);
      };
      const onAbort = (): void => leave(toReason(signal as AbortSignal));
      signal?.addEventListener("abort", onAbort, { once: true });
      const timer =
        deadlineAt === undefined || !Number.isFinite(deadlineAt)
          ? undefined
          : setTimeout(
              () => leave(new CodedError("deadline_exceeded", "The sheet was not read in time.")),
              Math.max(0, deadlineAt - Date.now()),
            );
      try {
        return await promise;
      } finally {
        clearTimeout(timer);
        signal?.removeEventListener("abort", onAbort);
      }
    },
    stats: () => ({ running, waiting: waiting.length, pagesPerSecond: Number(pagesPerSecond().toFixed(2)) }),
  };
}

function toReason(signal: AbortSignal): CodedError {
  return CodedError.isInstance(signal.reason) ? signal.reason : new CodedError("cancelled", "The caller left.");
}
