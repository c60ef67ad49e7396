import type { EngineItem, RunOptions, RunResult } from "@repo/engine/engine";
import { CodedError } from "@repo/contracts/coded-error";
import { packTokens, toInvariantWidth } from "./pack-tokens.ts";
import { createPooledEngine, type PooledEngine, type WorkerOptions } from "./pooled-engine.ts";
import type { PreparedTextModel } from "./text-model.ts";
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
export interface OnnxEngineOptions extends WorkerOptions {
  /** Tokens that may wait, default 262,144. */
  maxQueuedTokens?: number | undefined;
  /** Rows times longest row of one batch, default 256. */
  maxBatchTokens?: number | undefined;
  /** Folder of optimised models, shared by processes; absent: the model is optimised at every start. */
  prepackDirectory?: string | undefined;
}

/** An engine on ONNX Runtime; inputs are token ids of one text, special tokens included. */
export interface OnnxTextEngine extends PooledEngine<Int32Array, TextOutput> {
  /** Like run, with tokenEmbeddings in the outputs. */
  runTokens(items: readonly EngineItem<Int32Array>[], options?: RunOptions): Promise<RunResult<TextOutput>>;
}

interface TextInput {
  ids: Int32Array;
  wantsTokens: boolean;
}

/** Any two tokens do: a probe proves that the weights are there and the kernels run. */
const probeIds = Int32Array.of(1, 2);

/**
 * Loads a prepared model into worker threads and batches across callers.
 * @throws CodedError model_unavailable when the model cannot be loaded.
 */
export async function createOnnxTextEngine(prepared: PreparedTextModel, options: OnnxEngineOptions = {}): Promise<OnnxTextEngine> {
  const { dimensions, maxTokens } = prepared.model;
  // A model that reads no more has no position for another column.
  const toWidth = (longest: number) => Math.min(toInvariantWidth(longest), maxTokens);

  const engine = await createPooledEngine<TextInput, TextOutput>({
    workers: options.workers,
    workerEntry: options.workerEntry,
    watchdogFloorMs: options.watchdogFloorMs,
    model: {
      onnxPath: prepared.onnxPath,
      threads: 1,
      probe: { feeds: packTokens([probeIds], probeIds.length), fetches: ["embedding", "norm"] },
      cacheDirectory: options.prepackDirectory,
    },
    queue: {
      maxItemTokens: maxTokens,
      ...(options.maxQueuedTokens === undefined ? {} : { maxQueuedTokens: options.maxQueuedTokens }),
      ...(options.maxBatchTokens === undefined ? {} : { maxBatchTokens: options.maxBatchTokens }),
    },
    toBatch(inputs, shape) {
      const width = toWidth(shape.width);
      const wantsTokens = inputs.some((input) => input.wantsTokens);
      const feeds = packTokens(
        inputs.map((input) => input.ids),
        width,
      );
      const fetches = wantsTokens ? ["embedding", "norm", "token_embeddings"] : ["embedding", "norm"];
      return { batch: { feeds, fetches }, paddedTokens: inputs.length * width };
    },
    toOutputs: (outputs, inputs, shape) => toTextOutputs(outputs, inputs, toWidth(shape.width), dimensions),
  });

  const submit = (items: readonly EngineItem<Int32Array>[], wantsTokens: boolean, runOptions?: RunOptions) =>
    engine.run(
      items.map(({ input, tokens }) => ({ input: { ids: input, wantsTokens }, tokens })),
      runOptions,
    );

  return {
    ...engine,
    run: (items, runOptions) => submit(items, false, runOptions),
    runTokens: (items, runOptions) => submit(items, true, runOptions),
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
