import type { CallContext } from "@repo/contracts/call-context";
import { CodedError } from "@repo/contracts/coded-error";
import type { TextEmbedder } from "@repo/contracts/embed-text";
import { isSameModel, type ModelIdentity } from "@repo/contracts/model-info";
import type { SpaceClient } from "./create-space-client.ts";
import { createEmitter } from "./emitter.ts";
import { loadOnce } from "./load-once.ts";
import { modelMismatch } from "./model-mismatch.ts";
import { sleep } from "./sleep.ts";
import type { TextEmbedderClient } from "./text-embedder-client.ts";

/** Options of {@link withFallback}. */
export interface WithFallbackOptions {
  /** Usually a TextEmbedderClient. */
  primary: TextEmbedder & Partial<Pick<TextEmbedderClient, "identity" | "probe" | "space">>;
  /** Loads the local service of the same model; called when it is first needed, and again after a failure. */
  fallback: () => Promise<TextEmbedder>;
  /** The model whose vectors are in use. Default what the primary said last; one of the two is needed to fall back. */
  expectedIdentity?: ModelIdentity | undefined;
  /** Time the primary gets when the caller named no deadline, milliseconds. Default 30,000. With a deadline: 60% of the time left. */
  primaryTimeoutMs?: number | undefined;
  /** Pause before the primary is looked at again, milliseconds; it doubles up to eight times that. Default 2,000. */
  probeIntervalMs?: number | undefined;
  onChange?: ((status: FallbackStatus) => void) | undefined;
}

/** Who answers, and why. */
export interface FallbackStatus {
  /** Who answers the next request. */
  active: "primary" | "fallback";
  /** Milliseconds since the epoch when that began. */
  since: number;
  /** Why not the primary, for a banner. */
  reason?: string;
  /** Code of the failure behind the reason. */
  code?: CodedError["code"];
  /** Whether the fallback is loaded; "failed" says that the last attempt to load it, or its model, was no good. */
  fallback: "not-loaded" | "loaded" | "failed";
  /** Requests answered by each. */
  answered: { primary: number; fallback: number };
}

/** A TextEmbedder that survives the loss of its primary. */
export interface FallbackTextEmbedder extends TextEmbedder {
  status(): FallbackStatus;
  /** Calls `listener` whenever the answering side changes; returns the way out. */
  subscribe(listener: (status: FallbackStatus) => void): () => void;
  /** Stops looking for the primary. */
  close(): void;
}

/** Part of the caller's time that the primary may use up; the rest is for the fallback. */
const primaryShare = 0.6;
/** One look at the primary may take this long, milliseconds. */
const probeTimeoutMs = 10_000;

/**
 * Answers from the primary; when it is unavailable (asleep, warming, down, circuit open) or too slow, from the local
 * service, until a probe in the background gets an answer from the primary again. Every other error of the primary
 * (wrong key, bad input, full queue) is the caller's.
 *
 * The local service must be the *same* model as the vectors in use: another one is an error that names both
 * (model_mismatch), never an answer. Where it cannot be loaded, the primary's error is thrown.
 */
export function withFallback(options: WithFallbackOptions): FallbackTextEmbedder {
  const { primary, primaryTimeoutMs = 30_000, probeIntervalMs = 2_000 } = options;
  const load = loadOnce(options.fallback);
  const changes = createEmitter<FallbackStatus>();
  if (options.onChange !== undefined) changes.subscribe(options.onChange);
  const answered = { primary: 0, fallback: 0 };
  let current: Omit<FallbackStatus, "answered"> = { active: "primary", since: Date.now(), fallback: "not-loaded" };
  let primaryError: CodedError | undefined;
  let lastIdentity: ModelIdentity | undefined;
  let searching: AbortController | undefined;

  const status = (): FallbackStatus => ({ ...current, answered: { ...answered } });
  const change = (next: Partial<typeof current>) => {
    current = { ...current, ...next };
    changes.emit(status());
  };

  function toPrimary(): void {
    searching?.abort();
    searching = undefined;
    primaryError = undefined;
    current = { active: "primary", since: Date.now(), fallback: current.fallback };
    changes.emit(status());
  }

  function toFallback(error: CodedError): void {
    primaryError = error;
    if (current.active === "fallback") return;
    change({ active: "fallback", since: Date.now(), reason: error.message, code: error.code });
    searching = new AbortController();
    void searchPrimary(searching.signal);
  }

  async function searchPrimary(signal: AbortSignal): Promise<void> {
    const probe = primary.probe ?? (async (context?: CallContext) => (await primary.embed({ texts: ["ready"] }, context)).identity);
    for (let pauseMs = probeIntervalMs; !signal.aborted; pauseMs = Math.min(pauseMs * 2, probeIntervalMs * 8)) {
      await pauseUntilAwake(primary.space, pauseMs, signal);
      if (signal.aborted) return;
      try {
        const identity = await probe({ deadlineAt: Date.now() + probeTimeoutMs, signal });
        const expected = expectedIdentity();
        if (expected === undefined || isSameModel(expected, identity)) return toPrimary();
        change({ reason: modelMismatch("The Space", expected, identity).message, code: "model_mismatch" });
      } catch (error) {
        if (CodedError.isInstance(error) && !signal.aborted) change({ reason: error.message, code: error.code });
      }
    }
  }

  const expectedIdentity = () => options.expectedIdentity ?? primary.identity?.() ?? lastIdentity;

  async function loadSame(context: CallContext): Promise<TextEmbedder> {
    const cause = primaryError;
    const expected = expectedIdentity();
    if (expected === undefined) {
      throw new CodedError(
        "model_unavailable",
        `${cause?.message ?? "The Space is unavailable."} The local service cannot stand in: it is not known which model the vectors are of.`,
        carryOver(cause),
      );
    }
    const service = await load().catch((error: unknown) => {
      change({ fallback: "failed" });
      throw new CodedError("model_unavailable", `${cause?.message ?? "The Space is unavailable."} There is no local service to stand in.`, {
        ...carryOver(cause),
        cause: error,
      });
    });
    const local = await service.info(context);
    if (!isSameModel(expected, local)) {
      change({ fallback: "failed" });
      throw modelMismatch("The local service", expected, { model: local.model, revision: local.revision, dimensions: local.dimensions });
    }
    if (current.fallback !== "loaded") change({ fallback: "loaded" });
    return service;
  }

  async function run<Result>(
    context: CallContext | undefined,
    ask: (embedder: TextEmbedder, context: CallContext) => Promise<Result>,
  ): Promise<Result> {
    // Without a fallback that works, the primary's own answer is the best there is, be it an error.
    if (current.active === "primary" || current.fallback === "failed") {
      try {
        const result = await ask(primary, shareTime(context, primaryTimeoutMs));
        answered.primary++;
        if (current.active === "fallback") toPrimary();
        return result;
      } catch (error) {
        if (!isUnavailable(error) || isOver(context)) throw error;
        toFallback(error);
      }
    }
    const result = await ask(await loadSame(context ?? {}), context ?? {});
    answered.fallback++;
    return result;
  }

  return {
    async embed(request, context) {
      const result = await run(context, (embedder, inner) => embedder.embed(request, inner));
      if (request.dimensions === undefined) lastIdentity = result.identity;
      return result;
    },
    info: (context) => run(context, (embedder, inner) => embedder.info(inner)),
    status,
    subscribe: changes.subscribe,
    close() {
      searching?.abort();
      changes.clear();
    },
  };
}

/** Waits, but no longer than until the Space is found awake. */
async function pauseUntilAwake(space: SpaceClient | undefined, ms: number, signal: AbortSignal): Promise<void> {
  const done = new AbortController();
  const stop = space?.subscribe(({ state, circuit }) => {
    if (state === "awake" && circuit !== "open") done.abort();
  });
  await sleep(ms, { signal: AbortSignal.any([signal, done.signal]), background: true }).catch(() => {});
  stop?.();
}

const unavailableCodes = new Set<string>(["model_unavailable", "model_mismatch", "deadline_exceeded"]);

/** What only another place to compute can help against; a Space that serves another model by now is one of them. */
function isUnavailable(error: unknown): error is CodedError {
  return CodedError.isInstance(error) && unavailableCodes.has(error.code);
}

function isOver(context: CallContext | undefined): boolean {
  return context?.signal?.aborted === true || (context?.deadlineAt ?? Infinity) <= Date.now();
}

function shareTime(context: CallContext | undefined, primaryTimeoutMs: number): CallContext {
  const now = Date.now();
  const deadlineAt = context?.deadlineAt === undefined ? now + primaryTimeoutMs : now + (context.deadlineAt - now) * primaryShare;
  return { ...context, deadlineAt };
}

function carryOver(cause: CodedError | undefined) {
  return {
    ...(cause?.details === undefined ? {} : { details: cause.details }),
    ...(cause?.retryAfterMs === undefined ? {} : { retryAfterMs: cause.retryAfterMs }),
    ...(cause?.remote === undefined ? {} : { remote: cause.remote }),
  };
}
