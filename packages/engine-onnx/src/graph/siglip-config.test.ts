import { expect, test } from "vitest";
import { countPatches, parseSiglipConfig } from "./siglip-config.ts";

/** config.json of google/siglip2-so400m-patch14-384, the fields that matter. */
const so400m = {
  model_type: "siglip",
  text_config: {
    hidden_size: 1152,
    intermediate_size: 4304,
    num_attention_heads: 16,
    num_hidden_layers: 27,
    projection_size: 1152,
    vocab_size: 256_000,
  },
  vision_config: {
    hidden_size: 1152,
    image_size: 384,
    intermediate_size: 4304,
    num_attention_heads: 16,
    num_hidden_layers: 27,
    patch_size: 14,
  },
};

test("what so400m's file leaves out is as transformers has it", () => {
  const { vision, text, dimensions } = parseSiglipConfig(JSON.stringify(so400m));
  expect(dimensions).toBe(1152);
  expect(vision).toMatchObject({ layers: 27, heads: 16, imageSize: 384, layerNormEpsilon: 1e-6, activation: "tanh" });
  expect(text).toMatchObject({ layers: 27, positions: 64, vocabularySize: 256_000 });
  expect(countPatches(vision)).toBe(729);
});

test.each([
  ["no JSON", "{", "not JSON"],
  ["another model", { ...so400m, model_type: "clip" }, 'only "siglip"'],
  ["images of any shape", { ...so400m, model_type: "siglip2" }, "NaFlex"],
  ["a tower that is a list", { ...so400m, text_config: [] }, "text_config is not an object"],
  ["no pooling head", { ...so400m, vision_config: { ...so400m.vision_config, vision_use_head: false } }, "vision_use_head"],
  ["heads that do not fit", { ...so400m, vision_config: { ...so400m.vision_config, num_attention_heads: 7 } }, "not a multiple"],
  ["a negative width", { ...so400m, text_config: { ...so400m.text_config, hidden_size: -1 } }, "text_config.hidden_size"],
  ["towers of two widths", { ...so400m, text_config: { ...so400m.text_config, projection_size: 768 } }, "768 dimensions, images 1152"],
  ["another activation", { ...so400m, vision_config: { ...so400m.vision_config, hidden_act: "relu" } }, '"relu"'],
  ["grey images", { ...so400m, vision_config: { ...so400m.vision_config, num_channels: 1 } }, "num_channels must be 3"],
])("a configuration with %s is refused with its reason", (_, fields, reason) => {
  expect(() => parseSiglipConfig(typeof fields === "string" ? fields : JSON.stringify(fields))).toThrow(reason);
});
