/** Prepares the configured model and prints its folder: the step of an image's build that needs the network. */
import { bakeVisualModel } from "@repo/engine-onnx/visual-model/bake-visual-model";
import { readConfig } from "./config.ts";
import { toModelChoice } from "./load-model.ts";
import { models } from "./model.ts";

await bakeVisualModel(models, toModelChoice(readConfig()));
