import type { CallContext } from "@repo/contracts/call-context";
import type { RouteMethod } from "@repo/contracts/route";
import { circuitBreaker, CircuitState, ConsecutiveBreaker, ExponentialBackoff, halfJitterGenerator, handleWhen } from "cockatiel";
import { AttemptFailure } from "./attempt-failure.ts";
import type { AttemptReport } from "./attempt-report.ts";
import { createEmitter } from "./emitter.ts";
import { hubRuntimePath } from "./hub-runtime.ts";
import { toKeyHeaders } from "./key-headers.ts";
import { probeSpace } from "./probe-space.ts";
import { createResilientCall, isBrokenSpace, type CallRoute, type Exchange, type StreamRoute } from "./resilient-call.ts";
import { openRequest, sendRequest, type HttpAnswer, type HttpRequest, type OpenedAnswer } from "./send-request.ts";
import { parseSpaceAddress, type SpaceAddress } from "./space-address.ts";
import { createWakeUp, type SpaceStateReport } from "./wake-up.ts";
import { withinDeadline } from "./within-deadline.ts";

/** How to reach a Space. */
export interface SpaceClientOptions {
  /** Anything parseSpaceAddress reads. */
  url: string;
  /** Hugging Face token of a private Space; sent as `Authorization: Bearer`, to this Space's host only. */
  token?: string | undefined;
  /** Key of the Space itself (its SPACE_API_KEYS); sent as `X-API-Key`, so that both fit into one request. */
  apiKey?: string | undefined;
  /** Longest time one attempt may take, milliseconds. Default 30,000. */
  timeoutMs?: number | undefined;
  /** Longest time a sleeping Space is given to wake up, milliseconds. Default 180,000: a free Space takes up to two minutes. */
  wakeBudgetMs?: number | undefined;
  /** Attempts per call, the first included. Default 4. */
  maxAttempts?: number | undefined;
  /** First pause between attempts, milliseconds; it doubles, with jitter, up to 10 s. Default 250. */
  retryDelayMs?: number | undefined;
  /** Failures in a row, of an awake Space, after which it is left alone. Default 5. */
  breakAfterFailures?: number | undefined;
  /** How long it is left alone at first, milliseconds; it doubles up to a minute, less up to half for jitter. Default 5,000. */
  breakForMs?: number | undefined;
  /** Pause between looks at a waking Space, milliseconds; it grows to five times that. Default 1,000. */
  pollIntervalMs?: number | undefined;
  /** Pause after a failed wake in which calls fail at once, milliseconds. Default 15,000. */
  coolDownMs?: number | undefined;
  /** Longest answer read, bytes. Default 64 MiB: 2,048 vectors of 768 numbers written out are 35 MB. */
  maxResponseBytes?: number | undefined;
  /** The Hub, asked for the stage of a Space on Hugging Face. Default https://huggingface.co. */
  hubUrl?: string | undefined;
  /** Default the platform's. */
  fetch?: typeof globalThis.fetch | undefined;
  onStateChange?: ((state: SpaceClientState) => void) | undefined;
  /** Told of every attempt at a call, after it ended; for a log of calls and their costs. */
  onAttempt?: ((attempt: AttemptReport) => void) | undefined;
}

/** State of the Space and of the circuit breaker in front of it. */
export interface SpaceClientState extends SpaceStateReport {
  /** open: it failed too often in a row and calls fail at once. */
  circuit: "closed" | "open" | "half-open";
}

/** A connection to one Space; safe to share by everything in a process, and meant to be. */
export interface SpaceClient {
  readonly address: SpaceAddress;
  /**
   * Calls a route and gives its parsed answer. Without a deadline in the context, a call may take a wake and an attempt.
   * A Space that will not be awake before the deadline rejects promptly with model_unavailable, details
   * {state: "warming", retryAfterMs}, and goes on being woken in the background.
   * @throws every code; `remote` says what the Space answered
   */
  call: CallRoute;
  /**
   * Calls a route that streams and gives its values as they come. Up to the first value it is a call like any other, with
   * wake-up and retries; after that an error ends it. The context's deadline is for the whole stream; timeoutMs bounds the
   * wait for each value. Leaving the loop ends the connection.
   */
  stream: StreamRoute;
  getState(): SpaceClientState;
  /** Calls `listener` on every change and every look at a waking Space; returns the way out. */
  subscribe(listener: (state: SpaceClientState) => void): () => void;
  /** Starts waking the Space in the background, e.g. when a person opens the page. */
  wake(): void;
  /** One GET without retries or wake, whatever the answer; for diagnosis. Throws CodedError when there is no answer. */
  get(path: string, context?: CallContext): Promise<HttpAnswer>;
  /** What the Hub answers about this Space's stage, asked with the token; undefined for a server that is not on Hugging Face. */
  getHubRuntime(context?: CallContext): Promise<HttpAnswer | undefined>;
  /** Stops background work. Calls under way go on. */
  close(): void;
}

/** Connects to a Space. Nothing is sent before the first call. @throws invalid_request for an address or key that cannot be one */
export function createSpaceClient(options: SpaceClientOptions): SpaceClient {
  const { timeoutMs = 30_000, wakeBudgetMs = 180_000, maxResponseBytes = 64 * 1024 * 1024, fetch = globalThis.fetch } = options;
  const address = parseSpaceAddress(options.url);
  const keys = toKeyHeaders(options);

  type Sent = Parameters<Exchange>[2];
  const toRequest = (url: string, method: RouteMethod, request: Sent, keyHeaders: Record<string, string>): HttpRequest => ({
    ...request,
    url,
    method,
    headers: { accept: "application/json", ...request.headers, ...keyHeaders },
    maxResponseBytes,
    secrets: keys.secrets,
  });
  const exchange: Exchange = (method, path, request) =>
    sendRequest(toRequest(`${address.baseUrl}${path}`, method, request, keys.headers), fetch);
  const open: Exchange<OpenedAnswer> = (method, path, request) =>
    openRequest(toRequest(`${address.baseUrl}${path}`, method, request, keys.headers), fetch);
  const wakeUp = createWakeUp({
    probe: (signal) => probeSpace((path, inner) => exchange("GET", path, { signal: inner }), signal),
    budgetMs: wakeBudgetMs,
    pollIntervalMs: options.pollIntervalMs,
    coolDownMs: options.coolDownMs,
  });
  const breaker = circuitBreaker(handleWhen(isBrokenSpace), {
    breaker: new ConsecutiveBreaker(options.breakAfterFailures ?? 5),
    halfOpenAfter: new ExponentialBackoff({ initialDelay: options.breakForMs ?? 5_000, maxDelay: 60_000, generator: halfJitterGenerator }),
  });
  const { call, stream } = createResilientCall({
    baseUrl: address.baseUrl,
    exchange,
    open,
    maxResponseBytes,
    wakeUp,
    breaker,
    timeoutMs,
    wakeBudgetMs,
    maxAttempts: options.maxAttempts ?? 4,
    retryDelayMs: options.retryDelayMs ?? 250,
    onAttempt: options.onAttempt,
  });

  const states = createEmitter<SpaceClientState>();
  if (options.onStateChange !== undefined) states.subscribe(options.onStateChange);
  const getState = (): SpaceClientState => ({ ...wakeUp.report(), circuit: toCircuit(breaker.state) });
  wakeUp.subscribe(() => states.emit(getState()));
  breaker.onStateChange(() => states.emit(getState()));

  async function getOnce(what: string, context: CallContext, run: (signal: AbortSignal) => Promise<HttpAnswer>): Promise<HttpAnswer> {
    const deadlineAt = Math.min(context.deadlineAt ?? Infinity, Date.now() + timeoutMs);
    try {
      return await withinDeadline({ deadlineAt, signal: context.signal, what }, run);
    } catch (error) {
      throw error instanceof AttemptFailure ? error.error : error;
    }
  }

  return {
    address,
    call,
    stream,
    getState,
    subscribe: states.subscribe,
    wake() {
      if (getState().state !== "awake") wakeUp.start("asked to wake up");
    },
    get: (path, context = {}) => getOnce(`GET ${path} of ${address.baseUrl}`, context, (signal) => exchange("GET", path, { signal })),
    async getHubRuntime(context = {}) {
      const path = hubRuntimePath(address);
      if (path === undefined) return undefined;
      const hubUrl = (options.hubUrl ?? "https://huggingface.co").replace(/\/+$/, "");
      // The Space's own key is none of the Hub's business.
      const { authorization } = keys.headers;
      return await getOnce(`GET ${path} of the Hub`, context, (signal) =>
        sendRequest(toRequest(`${hubUrl}${path}`, "GET", { signal }, authorization === undefined ? {} : { authorization }), fetch),
      );
    },
    close() {
      wakeUp.close();
      states.clear();
    },
  };
}

function toCircuit(state: CircuitState): SpaceClientState["circuit"] {
  if (state === CircuitState.Closed) return "closed";
  return state === CircuitState.HalfOpen ? "half-open" : "open";
}
