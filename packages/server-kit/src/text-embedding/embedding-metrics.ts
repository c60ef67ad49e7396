import { CodedError, type ErrorCode } from "@repo/contracts/coded-error";
import type { EmbeddedTexts } from "@repo/contracts/embed-text";
import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import { durationBuckets } from "../metrics.ts";
import type { Server } from "../server.ts";

/** What of a result is counted. */
export interface MeasuredResult {
  timings: EmbeddedTexts["timings"];
  /** Of texts. */
  tokenCounts?: readonly number[];
}

/** Counts what the embedding routes do. */
export interface EmbeddingMetrics {
  /** Runs `work` and counts it, its inputs and how it ended. */
  measure<Result extends MeasuredResult>(inputs: number, work: () => Promise<Result>): Promise<Result>;
}

/** Kinds of failure, in text-embeddings-inference's words. */
const failureKinds: Partial<Record<ErrorCode, string>> = {
  invalid_request: "validation",
  input_too_long: "tokenization",
  payload_too_large: "batch_size",
  overloaded: "overloaded",
  cancelled: "dropped",
  deadline_exceeded: "dropped",
};

const tokenBuckets = [2, 4, 8, 16, 32, 64, 128, 256, 512];

/**
 * Metrics with the names of text-embeddings-inference, so that its dashboards work, and ours for what it has not.
 * @source https://github.com/huggingface/text-embeddings-inference, router/src/prometheus.rs and core/src/infer.rs, revision 0d124dc
 */
export function createEmbeddingMetrics(server: Server): EmbeddingMetrics {
  const registers = [server.metrics.registry];
  const counter = <Label extends string>(name: string, help: string, ...labelNames: Label[]) =>
    new Counter({ name, help, labelNames, registers });
  const durations = (name: string, help: string) => new Histogram({ name, help, buckets: durationBuckets, registers });
  const requestCount = counter("te_request_count", "Embedding requests, by whether they carry one input or several.", "method");
  const requestSuccess = counter("te_request_success", "Embedding requests that were answered.", "method");
  const requestFailure = counter("te_request_failure", "Embedding requests that failed, by kind.", "err");
  const embedCount = counter("te_embed_count", "Inputs to embed.");
  const embedSuccess = counter("te_embed_success", "Inputs that were embedded.");
  const requestDuration = durations("te_request_duration", "Seconds from a valid request to its vectors.");
  const tokenization = durations("te_request_tokenization_duration", "Seconds spent tokenizing.");
  const queue = durations("te_request_queue_duration", "Seconds spent waiting for a worker.");
  const inference = durations("te_request_inference_duration", "Seconds spent in the model.");
  const inputLength = new Histogram({ name: "te_request_input_length", help: "Tokens per input.", buckets: tokenBuckets, registers });
  registerGauges(server, registers);

  return {
    measure: async (inputs, work) => {
      const method = inputs === 1 ? "single" : "batch";
      const startedAt = performance.now();
      requestCount.inc({ method });
      embedCount.inc(inputs);
      try {
        const result = await work();
        requestSuccess.inc({ method });
        embedSuccess.inc(inputs);
        requestDuration.observe((performance.now() - startedAt) / 1000);
        tokenization.observe((result.timings.tokenizeMs ?? 0) / 1000);
        queue.observe((result.timings.queueMs ?? 0) / 1000);
        inference.observe((result.timings.inferenceMs ?? 0) / 1000);
        for (const tokens of result.tokenCounts ?? []) inputLength.observe(tokens);
        return result;
      } catch (thrown) {
        requestFailure.inc({ err: (CodedError.isInstance(thrown) && failureKinds[thrown.code]) || "inference" });
        throw thrown;
      }
    },
  };
}

/** Values of the moment, read from /status when somebody looks. */
function registerGauges(server: Server, registers: Registry[]): void {
  const gauge = (name: string, help: string, read: () => number | undefined): void => {
    const created: Gauge = new Gauge({ name, help, registers, collect: () => created.set(read() ?? 0) });
  };
  gauge("te_queue_size", "Requests with work that waits for a worker.", () => server.status().queue?.requests);
  gauge("outpost_queue_tokens", "Tokens that wait for a worker.", () => server.status().queue?.tokens);
  gauge("outpost_tokens_per_second", "Measured speed of the workers together.", () => server.status().queue?.tokensPerSecond);
  gauge("outpost_cache_hits", "Inputs answered from the cache since the start.", () => server.status().cache?.hits);
  gauge("outpost_cache_misses", "Inputs that were not in the cache since the start.", () => server.status().cache?.misses);
  gauge("outpost_cache_bytes", "Memory the cache holds.", () => server.status().cache?.bytes);
  gauge("outpost_worker_restarts", "Workers that were restarted since the start.", () =>
    server.status().workers?.reduce((sum, { restarts }) => sum + restarts, 0),
  );
  gauge("outpost_requests_running", "Requests being answered.", () => server.admission.running);
}
