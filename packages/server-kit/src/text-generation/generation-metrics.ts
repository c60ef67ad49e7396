import { CodedError, type ErrorCode } from "@repo/contracts/coded-error";
import type { GenerationRequest, GenerationTimings, TokenUsage } from "@repo/contracts/generate-text";
import { Counter, Gauge, Histogram } from "prom-client";
import { durationBuckets } from "../metrics.ts";
import type { Server } from "../server.ts";

/** Counts what the routes that write text do. */
export interface GenerationMetrics {
  /** Counts a request and gives what is told of its end: its cost, or what it threw. */
  begin(request: GenerationRequest): {
    succeed(cost: { usage: TokenUsage; timings: GenerationTimings }): void;
    fail(thrown: unknown): void;
  };
}

/** Kinds of failure, in text-generation-inference's words. */
const failureKinds: Partial<Record<ErrorCode, string>> = {
  invalid_request: "validation",
  input_too_long: "validation",
  overloaded: "overloaded",
  model_unavailable: "unhealthy",
  cancelled: "dropped",
  deadline_exceeded: "dropped",
};

const tokenBuckets = [1, 4, 16, 64, 128, 256, 512, 1024, 2048, 4096, 8192];

/**
 * Metrics with the names of text-generation-inference, so that its dashboards work, and ours for what it has not.
 * @source https://github.com/huggingface/text-generation-inference, router/src/server.rs and infer/mod.rs, revision db931fcf
 */
export function createGenerationMetrics(server: Server): GenerationMetrics {
  const registers = [server.metrics.registry];
  const counter = <Label extends string>(name: string, help: string, ...labelNames: Label[]) =>
    new Counter({ name, help, labelNames, registers });
  const histogram = (name: string, help: string, buckets: number[]) => new Histogram({ name, help, buckets, registers });
  const requestCount = counter("tgi_request_count", "Requests for text.");
  const requestSuccess = counter("tgi_request_success", "Requests for text that were answered.");
  const requestFailure = counter("tgi_request_failure", "Requests for text that failed, by kind.", "err");
  const duration = histogram("tgi_request_duration", "Seconds from a valid request to its last token.", durationBuckets);
  const queue = histogram("tgi_request_queue_duration", "Seconds spent waiting.", durationBuckets);
  const inference = histogram("tgi_request_inference_duration", "Seconds spent reading and writing.", durationBuckets);
  const perToken = histogram("tgi_request_mean_time_per_token_duration", "Seconds per token written.", durationBuckets);
  const inputLength = histogram("tgi_request_input_length", "Tokens per prompt.", tokenBuckets);
  const wanted = histogram("tgi_request_max_new_tokens", "Tokens asked for per answer, where a request names a number.", tokenBuckets);
  const written = histogram("tgi_request_generated_tokens", "Tokens written per request.", tokenBuckets);
  const firstToken = histogram("outpost_first_token_seconds", "Seconds from a request's arrival to its first token.", durationBuckets);
  const cached = counter("outpost_cached_prompt_tokens", "Prompt tokens that were known from an earlier request.");
  const read = counter("outpost_prompt_tokens", "Prompt tokens.");
  const generated = counter("outpost_generated_tokens", "Tokens written.");
  const gauge = (name: string, help: string, value: () => number | undefined): void => {
    const created: Gauge = new Gauge({ name, help, registers, collect: () => created.set(value() ?? 0) });
  };
  gauge("tgi_queue_size", "Requests that wait.", () => server.status().queue?.requests);
  gauge("outpost_tokens_per_second", "Measured speed of writing.", () => server.status().queue?.tokensPerSecond);
  gauge("outpost_requests_running", "Requests being answered.", () => server.admission.running);

  return {
    begin: (request) => {
      const startedAt = performance.now();
      requestCount.inc();
      if (request.sampling?.maxNewTokens !== undefined) wanted.observe(request.sampling.maxNewTokens);
      return {
        succeed: ({ usage, timings }) => {
          requestSuccess.inc();
          duration.observe((performance.now() - startedAt) / 1000);
          queue.observe(timings.queueMs / 1000);
          inference.observe((timings.prefillMs + timings.decodeMs) / 1000);
          firstToken.observe(timings.firstTokenMs / 1000);
          inputLength.observe(usage.promptTokens);
          written.observe(usage.generatedTokens);
          if (usage.generatedTokens > 0) perToken.observe(timings.decodeMs / usage.generatedTokens / 1000);
          read.inc(usage.promptTokens);
          cached.inc(usage.cachedTokens);
          generated.inc(usage.generatedTokens);
        },
        fail: (thrown) => requestFailure.inc({ err: (CodedError.isInstance(thrown) && failureKinds[thrown.code]) || "generation" }),
      };
    },
  };
}
