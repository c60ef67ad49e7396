import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { CodedError, type ErrorCode } from "@repo/contracts/coded-error";
import { loadPreparedTextModel } from "../load-prepared-text-model.ts";
import type { PreparedTextModel } from "../text-model.ts";
import { findPreparedDirectory, type ModelChoice, type SpaceModels } from "./text-service-options.ts";

/** What the thread is started with. */
export interface PrepareRequest {
  models: SpaceModels;
  choice: ModelChoice;
}

/** What the thread answers. */
export type PrepareReply =
  | { prepared: PreparedTextModel }
  | { problem: { code: ErrorCode; message: string; details: Record<string, unknown> | undefined; cause?: string } };

/**
 * The chosen model, ready to be served. What may have to be built is built in a thread of its own, which holds up
 * nobody; and what builds (ONNX Runtime with it) is loaded there only.
 * @throws CodedError model_unavailable with cause and remedy
 */
export async function loadChosenModel(models: SpaceModels, choice: ModelChoice): Promise<PreparedTextModel> {
  const prepared = findPreparedDirectory(models, choice);
  if (prepared !== undefined) return loadPreparedTextModel(prepared);
  const entry = new URL(import.meta.url.endsWith(".ts") ? "./prepare-thread.ts" : "./prepare-thread.js", import.meta.url);
  const worker = new Worker(entry, { workerData: { models, choice } satisfies PrepareRequest });
  const ended = once(worker, "exit").then(() =>
    Promise.reject(new CodedError("model_unavailable", "The thread that prepares the model ended early.")),
  );
  const [reply] = (await Promise.race([once(worker, "message"), ended])) as [PrepareReply];
  if ("prepared" in reply) return reply.prepared;
  const { code, message, details, cause } = reply.problem;
  throw new CodedError(code, message, { cause, ...(details === undefined ? {} : { details }) });
}
