/** Thread that prepares a model, so that building one does not keep the server from answering. Started by load-model.ts. */
import { parentPort, workerData } from "node:worker_threads";
import { CodedError } from "@repo/contracts/coded-error";
import { createProgressBar } from "@repo/engine-onnx/hub/progress-bar";
import { Secret } from "@repo/server-kit/secret";
import type { ModelConfig } from "./config.ts";
import type { PrepareRequest, PrepareReply } from "./load-model.ts";
import { prepareModel } from "./prepare-model.ts";

const { token, config } = workerData as PrepareRequest;
const whole: ModelConfig = { ...config, HF_TOKEN: token === undefined ? undefined : new Secret(token) };
const reply: PrepareReply = await prepareModel(whole, createProgressBar(process.stderr)).then(
  (prepared) => ({ prepared }),
  (thrown: unknown) => ({
    problem: CodedError.isInstance(thrown)
      ? { code: thrown.code, message: thrown.message, details: thrown.details }
      : {
          code: "model_unavailable" as const,
          message: "The model could not be prepared; the log says why.",
          details: undefined,
          cause: String(thrown),
        },
  }),
);
parentPort?.postMessage(reply);
