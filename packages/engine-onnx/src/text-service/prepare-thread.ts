/** Thread that prepares a model, so that building one does not keep a server from answering. See load-chosen-model.ts. */
import { workerData } from "node:worker_threads";
import { createProgressBar } from "../hub/progress-bar.ts";
import { answerPreparation } from "../prepare-in-thread.ts";
import type { PrepareRequest } from "./load-chosen-model.ts";
import { prepareChosenModel } from "./prepare-chosen-model.ts";

const { models, choice } = workerData as PrepareRequest;
await answerPreparation(() => prepareChosenModel(models, choice, createProgressBar(process.stderr)));
