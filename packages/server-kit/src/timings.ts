/** Where a request's time went, milliseconds; handlers fill in what they know. */
export class Timings {
  readonly startedAt = performance.now();
  tokenizeMs: number | undefined;
  queueMs: number | undefined;
  inferenceMs: number | undefined;
  computeTokens: number | undefined;
  computeCharacters: number | undefined;

  /** Milliseconds since the request arrived. */
  totalMs(): number {
    return performance.now() - this.startedAt;
  }

  /**
   * The headers of text-embeddings-inference (whole milliseconds) and the standard Server-Timing (with decimals, which
   * browsers draw in their network panel).
   * @source https://github.com/huggingface/text-embeddings-inference, router/src/lib.rs ResponseMetadata
   */
  writeTo(headers: Headers): void {
    const totalMs = this.totalMs();
    headers.set("x-total-time", String(Math.round(totalMs)));
    const parts: string[] = [`total;dur=${totalMs.toFixed(2)}`];
    const put = (header: string, metric: string, milliseconds: number | undefined): void => {
      if (milliseconds === undefined) return;
      headers.set(header, String(Math.round(milliseconds)));
      parts.push(`${metric};dur=${milliseconds.toFixed(2)}`);
    };
    put("x-tokenization-time", "tokenization", this.tokenizeMs);
    put("x-queue-time", "queue", this.queueMs);
    put("x-inference-time", "inference", this.inferenceMs);
    if (this.computeTokens !== undefined) {
      headers.set("x-compute-type", "cpu");
      headers.set("x-compute-time", String(Math.round(totalMs)));
      headers.set("x-compute-tokens", String(this.computeTokens));
    }
    if (this.computeCharacters !== undefined) headers.set("x-compute-characters", String(this.computeCharacters));
    headers.set("server-timing", parts.join(", "));
  }
}

/** Response headers that a browser may read on another origin. */
export const exposedHeaders = [
  "x-request-id",
  "retry-after",
  "retry-after-ms",
  "x-should-retry",
  "x-compute-type",
  "x-compute-time",
  "x-compute-tokens",
  "x-compute-characters",
  "x-total-time",
  "x-tokenization-time",
  "x-queue-time",
  "x-inference-time",
  "x-truncated-inputs",
  "x-chunked-inputs",
  "x-model",
  "x-model-revision",
  "x-prompt-tokens",
  "x-cached-tokens",
  "x-generated-tokens",
  "x-prefill-time",
  "x-decode-time",
  "x-first-token-time",
  "x-time-per-token",
  "server-timing",
] as const;
