/** Prepares the configured model and prints its folder: the step of an image's build that needs the network. */
import { bakeTextModel } from "@repo/engine-onnx/text-service/bake-text-model";
import { toTextModelOptions } from "@repo/server-kit/text-embedding/text-model-variables";
import { readConfig } from "./config.ts";
import { models } from "./model.ts";

await bakeTextModel(models, toTextModelOptions(readConfig()));
