import { CodedError } from "@repo/contracts/coded-error";
import type { QueueStats, RunOptions, WorkerStats } from "@repo/engine/engine";
import { createPooledEngine, type WorkerOptions } from "./pooled-engine.ts";
import type { OpenedWorker } from "./pool-worker.ts";
import type { TensorData } from "./worker-protocol.ts";

/** Options of {@link createTensorEngine}. */
export interface TensorEngineOptions extends WorkerOptions {
  onnxPath: string;
  /** The model's inputs by name: shape of one row, that is, without the first axis, which counts rows. */
  inputs: Readonly<Record<string, readonly number[]>>;
  /** Types of inputs that are not float32. */
  inputTypes?: Readonly<Record<string, "int64">> | undefined;
  /** Outputs that are wanted, by name: which of their axes counts rows (0 for all but PyTorch's recurrent layers, 1 there). */
  outputs: Readonly<Record<string, 0 | 1>>;
  /** Rows of one run, default 4; 1 for a model whose first axis is fixed. Rows of several callers may share a run. */
  maxBatchRows?: number | undefined;
  /** Rows that may wait, default 1,024; more are refused with overloaded. */
  maxQueuedRows?: number | undefined;
  /** Threads of one session, default 1. More shorten a large model's single run, one worker per core answers more of them. */
  threads?: number | undefined;
  /** Folder of optimised models, shared by processes; absent: the model is optimised at every start. */
  prepackDirectory?: string | undefined;
}

/** What {@link TensorEngine.run} gives. */
export interface TensorRunResult {
  /** By name, rows on the first axis, whatever axis the model has them on. */
  outputs: Record<string, TensorData>;
  /** Until the first row's start, milliseconds. */
  queueMs: number;
  /** Sum over the runs these rows took part in, milliseconds. */
  inferenceMs: number;
}

/** Runs a model on tensors, in worker threads. */
export interface TensorEngine {
  /** How each worker got its model. */
  readonly opened: readonly OpenedWorker[];
  /**
   * @param inputs by name, float32 or as inputTypes says, [rows, ...shape of a row]; rows are shared out over the workers.
   * @throws CodedError internal when an input has another shape; overloaded (with retryAfterMs), cancelled,
   * deadline_exceeded, inference_failed, model_unavailable
   */
  run(inputs: Readonly<Record<string, TensorData>>, options?: RunOptions): Promise<TensorRunResult>;
  /** One real inference on every worker; throws model_unavailable when one cannot answer. */
  probe(): Promise<void>;
  queueStats(): QueueStats;
  workerStats(): WorkerStats[];
  /** Finishes what was accepted, then stops the workers. */
  close(): Promise<void>;
}

type Row = Readonly<Record<string, TensorData>>;

/**
 * Loads a model of any inputs and outputs into worker threads.
 * @throws CodedError model_unavailable when it cannot be loaded or has other inputs and outputs.
 */
export async function createTensorEngine(options: TensorEngineOptions): Promise<TensorEngine> {
  const { maxBatchRows = 4, maxQueuedRows = 1024, inputTypes = {} } = options;
  const fetches = Object.keys(options.outputs);
  const empty = Object.entries(options.inputs).map(
    ([name, shape]) => [name, toTensor(toArray(inputTypes[name], sizeOf(shape)), [1, ...shape])] as const,
  );

  const engine = await createPooledEngine<Row, Row>({
    workers: options.workers,
    workerEntry: options.workerEntry,
    watchdogFloorMs: options.watchdogFloorMs,
    model: {
      onnxPath: options.onnxPath,
      threads: options.threads ?? 1,
      probe: { feeds: Object.fromEntries(empty), fetches },
      cacheDirectory: options.prepackDirectory,
    },
    // A token of the queue is a row.
    queue: { maxItemTokens: 1, maxBatchTokens: maxBatchRows, maxQueuedTokens: maxQueuedRows, initialTokensPerSecond: 20 },
    toBatch: (rows) => ({ batch: { feeds: joinRows(rows, Object.keys(options.inputs)), fetches }, paddedTokens: rows.length }),
    toOutputs: (outputs, rows) => Array.from(rows, (_, row) => takeRow(outputs, { row, rows: rows.length, axes: options.outputs })),
  });

  return {
    ...engine,
    async run(inputs, runOptions) {
      const rows = splitRows(inputs, options);
      const { outputs, queueMs, inferenceMs } = await engine.run(
        rows.map((input) => ({ input, tokens: 1 })),
        runOptions,
      );
      return { outputs: joinRows(outputs, fetches), queueMs, inferenceMs };
    },
  };
}

/** Rows as views of the whole. */
function splitRows(
  inputs: Readonly<Record<string, TensorData>>,
  { inputs: shapes, inputTypes = {} }: Pick<TensorEngineOptions, "inputs" | "inputTypes">,
): Row[] {
  const rows: Record<string, TensorData>[] = [];
  for (const [name, shape] of Object.entries(shapes)) {
    const { data, dims = [] } = inputs[name] ?? {};
    const [count = 0, ...rest] = dims;
    const size = sizeOf(shape);
    const isRight = isOfType(data, inputTypes[name]) && rest.join() === shape.join() && data.length === count * size;
    if (!isRight || (rows.length > 0 && rows.length !== count)) {
      throw new CodedError("internal", `The model's input ${name} is [rows, ${shape.join(", ")}], not [${dims.join(", ")}].`);
    }
    for (let row = 0; row < count; row += 1) {
      rows[row] ??= {};
      (rows[row] as Record<string, TensorData>)[name] = toTensor(data.subarray(row * size, (row + 1) * size), [1, ...shape]);
    }
  }
  return rows;
}

/** Puts rows one behind the other. */
function joinRows(rows: readonly Row[], names: readonly string[]): Record<string, TensorData> {
  const joined: Record<string, TensorData> = {};
  for (const name of names) {
    const [, ...shape] = rows[0]?.[name]?.dims ?? [];
    const size = sizeOf(shape);
    const data = toArray(rows[0]?.[name]?.type, rows.length * size);
    // All rows of a name have the type of its first one.
    for (const [row, tensors] of rows.entries()) (data as Float32Array).set(tensors[name]?.data as Float32Array, row * size);
    joined[name] = toTensor(data, [rows.length, ...shape]);
  }
  return joined;
}

/** One row of every output, rows on the first axis. */
function takeRow(
  outputs: Record<string, TensorData>,
  { row, rows, axes }: { row: number; rows: number; axes: TensorEngineOptions["outputs"] },
): Row {
  const taken: Record<string, TensorData> = {};
  for (const [name, axis] of Object.entries(axes)) {
    const { data, dims } = outputs[name] as TensorData;
    if (dims[axis] !== rows) throw new Error(`Axis ${axis} of ${name} [${dims.join(", ")}] does not count ${rows} rows.`);
    const shape = dims.toSpliced(axis, 1);
    const inner = sizeOf(dims.slice(axis + 1));
    const blocks = sizeOf(dims.slice(0, axis));
    const values = new Float32Array(blocks * inner);
    for (let block = 0; block < blocks; block += 1) {
      const start = (block * rows + row) * inner;
      values.set((data as Float32Array).subarray(start, start + inner), block * inner);
    }
    taken[name] = toTensor(values, [1, ...shape]);
  }
  return taken;
}

type Values = Float32Array | BigInt64Array;

function toTensor(data: Values, dims: readonly number[]): TensorData {
  return { type: data instanceof BigInt64Array ? "int64" : "float32", data, dims };
}

function toArray(type: TensorData["type"] | undefined, length: number): Values {
  return type === "int64" ? new BigInt64Array(length) : new Float32Array(length);
}

function isOfType(data: TensorData["data"] | undefined, type: "int64" | undefined): data is Values {
  return type === "int64" ? data instanceof BigInt64Array : data instanceof Float32Array;
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}
