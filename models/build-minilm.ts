/**
 * Makes servable folders of a model whose files lie on this machine, one per precision:
 *   node models/build-minilm.ts <folder with config.json, tokenizer.json, model.safetensors> <output folder> [precision ..]
 * The facts are those of sentence-transformers/all-MiniLM-L6-v2; other weights are refused by their hash.
 */
import { prepareTextModel } from "@repo/engine-onnx/prepare-text-model";
import type { Precision } from "@repo/engine-onnx/text-model";
import { fullModel } from "@repo/minilm-embed/model";

const [source, directory, ...precisions] = process.argv.slice(2) as [string?, string?, ...Precision[]];
if (source === undefined || directory === undefined) throw new Error("Give the folder of the weights and the folder for the results.");

for (const precision of precisions.length > 0 ? precisions : (["fp32", "int8-row", "int8-static"] as const)) {
  const start = performance.now();
  const prepared = await prepareTextModel({ model: fullModel, precision, directory, sourceDirectory: source });
  const bytes = prepared.files.reduce((sum, file) => sum + file.bytes, 0);
  console.log(`${precision}: ${prepared.directory}, ${(bytes / 1e6).toFixed(1)} MB, ${((performance.now() - start) / 1000).toFixed(1)} s`);
}
