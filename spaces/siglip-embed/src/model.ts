/** Facts about what this Space serves. */
import { fileURLToPath } from "node:url";

/** Folder of the committed pocket model; the same two steps up from src/ and from dist/. Its facts stand in its model.json. */
export const pocketDirectory: string = fileURLToPath(new URL("../../../models/pocket-siglip/", import.meta.url));

/** The model of MODEL=full. */
export const fullModel = {
  id: "google/siglip2-so400m-patch14-384",
  repository: "google/siglip2-so400m-patch14-384",
  dimensions: 1152,
  licence: "Apache-2.0",
  source: "https://huggingface.co/google/siglip2-so400m-patch14-384",
} as const;

/** Images from this side on are large: one inference takes all cores rather than one each. @source specs of so400m: 384 px, 729 patches */
export const largeImageSide = 224;
