import type { CallContext } from "@repo/contracts/call-context";
import { CodedError } from "@repo/contracts/coded-error";
import { createJobChannel, type JobChannel } from "./job-channel.ts";
import type { GenerationJob, JobEvent, LanguageModelRates, LanguageModelRequest } from "./language-model-protocol.ts";
import { estimateRetryAfterMs } from "./retry-after.ts";

/** A request from its acceptance to its end. */
interface OpenJob {
  job: GenerationJob;
  channel: JobChannel;
  isStarted: boolean;
  /** Times it may still be begun again after the thread was lost while working on it. */
  lives: number;
  /** Tokens told so far, by answer; after a new beginning they are not told again. */
  told: number[][];
  /** Tokens seen since the last beginning, by answer. */
  seen: number[];
  /** Answers whose end was told. */
  ended: Set<number>;
  release(): void;
}

/** Options of {@link createJobBook}. */
export interface JobBookOptions {
  /** Requests that may wait to be started; more are refused. */
  maxQueued: number;
  rates(): LanguageModelRates;
  /** False while there is no thread; then it is sent when there is one. */
  post(request: LanguageModelRequest): boolean;
}

/** All requests that are accepted and not answered. */
export interface JobBook {
  readonly open: number;
  readonly queued: number;
  /** Tokens of prompts that wait to be started. */
  readonly queuedTokens: number;
  /** @throws CodedError overloaded, deadline_exceeded, cancelled, model_unavailable */
  accept(job: GenerationJob, context: CallContext): JobChannel;
  /** The caller wants nothing more. */
  leave(id: number): void;
  handle(events: readonly JobEvent[]): void;
  /** The thread was lost: what it worked on loses a life, what it had not started does not. */
  lose(): void;
  /** There is a thread again. */
  replay(): void;
  /** No thread can be had: all fail, and later ones too, until `replay`. */
  failAll(error: CodedError): void;
  /** Refuses what comes later; resolves when all is answered. */
  drain(): Promise<void>;
}

/** A request that is there when two threads are lost is probably the reason. */
const livesOfJob = 1;

/** Makes an empty book. */
export function createJobBook({ maxQueued, rates, post }: JobBookOptions): JobBook {
  const jobs = new Map<number, OpenJob>();
  const drained: (() => void)[] = [];
  let downReason: CodedError | undefined;
  let isClosed = false;
  const countQueued = () => [...jobs.values()].filter(({ isStarted }) => !isStarted).length;

  function close(id: number): OpenJob | undefined {
    const open = jobs.get(id);
    if (open === undefined) return undefined;
    jobs.delete(id);
    open.release();
    if (jobs.size === 0) for (const resolve of drained.splice(0)) resolve();
    return open;
  }

  function fail(id: number, error: CodedError): void {
    close(id)?.channel.fail(error);
  }

  /** The same for a request that the thread may still work on. */
  function give(id: number, error?: CodedError): void {
    const open = close(id);
    if (open === undefined) return;
    post({ kind: "cancel", id });
    if (error !== undefined) open.channel.fail(error);
  }

  function handleOne(event: JobEvent): void {
    const open = jobs.get(event.id);
    if (open === undefined) return;
    if (event.kind === "started") open.isStarted = true;
    else if (event.kind === "failed")
      fail(event.id, new CodedError(event.code, event.message, event.details === undefined ? {} : { details: event.details }));
    else if (event.kind === "end") close(event.id)?.channel.push(event);
    else if (event.kind === "answer") {
      if (!open.ended.has(event.answer)) open.channel.push(event);
      open.ended.add(event.answer);
    } else tell(open, event);
  }

  function tell(open: OpenJob, event: Extract<JobEvent, { kind: "token" }>): void {
    const { answer, token } = event;
    const told = (open.told[answer] ??= []);
    const place = open.seen[answer] ?? 0;
    open.seen[answer] = place + 1;
    const before = told[place];
    if (before === undefined) {
      told.push(token.id);
      open.channel.push(event);
    } else if (before !== token.id) {
      give(event.id, new CodedError("inference_failed", "The model had to be restarted and did not come to the same answer again."));
    }
  }

  return {
    get open() {
      return jobs.size;
    },
    get queued() {
      return countQueued();
    },
    get queuedTokens() {
      return [...jobs.values()].reduce((sum, { job, isStarted }) => sum + (isStarted ? 0 : job.prompt.length), 0);
    },
    accept(job, { signal, deadlineAt }) {
      const { id } = job;
      if (isClosed) throw new CodedError("model_unavailable", "The model is stopping.");
      if (downReason !== undefined) throw downReason;
      if (signal?.aborted === true) throw left();
      if (deadlineAt !== undefined && deadlineAt <= Date.now()) throw late();
      if (countQueued() >= maxQueued) {
        const progress = [...jobs.values()].map((open) => ({ ...open, written: open.told.flat().length }));
        const retryAfterMs = estimateRetryAfterMs(progress, rates());
        throw new CodedError("overloaded", `${maxQueued} requests wait already.`, { retryAfterMs, details: { queued: maxQueued } });
      }
      const onAbort = () => give(id, left());
      const timer =
        deadlineAt === undefined ? undefined : setTimeout(() => give(id, late()), Math.min(deadlineAt - Date.now(), 2 ** 31 - 1));
      signal?.addEventListener("abort", onAbort, { once: true });
      const channel = createJobChannel();
      const release = () => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", onAbort);
      };
      const open: OpenJob = { job, channel, isStarted: false, lives: livesOfJob, told: [], seen: [], ended: new Set(), release };
      post({ kind: "generate", job });
      jobs.set(id, open);
      return channel;
    },
    leave: (id) => give(id),
    handle(events) {
      for (const event of events) handleOne(event);
    },
    lose() {
      for (const [id, open] of jobs) {
        if (!open.isStarted) continue;
        open.lives -= 1;
        if (open.lives < 0) fail(id, new CodedError("inference_failed", "The model failed on this request twice."));
        else Object.assign(open, { isStarted: false, seen: [] });
      }
    },
    replay() {
      downReason = undefined;
      for (const { job } of jobs.values()) post({ kind: "generate", job });
    },
    failAll(error) {
      downReason = error;
      for (const id of jobs.keys()) fail(id, error);
    },
    drain() {
      isClosed = true;
      const { promise, resolve } = Promise.withResolvers<void>();
      if (jobs.size === 0) resolve();
      else drained.push(resolve);
      return promise;
    },
  };
}

function late(): CodedError {
  return new CodedError("deadline_exceeded", "The answer was not ready within the time the caller gave.");
}

function left(): CodedError {
  return new CodedError("cancelled", "The caller left before the answer was ready.");
}
