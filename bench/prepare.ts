import { createHash } from "node:crypto";
import { execFileSync } from "node:child_process";
import { createReadStream, existsSync, rmSync } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { prepareTextModel } from "@repo/engine-onnx/prepare-text-model";
import type { Precision, TextModel } from "@repo/engine-onnx/text-model";
import type { Options } from "./options.ts";
import { cacheFolder, dataFolder, exportFolder, primaryPrecision, root, type Prepared } from "./servers.ts";

const precisions: readonly Precision[] = [primaryPrecision, "fp32"];

/** Makes what the servers need: the Space's bundle and models, and the ONNX files of transformers.js. */
export async function prepare({ subject, weights, python }: Options): Promise<Prepared> {
  execFileSync("pnpm", ["--filter", `@repo/${subject.space}`, "build"], { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
  // Optimised models are made again, so that the first start of each Space is a first start.
  rmSync(dataFolder, { recursive: true, force: true });
  if (weights === undefined)
    return {
      full: [],
      weights: "none",
      hasTransformersModel: false,
      tokenizerPath: join(subject.models.pocketDirectory, "tokenizer.json"),
    };
  const exported = join(exportFolder(subject), "onnx/model_quantized.onnx");
  if (python !== undefined && !existsSync(exported)) {
    console.log("Exporting the ONNX files of transformers.js ...");
    execFileSync(python, ["-W", "ignore", "peers/export-onnx.py", weights, exportFolder(subject)], {
      cwd: join(root, "bench"),
      stdio: ["ignore", "inherit", "ignore"],
    });
  }
  const model = await withFilesOf(subject.models.full, weights);
  const full: { precision: Precision; directory: string }[] = [];
  for (const precision of precisions) {
    const { directory } = await prepareTextModel({
      model,
      precision,
      directory: join(cacheFolder, "models"),
      sourceDirectory: weights,
    });
    full.push({ precision, directory });
  }
  return {
    full,
    weights: model === subject.models.full ? "published" : "other",
    hasTransformersModel: existsSync(exported),
    tokenizerPath: join(weights, "tokenizer.json"),
  };
}

/** The model with the files of `folder`: speed does not depend on the weights, so random ones of the same shape serve too. */
async function withFilesOf(model: TextModel, folder: string): Promise<TextModel> {
  const files = await Promise.all(
    model.files.map(async ({ path }) => {
      const hash = createHash("sha256");
      for await (const piece of createReadStream(join(folder, path))) hash.update(piece as Uint8Array);
      return { path, sha256: hash.digest("hex"), bytes: (await stat(join(folder, path))).size };
    }),
  );
  const isPublished = files.every(({ sha256 }, index) => sha256 === model.files[index]?.sha256);
  if (!isPublished) console.log(`The weights in ${folder} are not those published as ${model.id}; the report says so.`);
  return isPublished ? model : { ...model, revision: "other-weights", files };
}
