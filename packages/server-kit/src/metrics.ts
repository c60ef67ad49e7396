import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";

/** Buckets from 1 ms to two minutes: a cached vector on one end, a bulk request behind a queue on the other. */
export const durationBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120];

/** What a server counts about HTTP; capabilities add their own metrics to the same registry. */
export interface Metrics {
  registry: Registry;
  observeRequest(request: { route: string; method: string; status: number; seconds: number }): void;
  /** Tells how much waits for a worker; what to scale by. Not called by a server without a queue, which then shows none. */
  observeQueue(queue: { requests: number; tokens: number }): void;
}

/**
 * A registry of its own per server, so that two servers in one process do not share numbers.
 * @param options.processMetrics also CPU, memory and event-loop lag of the process; at most one server per process should ask
 */
export function createMetrics(options: { processMetrics?: boolean } = {}): Metrics {
  const registry = new Registry();
  if (options.processMetrics === true) collectDefaultMetrics({ register: registry });
  const requests = new Counter({
    name: "http_requests_total",
    help: "Requests answered, by route and status.",
    labelNames: ["route", "method", "status"] as const,
    registers: [registry],
  });
  const durations = new Histogram({
    name: "http_request_duration_seconds",
    help: "Time from the arrival of a request to its answer.",
    labelNames: ["route"] as const,
    buckets: durationBuckets,
    registers: [registry],
  });
  // Made when first told: a server without a queue has no such number, rather than one that is always zero.
  let queue: Record<"requests" | "tokens", Gauge> | undefined;
  return {
    registry,
    observeQueue: ({ requests: waiting, tokens }) => {
      queue ??= {
        requests: new Gauge({ name: "queue_requests", help: "Requests that wait for a worker.", registers: [registry] }),
        tokens: new Gauge({ name: "queue_tokens", help: "Tokens that wait for a worker.", registers: [registry] }),
      };
      queue.requests.set(waiting);
      queue.tokens.set(tokens);
    },
    observeRequest: ({ route, method, status, seconds }) => {
      requests.inc({ route, method, status });
      durations.observe({ route }, seconds);
    },
  };
}
