import { execFileSync } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { prepareTextModel } from "@repo/engine-onnx/prepare-text-model";
import type { Precision } from "@repo/engine-onnx/text-model";
import { fullModel } from "@repo/minilm-embed/model";
import type { Options } from "./options.ts";
import { cacheFolder, dataFolder, exportFolder, primaryPrecision, root, type Prepared } from "./servers.ts";

const precisions: readonly Precision[] = [primaryPrecision, "fp32"];

/** Makes what the servers need: the Space's bundle and models, and the ONNX files of transformers.js. */
export async function prepare({ weights, python }: Options): Promise<Prepared> {
  execFileSync("pnpm", ["--filter", "@repo/minilm-embed", "build"], { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
  // Optimised models are made again, so that the first start of each Space is a first start.
  rmSync(dataFolder, { recursive: true, force: true });
  if (weights === undefined)
    return { full: [], hasTransformersModel: false, tokenizerPath: join(root, "models/pocket-minilm/tokenizer.json") };
  const exported = join(exportFolder, "onnx/model_quantized.onnx");
  if (python !== undefined && !existsSync(exported)) {
    console.log("Exporting the ONNX files of transformers.js ...");
    execFileSync(python, ["-W", "ignore", "peers/export-onnx.py", weights, exportFolder], {
      cwd: join(root, "bench"),
      stdio: ["ignore", "inherit", "ignore"],
    });
  }
  const full: { precision: Precision; directory: string }[] = [];
  for (const precision of precisions) {
    const { directory } = await prepareTextModel({
      model: fullModel,
      precision,
      directory: join(cacheFolder, "models"),
      sourceDirectory: weights,
    });
    full.push({ precision, directory });
  }
  return { full, hasTransformersModel: existsSync(exported), tokenizerPath: join(weights, "tokenizer.json") };
}
