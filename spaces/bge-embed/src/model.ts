import { fileURLToPath } from "node:url";
import type { TextModel } from "@repo/engine-onnx/text-model";
import type { SpaceModels } from "@repo/engine-onnx/text-service/text-service-options";

/** The model of MODEL=full, as its card and its files say. */
export const fullModel: TextModel = {
  id: "BAAI/bge-base-en-v1.5",
  repository: "BAAI/bge-base-en-v1.5",
  revision: "a5beb1e3e68b9ab74eb54cfd186867f64f240e1a",
  dimensions: 768,
  maxTokens: 512,
  pooling: "cls",
  // For queries only: the card says that passages need no instruction.
  prompts: { query: "Represent this sentence for searching relevant passages: " },
  licence: "MIT",
  source: "https://huggingface.co/BAAI/bge-base-en-v1.5",
  files: [
    { path: "config.json", sha256: "bc00af31a4a31b74040d73370aa83b62da34c90b75eb77bfa7db039d90abd591", bytes: 777 },
    { path: "tokenizer.json", sha256: "d241a60d5e8f04cc1b2b3e9ef7a4921b27bf526d9f6050ab90f9267a1f9e5c66", bytes: 711_396 },
    { path: "model.safetensors", sha256: "c7c1988aae201f80cf91a5dbbd5866409503b89dcaba877ca6dba7dd0a5167d7", bytes: 437_955_512 },
  ],
};

/** Folder of the committed pocket model; the same two steps up from src/ and from dist/. Its facts stand in its model.json. */
export const pocketDirectory: string = fileURLToPath(new URL("../../../models/pocket-bge/", import.meta.url));

/** What this Space can serve. */
export const models: SpaceModels = { full: fullModel, pocketDirectory };
