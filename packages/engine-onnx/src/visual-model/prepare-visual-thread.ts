/** Thread that prepares a model, so that building one does not keep a server from answering. See load-chosen-visual-model.ts. */
import { workerData } from "node:worker_threads";
import { createProgressBar } from "../hub/progress-bar.ts";
import { answerPreparation } from "../prepare-in-thread.ts";
import type { PrepareVisualRequest } from "./load-chosen-visual-model.ts";
import { prepareChosenVisualModel } from "./prepare-chosen-visual-model.ts";

const { models, choice } = workerData as PrepareVisualRequest;
await answerPreparation(() => prepareChosenVisualModel(models, choice, createProgressBar(process.stderr)));
