/** Longest delay a timer takes; longer ones fire at once. @source WHATWG HTML, timers (signed 32-bit milliseconds) */
const maxTimerMs = 2_147_483_647;

/** Options of {@link sleep}. */
export interface SleepOptions {
  signal?: AbortSignal | undefined;
  /** Lets a Node process exit although the timer is still pending; for background work. Default false. */
  background?: boolean;
}

/** Resolves after `ms` milliseconds; rejects with the signal's reason as soon as it fires and leaves no timer behind. */
export function sleep(ms: number, options: SleepOptions = {}): Promise<void> {
  const { signal, background = false } = options;
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(toError(signal.reason));
      return;
    }
    const onAbort = () => {
      clearTimeout(timer as number);
      reject(toError(signal?.reason));
    };
    const timer: unknown = setTimeout(
      () => {
        signal?.removeEventListener("abort", onAbort);
        resolve();
      },
      Math.min(Math.max(0, ms), maxTimerMs),
    );
    if (background) letProcessExit(timer);
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}

/** A browser's timer is a number, Node's an object whose `unref` stops it from keeping the process alive. */
function letProcessExit(timer: unknown): void {
  if (typeof timer === "object" && timer !== null && "unref" in timer && typeof timer.unref === "function") timer.unref();
}

function toError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error("aborted", { cause: reason });
}
