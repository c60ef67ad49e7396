/** Fetches the configured model and prints its folder: the step of an image's build that needs the network. */
import { createProgressBar } from "@repo/engine-onnx/hub/progress-bar";
import { readConfig } from "./config.ts";
import { findModelFolder } from "./find-model-folder.ts";

try {
  const { directory } = await findModelFolder(readConfig(), createProgressBar(process.stderr));
  process.stdout.write(`${directory}\n`);
} catch (thrown) {
  process.stderr.write(`${thrown instanceof Error ? thrown.message : String(thrown)}\n`);
  process.exitCode = 1;
}
