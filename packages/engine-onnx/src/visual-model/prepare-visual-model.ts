import { copyFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CodedError } from "@repo/contracts/coded-error";
import { Safetensors } from "../graph/safetensors.ts";
import { parseSiglipConfig } from "../graph/siglip-config.ts";
import { readLogitFacts } from "../graph/siglip-weights.ts";
import { loadTokenizer } from "../load-tokenizer.ts";
import { describeFiles } from "../prepare-folder.ts";
import { type BuildOptions, prepareHubModel, type PrepareOptions } from "../prepare-hub-model.ts";
import { loadPreparedVisualModel, visualFiles } from "./load-prepared-visual-model.ts";
import { prepareVisualOnnx } from "./prepare-visual-onnx.ts";
import type { PreparedVisualModel, VisualManifest, VisualModel } from "./visual-model.ts";

/**
 * Makes a folder that can be served, once; see {@link prepareHubModel}. With so400m that takes 4.5 GB of downloads, about 6 GB of
 * memory and minutes of all cores, and leaves 1.2 GB (int8) or 4.5 GB (fp32): a step of a build.
 * @param options precision is int8-row by default: scales per patch and token hold for any image, ranges measured on a few need not
 * @throws CodedError model_unavailable with cause and remedy; cancelled when `signal` aborts.
 */
export async function prepareVisualModel(options: PrepareOptions<VisualModel>): Promise<PreparedVisualModel> {
  return await prepareHubModel<VisualModel, PreparedVisualModel>(options, {
    precision: "int8-row",
    version: "visual-v1",
    // How images and texts are read are facts of the model.
    sourceFiles: ["config.json", "tokenizer.json", "model.safetensors"],
    manifestFile: visualFiles.manifest,
    load: loadPreparedVisualModel,
    build,
  });
}

async function build({ model, precision, weightBits, signal }: BuildOptions<VisualModel>, source: string, target: string): Promise<void> {
  const config = parseSiglipConfig(await readFile(join(source, "config.json"), "utf8"));
  const facts: [string, number, number][] = [
    ["dimensions", config.dimensions, model.dimensions],
    ["pixels a side", config.vision.imageSize, model.image.size],
    ["tokens a text", config.text.positions, model.text.length],
  ];
  for (const [what, found, declared] of facts) {
    if (found !== declared) throw new CodedError("model_unavailable", `${model.id} has ${found} ${what}, not ${declared}.`);
  }
  await copyFile(join(source, "tokenizer.json"), join(target, visualFiles.tokenizer));
  const tokenizer = await loadTokenizer(join(target, visualFiles.tokenizer));
  if (tokenizer.vocabularySize > config.text.vocabularySize)
    throw new CodedError("model_unavailable", `The tokenizer of ${model.id} knows more tokens than the model.`);
  const tensors = Safetensors.open(join(source, "model.safetensors"));
  const logit = readLogitFacts(tensors);
  const { image, text } = model;
  await prepareVisualOnnx({ config, tensors, precision, image, text, tokenizer, directory: target, weightBits, signal });
  const manifest: VisualManifest = {
    name: model.id,
    revision: model.revision,
    dimensions: model.dimensions,
    image: { ...image, mean: [...image.mean], std: [...image.std] },
    text: { length: text.length, pad_id: text.padId, lowercase: text.isLowercase },
    logit_scale: logit.scale,
    logit_bias: logit.bias,
    precision,
    licence: model.licence,
    source: model.source,
    files: await describeFiles(target, [
      visualFiles.vision,
      `${visualFiles.vision}.data`,
      visualFiles.text,
      `${visualFiles.text}.data`,
      visualFiles.tokenizer,
    ]),
  };
  await writeFile(join(target, visualFiles.manifest), `${JSON.stringify(manifest, null, 2)}\n`);
}
