/** What the server's thread and an inference worker say to each other. Plain data: it is structured-cloned. */

/** A tensor as it travels between threads. */
export interface TensorData {
  type: "float32" | "int32" | "int64" | "uint8" | "int8" | "bool";
  data: Float32Array | Int32Array | BigInt64Array | Uint8Array | Int8Array;
  dims: readonly number[];
}

/** Inputs by name, and the names of the outputs that are wanted. */
export interface RunInputs {
  feeds: Readonly<Record<string, TensorData>>;
  fetches: readonly string[];
}

/** How a worker gets its model. */
export interface OpenModel {
  onnxPath: string;
  /** Threads of one matrix product, default 1. */
  threads: number;
  /** A small real input: it proves the model at start, and that a cached file still computes the same. */
  probe: RunInputs;
  /** Where optimised models are kept between starts; absent: none are. */
  cacheDirectory?: string | undefined;
}

/** To the worker. */
export type WorkerRequest =
  /** The first worker checks the cached model, or writes it; the others trust it. */
  | { kind: "open"; model: OpenModel; isFirst: boolean }
  | ({ kind: "run"; id: number } & RunInputs)
  /** Finish what came before, then end. */
  | { kind: "close" };

/** What a worker thread is started with. */
export interface WorkerStartData {
  /** See native-gate.ts. */
  gate: SharedArrayBuffer;
}

/** From the worker. */
export type WorkerReply =
  | { kind: "opened"; loadMs: number; isCached: boolean }
  | { kind: "done"; id: number; outputs: Record<string, TensorData>; durationMs: number }
  | { kind: "failed"; id: number; message: string };
