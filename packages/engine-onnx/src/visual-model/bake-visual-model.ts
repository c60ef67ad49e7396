import { createProgressBar } from "../hub/progress-bar.ts";
import type { ModelChoice } from "../model-choice.ts";
import { prepareChosenVisualModel, type VisualSpaceModels } from "./prepare-chosen-visual-model.ts";

/**
 * The step of an image's build that needs the network, as a process: prepares the chosen model, prints its folder to
 * standard output and progress to standard error. What went wrong is printed in one line, and the exit code is 1.
 */
export async function bakeVisualModel(models: VisualSpaceModels, choice: ModelChoice): Promise<void> {
  try {
    const { directory } = await prepareChosenVisualModel(models, choice, createProgressBar(process.stderr));
    process.stdout.write(`${directory}\n`);
  } catch (thrown) {
    process.stderr.write(`${thrown instanceof Error ? thrown.message : String(thrown)}\n`);
    process.exitCode = 1;
  }
}
