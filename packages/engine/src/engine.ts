/**
 * What a model runner is. No runtime and no HTTP in here: an engine can be added, or faked, without touching a server.
 */

/** One piece of work: what the model reads, and how much of the token budget it takes. */
export interface EngineItem<Input> {
  input: Input;
  /** Size in the model's unit (tokens for text, patches for images); batches are bounded by its padded sum. */
  tokens: number;
}

/** Options of one {@link Engine.run}. */
export interface RunOptions {
  /** Milliseconds since the epoch; work still queued then is dropped and the run throws deadline_exceeded. */
  deadlineAt?: number | undefined;
  /** Aborting removes what is still queued and throws cancelled. */
  signal?: AbortSignal | undefined;
}

/** How one run went. */
export interface RunResult<Output> {
  /** One output per item, in the order of the items. */
  outputs: Output[];
  /** From submission to the first item's start, milliseconds. */
  queueMs: number;
  /** Sum of the time the batches took, milliseconds (a batch is shared by several requests). */
  inferenceMs: number;
}

/** Numbers about the queue, for admission, Retry-After and metrics. */
export interface QueueStats {
  /** Requests with work still queued. */
  requests: number;
  /** Queued items. */
  items: number;
  /** Queued tokens. */
  tokens: number;
  /** Tokens being computed now. */
  runningTokens: number;
  /** Measured over the last batches, all workers together; 0 before the first one. */
  tokensPerSecond: number;
  /** Batches and tokens since the start (padding not counted), and padding. */
  batches: number;
  completedTokens: number;
  paddedTokens: number;
}

/** State of one worker. */
export interface WorkerStats {
  id: number;
  state: "starting" | "idle" | "busy" | "restarting" | "stopped";
  runs: number;
  restarts: number;
}

/**
 * Runs a model on items, batching across callers.
 *
 * Guarantees, each held by engine-conformance: outputs keep the order of the items; an item's output does not depend on
 * what else was in its batch; an aborted run frees its queue slots at once; after close() every run throws
 * model_unavailable.
 */
export interface Engine<Input, Output> {
  /** @throws CodedError overloaded (with retryAfterMs), cancelled, deadline_exceeded, inference_failed, model_unavailable */
  run(items: readonly EngineItem<Input>[], options?: RunOptions): Promise<RunResult<Output>>;
  /** One real inference on every worker; throws when one cannot answer. */
  probe(): Promise<void>;
  queueStats(): QueueStats;
  workerStats(): WorkerStats[];
  /** Finishes what was accepted, then stops the workers. */
  close(): Promise<void>;
}
