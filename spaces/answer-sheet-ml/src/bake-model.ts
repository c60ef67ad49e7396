/** Prints the folder of the models after a look at them: the step of an image's build that chooses what is baked in. */
import { fileURLToPath } from "node:url";
import { readConfig } from "./config.ts";
import { loadModels } from "./load-models.ts";
import { pocketFolder } from "./model.ts";

const { MODEL_DIRECTORY } = readConfig();
try {
  const models = await loadModels({ directory: MODEL_DIRECTORY, workers: 1 });
  await models.close();
  process.stdout.write(`${MODEL_DIRECTORY ?? fileURLToPath(pocketFolder)}\n`);
} catch (thrown) {
  process.stderr.write(`${thrown instanceof Error ? thrown.message : String(thrown)}\n`);
  process.exitCode = 1;
}
