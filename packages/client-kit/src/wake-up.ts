import { CodedError } from "@repo/contracts/coded-error";
import { createEmitter } from "./emitter.ts";
import { sleep } from "./sleep.ts";

/**
 * What is known about a Space: `unknown` nothing was asked yet · `awake` it answered · `warming` it is being woken and
 * polled · `down` it could not be woken, and is left alone for a moment.
 */
export type SpaceState = "unknown" | "awake" | "warming" | "down";

/** {@link SpaceState} with what a person wants to know about it. */
export interface SpaceStateReport {
  state: SpaceState;
  /** Milliseconds since the epoch when this state began. */
  since: number;
  /** Probes sent in this state. */
  attempts: number;
  /** While warming: how long it will probably still take, milliseconds. While down: when it is tried again. */
  estimateMs?: number;
  /** Why it is not awake, for people. */
  reason?: string;
}

/** What one look at the Space found. */
export type ProbeResult =
  | { kind: "ready" }
  | { kind: "asleep"; reason: string }
  /** Waiting will not help. */
  | { kind: "broken"; error: CodedError };

/** Options of {@link createWakeUp}. */
export interface WakeUpOptions {
  /** Looks once, and wakes the Space by doing so; must end when the signal fires. */
  probe: (signal: AbortSignal) => Promise<ProbeResult>;
  /** How long a wake may take, milliseconds. */
  budgetMs: number;
  /** Pause after the first probe; it grows by half up to five times this. Default 1000. */
  pollIntervalMs?: number | undefined;
  /** Pause after a wake that failed, in which calls fail at once. Default 15,000. */
  coolDownMs?: number | undefined;
}

/** Wakes a Space once for everybody who waits for it. */
export interface WakeUp {
  report(): SpaceStateReport;
  /** Calls `listener` on every change and every probe; returns the way out. */
  subscribe(listener: (report: SpaceStateReport) => void): () => void;
  markAwake(): void;
  /** Starts a wake unless one is under way. Runs in the background and never rejects. */
  start(reason: string): void;
  /**
   * Resolves when the Space may be asked. Rejects with model_unavailable, details {state, retryAfterMs}, at once when
   * the wake will probably outlast the deadline, or with what made the wake fail.
   */
  wait(options: { deadlineAt: number; signal: AbortSignal }): Promise<void>;
  close(): void;
}

/** A free Space's usual way from sleep to ready, milliseconds. @source seed-origins: 30-60 s observed, up to 2 min */
const typicalWakeMs = 60_000;
/** One probe may hang this long, milliseconds: the Hub's edge holds a request while the container starts. */
const probeTimeoutMs = 10_000;
/** How long a caller in a hurry waits for the first probe, which may find the Space awake, milliseconds. */
const firstLookMs = 1_500;
/** What is kept of the caller's time to tell him, milliseconds. */
const answerMarginMs = 50;

/** See {@link WakeUp}. Nothing runs before {@link WakeUp.start}. */
export function createWakeUp(options: WakeUpOptions): WakeUp {
  const { probe, budgetMs, pollIntervalMs = 1_000, coolDownMs = 15_000 } = options;
  const changes = createEmitter<SpaceStateReport>();
  let current: SpaceStateReport = { state: "unknown", since: Date.now(), attempts: 0 };
  let lastWakeMs: number | undefined;
  let downError: CodedError | undefined;
  let running: AbortController | undefined;

  function change(next: Omit<SpaceStateReport, "since" | "attempts">, attempts = 0): void {
    const since = next.state === current.state ? current.since : Date.now();
    current = { ...next, since, attempts };
    changes.emit(report());
  }

  function estimateMs(): number {
    const elapsedMs = Date.now() - current.since;
    if (current.state === "down") return Math.max(0, coolDownMs - elapsedMs);
    const usualMs = (lastWakeMs ?? typicalWakeMs) - elapsedMs;
    // What takes longer than usual takes longer still: half of the time gone is the guess for the rest.
    const guessMs = Math.min(Math.max(usualMs, elapsedMs / 2), budgetMs - elapsedMs);
    return Math.max(guessMs, pollIntervalMs * 2);
  }

  function report(): SpaceStateReport {
    return current.state === "warming" || current.state === "down" ? { ...current, estimateMs: estimateMs() } : current;
  }

  function markAwake(): void {
    if (current.state === "awake") return;
    // Found awake at the first look, it had not slept.
    if (current.state === "warming" && current.attempts > 0) lastWakeMs = Date.now() - current.since;
    running?.abort();
    running = undefined;
    downError = undefined;
    change({ state: "awake" });
  }

  function markDown(error: CodedError): void {
    downError = error;
    running = undefined;
    change({ state: "down", reason: error.message }, current.attempts);
  }

  function start(reason: string): void {
    if (running !== undefined) return;
    const controller = new AbortController();
    running = controller;
    change({ state: "warming", reason });
    void poll(controller.signal);
  }

  async function poll(signal: AbortSignal): Promise<void> {
    const startedAt = Date.now();
    for (let attempts = 1; !signal.aborted; attempts++) {
      const result = await look(signal);
      if (signal.aborted) return;
      if (result.kind === "ready") return markAwake();
      if (result.kind === "broken") return markDown(result.error);
      change({ state: "warming", reason: result.reason }, attempts);
      const pauseMs = jitter(pollIntervalMs * Math.min(5, 1.5 ** (attempts - 1)));
      if (Date.now() + pauseMs - startedAt > budgetMs) {
        const seconds = Math.round(budgetMs / 1000);
        return markDown(new CodedError("model_unavailable", `The Space did not wake up within ${seconds} s (${trimStop(result.reason)}).`));
      }
      await sleep(pauseMs, { signal, background: true }).catch(() => {});
    }
  }

  async function look(signal: AbortSignal): Promise<ProbeResult> {
    const limit = new AbortController();
    const done = new AbortController();
    const stop = () => limit.abort();
    signal.addEventListener("abort", stop, { signal: done.signal });
    sleep(probeTimeoutMs, { signal: done.signal, background: true }).then(stop, () => {});
    try {
      return await probe(limit.signal);
    } catch {
      return { kind: "asleep", reason: "it holds the connection without an answer" };
    } finally {
      done.abort();
    }
  }

  async function wait({ deadlineAt, signal }: { deadlineAt: number; signal: AbortSignal }): Promise<void> {
    for (;;) {
      if (current.state === "down" && downError !== undefined && estimateMs() > 0) throw unavailable(downError.message, downError);
      if (current.state !== "warming") return;
      const remainingMs = deadlineAt - Date.now();
      const lookMs = current.attempts > 0 ? 0 : Math.min(current.since + firstLookMs - Date.now(), remainingMs - answerMarginMs);
      if (lookMs > 0) {
        await nextChange(lookMs, signal);
      } else if (estimateMs() > remainingMs) {
        throw unavailable(`The Space is waking up (${trimStop(current.reason ?? "asleep")}).`);
      } else {
        // Until the next probe, and early enough to tell the caller before the deadline.
        await nextChange(remainingMs - pollIntervalMs, signal);
      }
    }
  }

  function unavailable(message: string, cause?: CodedError): CodedError {
    const retryAfterMs = Math.ceil(estimateMs());
    // A cause that no waiting removes (a wrong token) keeps its own code.
    const code = cause?.code ?? "model_unavailable";
    return new CodedError(code, message, {
      cause,
      details: { ...cause?.details, state: current.state, retryAfterMs },
      retryAfterMs,
      ...(cause?.remote === undefined ? {} : { remote: cause.remote }),
    });
  }

  async function nextChange(ms: number, signal: AbortSignal): Promise<void> {
    const done = new AbortController();
    const stop = changes.subscribe(() => done.abort());
    const forward = () => done.abort();
    signal.addEventListener("abort", forward, { once: true });
    await sleep(ms, { signal: done.signal }).catch(() => {});
    stop();
    signal.removeEventListener("abort", forward);
    signal.throwIfAborted();
  }

  function close(): void {
    running?.abort();
    running = undefined;
    if (current.state === "warming") change({ state: "unknown" });
    changes.clear();
  }

  return { report, subscribe: changes.subscribe, markAwake, start, wait, close };
}

/** Between 80% and 120%, so that many clients do not knock at the same moment. */
function jitter(ms: number): number {
  return ms * (0.8 + Math.random() * 0.4);
}

/** A sentence as a part of another one. */
function trimStop(sentence: string): string {
  return sentence.replace(/\.$/, "");
}
