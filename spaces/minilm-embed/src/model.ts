import { fileURLToPath } from "node:url";
import type { TextModel } from "@repo/engine-onnx/text-model";
import type { SpaceModels } from "@repo/engine-onnx/text-service/text-service-options";

/** The model of MODEL=full, as its card and its files say. */
export const fullModel: TextModel = {
  id: "sentence-transformers/all-MiniLM-L6-v2",
  repository: "sentence-transformers/all-MiniLM-L6-v2",
  revision: "1110a243fdf4706b3f48f1d95db1a4f5529b4d41",
  dimensions: 384,
  // The weights have 512 positions, but the model was trained on, and its card cuts at, 256 word pieces.
  maxTokens: 256,
  pooling: "mean",
  prompts: {},
  licence: "Apache-2.0",
  source: "https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2",
  files: [
    { path: "config.json", sha256: "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41", bytes: 612 },
    { path: "tokenizer.json", sha256: "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037", bytes: 466_247 },
    { path: "model.safetensors", sha256: "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db", bytes: 90_868_376 },
  ],
};

/** Folder of the committed pocket model; the same two steps up from src/ and from dist/. Its facts stand in its model.json. */
export const pocketDirectory: string = fileURLToPath(new URL("../../../models/pocket-minilm/", import.meta.url));

/** What this Space can serve. */
export const models: SpaceModels = { full: fullModel, pocketDirectory };
