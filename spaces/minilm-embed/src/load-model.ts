import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { CodedError, type ErrorCode } from "@repo/contracts/coded-error";
import type { PreparedTextModel } from "@repo/engine-onnx/text-model";
import type { ModelConfig } from "./config.ts";
import { prepareModel } from "./prepare-model.ts";

/** What the thread is started with; a Secret does not survive the way between threads. */
export interface PrepareRequest {
  config: Omit<ModelConfig, "HF_TOKEN">;
  token: string | undefined;
}

/** What the thread answers. */
export type PrepareReply =
  | { prepared: PreparedTextModel }
  | { problem: { code: ErrorCode; message: string; details: Record<string, unknown> | undefined; cause?: string } };

/** {@link prepareModel} that never holds the thread of the caller: what may have to be built is built in another one. */
export async function loadModel(config: ModelConfig): Promise<PreparedTextModel> {
  const isBuilt = config.MODEL_DIRECTORY !== undefined || (config.MODEL === "pocket" && config.MODEL_ID === undefined);
  if (isBuilt) return prepareModel(config);
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
