import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { CodedError, type ErrorCode } from "@repo/contracts/coded-error";
import { loadPreparedTextModel } from "@repo/engine-onnx/load-prepared-text-model";
import type { PreparedTextModel } from "@repo/engine-onnx/text-model";
import type { ModelConfig } from "./config.ts";
import { findPreparedDirectory } from "./model-directory.ts";

/** What the thread is started with; a Secret does not survive the way between threads. */
export interface PrepareRequest {
  config: Omit<ModelConfig, "HF_TOKEN">;
  token: string | undefined;
}

/** What the thread answers. */
export type PrepareReply =
  | { prepared: PreparedTextModel }
  | { problem: { code: ErrorCode; message: string; details: Record<string, unknown> | undefined; cause?: string } };

/**
 * The configured model, ready to be served. What may have to be built is built in a thread of its own, which holds up
 * nobody; and what builds (ONNX Runtime with it) is loaded there only.
 * @throws CodedError model_unavailable with cause and remedy
 */
export async function loadModel(config: ModelConfig): Promise<PreparedTextModel> {
  const prepared = findPreparedDirectory(config);
  if (prepared !== undefined) return loadPreparedTextModel(prepared);
  const { HF_TOKEN, ...rest } = config;
  const entry = new URL(import.meta.url.endsWith(".ts") ? "./prepare-thread.ts" : "./prepare-thread.js", import.meta.url);
  const worker = new Worker(entry, { workerData: { config: rest, token: HF_TOKEN?.reveal() } satisfies PrepareRequest });
  const ended = once(worker, "exit").then(() =>
    Promise.reject(new CodedError("model_unavailable", "The thread that prepares the model ended early.")),
  );
  const [reply] = (await Promise.race([once(worker, "message"), ended])) as [PrepareReply];
  if ("prepared" in reply) return reply.prepared;
  const { code, message, details, cause } = reply.problem;
  throw new CodedError(code, message, { cause, ...(details === undefined ? {} : { details }) });
}
