import type { JobEvent } from "./language-model-protocol.ts";

/** What {@link JobChannel} passes on. */
export type ToldEvent = Extract<JobEvent, { kind: "token" | "answer" | "end" }>;

/** Events of one request, from the thread to whoever waits for them. */
export interface JobChannel {
  push(event: ToldEvent): void;
  /** The next read throws it; what was pushed before and not read is lost. */
  fail(error: Error): void;
  /** The next event, as soon as there is one. */
  next(): Promise<ToldEvent>;
}

/** Makes an open channel. It holds at most one request's tokens, so it needs no bound. */
export function createJobChannel(): JobChannel {
  const events: ToldEvent[] = [];
  let failure: Error | undefined;
  let waiting: PromiseWithResolvers<ToldEvent> | undefined;

  return {
    push(event) {
      if (waiting === undefined) events.push(event);
      else waiting.resolve(event);
      waiting = undefined;
    },
    fail(error) {
      failure ??= error;
      waiting?.reject(failure);
      waiting = undefined;
    },
    next() {
      if (failure !== undefined) return Promise.reject(failure);
      const event = events.shift();
      if (event !== undefined) return Promise.resolve(event);
      waiting = Promise.withResolvers();
      return waiting.promise;
    },
  };
}
