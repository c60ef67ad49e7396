import { CodedError } from "@repo/contracts/coded-error";
import { sleep } from "./sleep.ts";

/** Options of {@link withinDeadline}. */
export interface WithinDeadlineOptions {
  /** Milliseconds since the epoch; Infinity for none. */
  deadlineAt: number;
  signal?: AbortSignal | undefined;
  /** What was asked of whom, for the message, e.g. "POST /embed of http://127.0.0.1:7861". */
  what: string;
}

/**
 * Runs `run` and settles at the latest at the deadline, or at once when the caller's signal fires, even if `run` does
 * not listen. `run` gets a signal that fires in both cases.
 * @throws deadline_exceeded, cancelled, or what `run` throws
 */
export async function withinDeadline<T>(options: WithinDeadlineOptions, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const { deadlineAt, signal: outer, what } = options;
  if (outer?.aborted === true) throw cancelled(what, outer.reason);
  if (deadlineAt <= Date.now()) throw exceeded(what);
  const controller = new AbortController();
  const finished = new AbortController();
  const stopped = new Promise<never>((_, reject) => {
    const stop = (error: CodedError) => {
      controller.abort(error);
      reject(error);
    };
    outer?.addEventListener("abort", () => stop(cancelled(what, outer.reason)), { once: true, signal: finished.signal });
    if (Number.isFinite(deadlineAt)) {
      sleep(deadlineAt - Date.now(), { signal: finished.signal }).then(
        () => stop(exceeded(what)),
        () => {},
      );
    }
  });
  try {
    return await Promise.race([run(controller.signal), stopped]);
  } finally {
    finished.abort();
    controller.abort();
  }
}

function exceeded(what: string): CodedError {
  return new CodedError("deadline_exceeded", `${what} was not answered within the time given.`);
}

function cancelled(what: string, cause: unknown): CodedError {
  return new CodedError("cancelled", `${what} was cancelled by its caller.`, { cause });
}
