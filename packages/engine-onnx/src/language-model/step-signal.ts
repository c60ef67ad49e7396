import type { CallContext } from "@repo/contracts/call-context";
import { CodedError } from "@repo/contracts/coded-error";

/** Tells that the model took a step. */
export interface StepSignal {
  announce(): void;
  /** The thread was lost; those who wait for a step are told. */
  announceLoss(): void;
  /** Resolves with the next step. @throws CodedError model_unavailable when there is none, cancelled */
  next(context: CallContext): Promise<void>;
}

/** Nobody waits at first. */
export function createStepSignal(): StepSignal {
  let waiting: PromiseWithResolvers<void>[] = [];
  const settle = (act: (each: PromiseWithResolvers<void>) => void) => {
    const told = waiting;
    waiting = [];
    for (const each of told) act(each);
  };
  return {
    announce: () => settle(({ resolve }) => resolve()),
    announceLoss: () => settle(({ reject }) => reject(new CodedError("model_unavailable", "The language model's thread does not answer."))),
    async next({ signal, deadlineAt }) {
      const mine = Promise.withResolvers<void>();
      waiting.push(mine);
      const onAbort = () => mine.reject(new CodedError("cancelled", "The caller left before the model took a step."));
      const onLate = () => mine.reject(new CodedError("model_unavailable", "The language model took no step in time."));
      signal?.addEventListener("abort", onAbort, { once: true });
      const timer = deadlineAt === undefined ? undefined : setTimeout(onLate, Math.max(0, deadlineAt - Date.now()));
      try {
        await mine.promise;
      } finally {
        clearTimeout(timer);
        signal?.removeEventListener("abort", onAbort);
        waiting = waiting.filter((each) => each !== mine);
      }
    },
  };
}
