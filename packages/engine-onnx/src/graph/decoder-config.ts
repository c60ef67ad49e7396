import { CodedError } from "@repo/contracts/coded-error";

/** Rotation of queries and keys by their positions. */
export interface RotaryConfig {
  theta: number;
  /** Llama 3's stretching of long wavelengths; absent: none. */
  llama3?: { factor: number; lowFactor: number; highFactor: number; originalPositions: number };
  /** Divides positions; 1: none. */
  linearFactor: number;
}

/** What one layer does in its own way. */
export interface DecoderLayerConfig {
  rotary: RotaryConfig;
  /** Tokens that a token sees, itself included; absent: all before it. */
  window?: number;
}

/** Architecture of a decoder: Llama's, and what Qwen 2, Qwen 3 and Gemma 3 do otherwise. */
export interface DecoderConfig {
  /** model_type of config.json. */
  family: "llama" | "qwen2" | "qwen3" | "gemma3_text" | "mistral";
  vocabularySize: number;
  hiddenSize: number;
  intermediateSize: number;
  heads: number;
  kvHeads: number;
  headSize: number;
  /** Longest text, tokens. */
  maxPositions: number;
  normEpsilon: number;
  activation: "silu" | "gelu-tanh";
  /** Factor of the products of queries and keys. */
  attentionScale: number;
  /** Queries and keys are normalised by head (Qwen 3, Gemma 3). */
  hasHeadNorms: boolean;
  /** What attention and the feed-forward part give is normalised too, and norms multiply by 1 + weight (Gemma 3). */
  isGemma: boolean;
  /** The table of tokens is the last product too. */
  isTied: boolean;
  layers: readonly DecoderLayerConfig[];
}

const families = ["llama", "qwen2", "qwen3", "gemma3_text", "mistral"] as const;

/**
 * Reads config.json of transformers, as version 4 and version 5 write it.
 * @source transformers, models/{llama,qwen2,qwen3,gemma3}/configuration_*.py
 * @throws CodedError model_unavailable naming what is not supported
 */
export function parseDecoderConfig(text: string): DecoderConfig {
  const facts = JSON.parse(text) as Record<string, unknown>;
  const family = families.find((name) => name === facts["model_type"]);
  if (family === undefined) return refuse(`its architecture is ${String(facts["model_type"])}; ${families.join(", ")} are supported`);
  for (const name of ["final_logit_softcapping", "attn_logit_softcapping"]) if (facts[name]) refuse(`it has ${name}`);
  if (facts["mlp_bias"] === true) refuse("it has mlp_bias");
  const hiddenSize = numberOf(facts, "hidden_size");
  const heads = numberOf(facts, "num_attention_heads");
  const headSize = numberOf(facts, "head_dim", hiddenSize / heads);
  const isGemma = family === "gemma3_text";
  return {
    family,
    vocabularySize: numberOf(facts, "vocab_size"),
    hiddenSize,
    intermediateSize: numberOf(facts, "intermediate_size"),
    heads,
    kvHeads: numberOf(facts, "num_key_value_heads", heads),
    headSize,
    maxPositions: numberOf(facts, "max_position_embeddings", 2048),
    normEpsilon: numberOf(facts, "rms_norm_eps", 1e-6),
    activation: toActivation(facts["hidden_activation"] ?? facts["hidden_act"] ?? "silu"),
    attentionScale: (isGemma ? numberOf(facts, "query_pre_attn_scalar", 256) : headSize) ** -0.5,
    hasHeadNorms: isGemma || family === "qwen3",
    isGemma,
    isTied: facts["tie_word_embeddings"] === undefined ? isGemma : facts["tie_word_embeddings"] === true,
    layers: toLayers(facts, isGemma),
  };
}

function toLayers(facts: Record<string, unknown>, isGemma: boolean): DecoderLayerConfig[] {
  const count = numberOf(facts, "num_hidden_layers");
  const types = facts["layer_types"] as string[] | undefined;
  const pattern = numberOf(facts, "sliding_window_pattern", 6);
  // Qwen 2 and 3 name a window that they do not use.
  const hasWindow = isGemma || facts["model_type"] === "mistral" || facts["use_sliding_window"] === true;
  return Array.from({ length: count }, (_, layer) => {
    const isSliding =
      types?.[layer] === undefined ? (isGemma ? (layer + 1) % pattern !== 0 : hasWindow) : types[layer] === "sliding_attention";
    const window = isSliding && typeof facts["sliding_window"] === "number" ? facts["sliding_window"] : undefined;
    return { rotary: toRotary(facts, isSliding, isGemma), ...(window === undefined ? {} : { window }) };
  });
}

function toRotary(facts: Record<string, unknown>, isSliding: boolean, isGemma: boolean): RotaryConfig {
  // Version 5: rope_parameters, by kind of layer where the kinds differ. Version 4: rope_theta, rope_local_base_freq and rope_scaling.
  const all = facts["rope_parameters"] as Record<string, unknown> | undefined;
  const own = all?.[isSliding ? "sliding_attention" : "full_attention"] as Record<string, unknown> | undefined;
  const isLocal = isGemma && isSliding;
  const parameters =
    own ??
    (all?.["rope_theta"] === undefined ? undefined : all) ??
    (isLocal ? undefined : (facts["rope_scaling"] as Record<string, unknown> | null)) ??
    {};
  const fallback = isLocal ? numberOf(facts, "rope_local_base_freq", 10_000) : numberOf(facts, "rope_theta", isGemma ? 1_000_000 : 10_000);
  const theta = numberOf(parameters, "rope_theta", fallback);
  const type = parameters["rope_type"] ?? parameters["type"] ?? "default";
  if (type === "default") return { theta, linearFactor: 1 };
  if (type === "linear") return { theta, linearFactor: numberOf(parameters, "factor") };
  if (type !== "llama3") return refuse(`its rotary positions are of type ${JSON.stringify(type)}`);
  return {
    theta,
    linearFactor: 1,
    llama3: {
      factor: numberOf(parameters, "factor"),
      lowFactor: numberOf(parameters, "low_freq_factor"),
      highFactor: numberOf(parameters, "high_freq_factor"),
      originalPositions: numberOf(parameters, "original_max_position_embeddings"),
    },
  };
}

function toActivation(value: unknown): DecoderConfig["activation"] {
  if (value === "silu" || value === "swish") return "silu";
  if (value === "gelu_pytorch_tanh" || value === "gelu_new") return "gelu-tanh";
  return refuse(`its activation is ${String(value)}`);
}

function numberOf(facts: Record<string, unknown>, name: string, fallback?: number): number {
  const value = facts[name] ?? fallback;
  return typeof value === "number" && Number.isFinite(value) && value > 0 ? value : refuse(`its config.json has no usable ${name}`);
}

function refuse(reason: string): never {
  throw new CodedError("model_unavailable", `This model cannot be built: ${reason}.`);
}
