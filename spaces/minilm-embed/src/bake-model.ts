/** Prepares the configured model and prints its folder: the step of an image's build that needs the network. */
import { createProgressBar } from "@repo/engine-onnx/hub/progress-bar";
import { readConfig } from "./config.ts";
import { prepareModel } from "./prepare-model.ts";

const prepared = await prepareModel(readConfig(), createProgressBar(process.stderr)).catch((thrown: unknown) => {
  process.stderr.write(`${thrown instanceof Error ? thrown.message : String(thrown)}\n`);
  return process.exit(1);
});
process.stdout.write(`${prepared.directory}\n`);
