import { CodedError } from "@repo/contracts/coded-error";

/** Shape of one tower: a transformer whose norms come before attention and feed-forward. */
export interface SiglipTower {
  layers: number;
  heads: number;
  hiddenSize: number;
  /** Width of the feed-forward layer. */
  intermediateSize: number;
  /** Added to the variance before the square root. */
  layerNormEpsilon: number;
  /** `gelu` is the exact form x * Phi(x), `tanh` its approximation ("gelu_pytorch_tanh"). */
  activation: "gelu" | "tanh";
}

/** The tower that reads images. */
export interface SiglipVisionTower extends SiglipTower {
  /** Side of the square image, pixels. */
  imageSize: number;
  /** Side of a patch, pixels; what is left of the image at its right and lower edge is not read. */
  patchSize: number;
}

/** The tower that reads texts. */
export interface SiglipTextTower extends SiglipTower {
  vocabularySize: number;
  /** Tokens of every text, padding included. */
  positions: number;
}

/** A SigLIP model with square images of one size (SigLIP, SigLIP 2 "FixRes"), read from its config.json. */
export interface SiglipConfig {
  vision: SiglipVisionTower;
  text: SiglipTextTower;
  /** Length of the vectors of both towers. */
  dimensions: number;
}

/**
 * Reads a hub config.json (as text). Files name only what differs from the defaults of transformers, which are therefore
 * repeated here. Source: transformers 5.23, models/siglip/configuration_siglip.py.
 * @throws CodedError model_unavailable when it is not the configuration of a model this project can build; the message
 *   names the field.
 */
export function parseSiglipConfig(json: string): SiglipConfig {
  const fields = parseObject(json);
  if (fields["model_type"] !== "siglip") {
    const hint = fields["model_type"] === "siglip2" ? " (its NaFlex form, with images of any shape, is not supported)" : "";
    throw unusable(`model_type is ${JSON.stringify(fields["model_type"])}; only "siglip" can be built${hint}`);
  }
  const vision = toSection(fields["vision_config"], "vision_config");
  const text = toSection(fields["text_config"], "text_config");
  if (vision.fields["vision_use_head"] === false) throw unusable("vision_config.vision_use_head must be true");
  if (count(vision, "num_channels", 3) !== 3) throw unusable("vision_config.num_channels must be 3");
  const config: SiglipConfig = {
    vision: { ...readTower(vision), imageSize: count(vision, "image_size", 224), patchSize: count(vision, "patch_size", 16) },
    text: {
      ...readTower(text),
      vocabularySize: count(text, "vocab_size", 32_000),
      positions: count(text, "max_position_embeddings", 64),
    },
    dimensions: count(vision, "hidden_size", 768),
  };
  if (config.vision.patchSize > config.vision.imageSize) throw unusable("vision_config.patch_size is larger than image_size");
  const projection = count(text, "projection_size", config.text.hiddenSize);
  if (projection !== config.dimensions) throw unusable(`texts have ${projection} dimensions, images ${config.dimensions}`);
  return config;
}

/** How many patches an image has. */
export function countPatches({ imageSize, patchSize }: SiglipVisionTower): number {
  return Math.floor(imageSize / patchSize) ** 2;
}

interface Section {
  name: string;
  fields: Record<string, unknown>;
}

function readTower(section: Section): SiglipTower {
  const hiddenSize = count(section, "hidden_size", 768);
  const heads = count(section, "num_attention_heads", 12);
  if (hiddenSize % heads !== 0) throw unusable(`${section.name}.hidden_size is not a multiple of num_attention_heads`);
  const epsilon = section.fields["layer_norm_eps"] ?? 1e-6;
  if (typeof epsilon !== "number" || !(epsilon > 0) || epsilon > 0.1) {
    throw unusable(`${section.name}.layer_norm_eps must be a small positive number`);
  }
  return {
    layers: count(section, "num_hidden_layers", 12),
    heads,
    hiddenSize,
    intermediateSize: count(section, "intermediate_size", 3072),
    layerNormEpsilon: epsilon,
    activation: parseActivation(section),
  };
}

function count({ name, fields }: Section, field: string, fallback: number): number {
  const value = fields[field] ?? fallback;
  if (!Number.isSafeInteger(value) || (value as number) < 1) throw unusable(`${name}.${field} must be a positive integer`);
  return value as number;
}

/** Names of transformers' ACT2FN (src/transformers/activations.py). */
function parseActivation({ name, fields }: Section): SiglipTower["activation"] {
  const activation = fields["hidden_act"] ?? "gelu_pytorch_tanh";
  if (activation === "gelu_pytorch_tanh" || activation === "gelu_new") return "tanh";
  if (activation === "gelu") return "gelu";
  throw unusable(`${name}.hidden_act ${JSON.stringify(activation)} is not supported`);
}

function toSection(value: unknown, name: string): Section {
  if (value === undefined) return { name, fields: {} };
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw unusable(`${name} is not an object`);
  return { name, fields: value as Record<string, unknown> };
}

function parseObject(json: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  } catch (cause) {
    throw unusable("it is not JSON", cause);
  }
  throw unusable("it is not a JSON object");
}

function unusable(reason: string, cause?: unknown): CodedError {
  return new CodedError("model_unavailable", `The model's config.json cannot be used: ${reason}.`, { cause });
}
