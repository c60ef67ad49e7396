import { createBatchQueue } from "@repo/engine/batch-queue";
import type { Engine, EngineItem, RunOptions, RunResult } from "@repo/engine/engine";
import { CodedError } from "@repo/contracts/coded-error";
import { countCores } from "./cpu.ts";
import { packTokens, toInvariantWidth } from "./pack-tokens.ts";
import type { OpenedWorker } from "./pool-worker.ts";
import type { PreparedTextModel } from "./text-model.ts";
import { createWorkerPool } from "./worker-pool.ts";
import type { TensorData } from "./worker-protocol.ts";

/** What a text model gives for one text. */
export interface TextOutput {
  /** Float32 [dimensions], length 1; a view into the batch's buffer. */
  embedding: Float32Array;
  /** Length of the pooled vector before it was normalised. */
  norm: number;
  /** Float32 [tokens * dimensions], last hidden state row by row; only from runTokens. */
  tokenEmbeddings?: Float32Array;
}

/** Options of {@link createOnnxTextEngine}. */
export interface OnnxEngineOptions {
  /** Worker threads, default one per core of the container's quota. */
  workers?: number | undefined;
  /** Tokens that may wait, default 262,144. */
  maxQueuedTokens?: number | undefined;
  /** Rows times longest row of one batch, default 256. */
  maxBatchTokens?: number | undefined;
  /** Folder of optimised models, shared by processes; absent: the model is optimised at every start. */
  prepackDirectory?: string | undefined;
  /** Module of the worker threads, when it is not where the pool looks for it. */
  workerEntry?: URL | undefined;
  /** No worker counts as stuck before this, however short its batch is; default 10,000 ms. */
  watchdogFloorMs?: number | undefined;
}

/** An engine on ONNX Runtime; inputs are token ids of one text, special tokens included. */
export interface OnnxTextEngine extends Engine<Int32Array, TextOutput> {
  /** Like run, with tokenEmbeddings in the outputs. */
  runTokens(items: readonly EngineItem<Int32Array>[], options?: RunOptions): Promise<RunResult<TextOutput>>;
  /** How each worker got its model. */
  readonly opened: readonly OpenedWorker[];
}

interface TextInput {
  ids: Int32Array;
  wantsTokens: boolean;
}

/** A batch this many times slower than measured is stuck: neighbours on a shared host slow a core down tenfold at worst. */
const stuckFactor = 20;
/** Any two tokens do: a probe proves that the weights are there and the kernels run. */
const probeIds = Int32Array.of(1, 2);

/**
 * Loads a prepared model into worker threads and batches across callers.
 * @throws CodedError model_unavailable when the model cannot be loaded.
 */
export async function createOnnxTextEngine(prepared: PreparedTextModel, options: OnnxEngineOptions = {}): Promise<OnnxTextEngine> {
  const { dimensions, maxTokens } = prepared.model;
  const lanes = options.workers ?? countCores();
  const watchdogFloorMs = options.watchdogFloorMs ?? 10_000;
  let downReason: CodedError | undefined;

  const queue = createBatchQueue<TextInput, TextOutput>({
    lanes,
    maxItemTokens: maxTokens,
    ...(options.maxQueuedTokens === undefined ? {} : { maxQueuedTokens: options.maxQueuedTokens }),
    ...(options.maxBatchTokens === undefined ? {} : { maxBatchTokens: options.maxBatchTokens }),
    async runBatch(lane, inputs, shape) {
      // A model that reads no more has no position for another column.
      const width = Math.min(toInvariantWidth(shape.width), maxTokens);
      const wantsTokens = inputs.some((input) => input.wantsTokens);
      const feeds = packTokens(
        inputs.map((input) => input.ids),
        width,
      );
      const fetches = wantsTokens ? ["embedding", "norm", "token_embeddings"] : ["embedding", "norm"];
      const boundMs = Math.max(watchdogFloorMs, stuckFactor * queue.expectedMs(inputs.length * width));
      const { outputs, durationMs } = await pool.run(lane, { feeds, fetches }, boundMs);
      return { outputs: toTextOutputs(outputs, inputs, width, dimensions), durationMs };
    },
  });

  const pool = await createWorkerPool({
    workers: lanes,
    model: {
      onnxPath: prepared.onnxPath,
      threads: 1,
      probe: { feeds: packTokens([probeIds], probeIds.length), fetches: ["embedding", "norm"] },
      cacheDirectory: options.prepackDirectory,
    },
    entry: options.workerEntry,
    watchIntervalMs: Math.min(1000, watchdogFloorMs / 4),
    onAvailable(worker, isAvailable) {
      if (isAvailable) downReason = undefined;
      queue.setLaneAvailable(worker, isAvailable);
    },
    onAllDown(error) {
      downReason = error;
      queue.rejectQueued(error);
    },
  });

  async function submit(
    items: readonly EngineItem<Int32Array>[],
    wantsTokens: boolean,
    runOptions?: RunOptions,
  ): Promise<RunResult<TextOutput>> {
    if (downReason !== undefined) throw downReason;
    return queue.run(
      items.map(({ input, tokens }) => ({ input: { ids: input, wantsTokens }, tokens })),
      runOptions,
    );
  }

  return {
    opened: pool.opened,
    run: (items, runOptions) => submit(items, false, runOptions),
    runTokens: (items, runOptions) => submit(items, true, runOptions),
    async probe() {
      const feeds = packTokens([probeIds], probeIds.length);
      try {
        await Promise.all(Array.from({ length: lanes }, (_, worker) => pool.run(worker, { feeds, fetches: ["norm"] }, watchdogFloorMs)));
      } catch (error) {
        throw new CodedError("model_unavailable", "An inference worker does not answer.", { cause: error });
      }
    },
    queueStats: queue.stats,
    workerStats: pool.stats,
    async close() {
      await queue.close();
      await pool.close();
    },
  };
}

function toTextOutputs(outputs: Record<string, TensorData>, inputs: readonly TextInput[], width: number, dimensions: number): TextOutput[] {
  const embeddings = outputs.embedding?.data as Float32Array;
  const norms = outputs.norm?.data as Float32Array;
  const tokens = outputs.token_embeddings?.data as Float32Array | undefined;
  return inputs.map(({ ids, wantsTokens }, row) => {
    const embedding = embeddings.subarray(row * dimensions, (row + 1) * dimensions);
    const norm = norms[row] as number;
    if (!Number.isFinite(norm)) throw new CodedError("inference_failed", "The model gave numbers that are not finite.");
    if (!wantsTokens || tokens === undefined) return { embedding, norm };
    const start = row * width * dimensions;
    return { embedding, norm, tokenEmbeddings: tokens.slice(start, start + ids.length * dimensions) };
  });
}
