/** Thread that prepares a model, so that building one does not keep a server from answering. See load-chosen-model.ts. */
import { parentPort, workerData } from "node:worker_threads";
import { CodedError } from "@repo/contracts/coded-error";
import { createProgressBar } from "../hub/progress-bar.ts";
import type { PrepareReply, PrepareRequest } from "./load-chosen-model.ts";
import { prepareChosenModel } from "./prepare-chosen-model.ts";

const { models, choice } = workerData as PrepareRequest;
const reply: PrepareReply = await prepareChosenModel(models, choice, createProgressBar(process.stderr)).then(
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
