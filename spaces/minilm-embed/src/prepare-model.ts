import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { CodedError } from "@repo/contracts/coded-error";
import type { PreparedTextModel, Precision, TextModel } from "@repo/engine-onnx/text-model";
import type { ModelConfig } from "./config.ts";
import { pocketDirectory } from "./model.ts";

/** INTERIM until engine-onnx/prepare-text-model. */
export async function prepareModel(config: ModelConfig): Promise<PreparedTextModel> {
  if (config.MODEL === "full" && config.MODEL_DIRECTORY === undefined)
    throw new CodedError("model_unavailable", "MODEL=full cannot be prepared yet.");
  const directory = config.MODEL_DIRECTORY ?? pocketDirectory;
  const { precision, ...model } = JSON.parse(await readFile(join(directory, "model.json"), "utf8")) as TextModel & { precision: Precision };
  const files = await Promise.all(
    model.files.map(async ({ path }) => ({ path, bytes: (await stat(join(directory, path))).size, state: "ok" as const })),
  );
  return { model, directory, onnxPath: join(directory, "model.onnx"), tokenizerPath: join(directory, "tokenizer.json"), precision, files };
}
