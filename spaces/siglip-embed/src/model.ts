/** Facts about what this Space serves. */
import { fileURLToPath } from "node:url";
import type { VisualSpaceModels } from "@repo/engine-onnx/visual-model/prepare-chosen-visual-model";
import type { VisualModel } from "@repo/engine-onnx/visual-model/visual-model";

/** Folder of the committed pocket model; the same two steps up from src/ and from dist/. Its facts stand in its model.json. */
export const pocketDirectory: string = fileURLToPath(new URL("../../../models/pocket-siglip/", import.meta.url));

/**
 * The model of MODEL=full, as its files say; resizing as its preprocessor_config.json.
 * @source lower case and 64 tokens: google-research/big_vision#157 and transformers, models/siglip2/tokenization_siglip2.py
 */
export const fullModel: VisualModel = {
  id: "google/siglip2-so400m-patch14-384",
  repository: "google/siglip2-so400m-patch14-384",
  revision: "e8e487298228002f3d8a82e0cd5c8ea9c567f57f",
  dimensions: 1152,
  image: { size: 384, mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5], resample: "bilinear" },
  text: { length: 64, padId: 0, isLowercase: true },
  licence: "Apache-2.0",
  source: "https://huggingface.co/google/siglip2-so400m-patch14-384",
  files: [
    { path: "config.json", sha256: "73477b47ae9a395f008f993ebd8fb5c16ce0b5e8419ffdf2f5b2183b260f9cff", bytes: 559 },
    { path: "tokenizer.json", sha256: "cb9140fae3ac5122c972d37adf83e1248471a38147ad76f8215c8872c6fd8322", bytes: 34_363_039 },
    { path: "model.safetensors", sha256: "9f4f4a49f908ef0c979bce8ff5a5c0e88882dc6c5dc4304387cbbd152558e2c2", bytes: 4_544_143_072 },
  ],
};

/** What this Space can serve. */
export const models: VisualSpaceModels = { full: fullModel, pocketDirectory };

/**
 * Images from this side on are large: one inference takes all cores rather than one each. The towers that read 224 pixels have
 * matrices of hundreds of rows, which two threads compute 1.9 times as fast as one.
 */
export const largeImageSide = 224;
