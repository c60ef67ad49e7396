import { CodedError } from "@repo/contracts/coded-error";

/** Shape of a BERT encoder, read from its config.json. */
export interface BertConfig {
  layers: number;
  heads: number;
  hiddenSize: number;
  /** Width of the feed-forward layer. */
  intermediateSize: number;
  vocabularySize: number;
  /** Longest input in tokens the position table covers. */
  maxPositions: number;
  /** Added to the variance before the square root. */
  layerNormEpsilon: number;
  /** `gelu` is the exact form x * Phi(x), `tanh` its approximation ("gelu_new"). */
  activation: "gelu" | "tanh";
}

/**
 * Reads a hub config.json (as text).
 * @throws CodedError model_unavailable when it is not the configuration of a BERT encoder this project can build; the
 *   message names the field.
 */
export function parseBertConfig(json: string): BertConfig {
  const fields = parseObject(json);
  if (fields["model_type"] !== "bert") {
    throw unusable(
      `model_type is ${JSON.stringify(fields["model_type"])}; only "bert" can be built (BERT, MiniLM, BGE, E5, GTE small/base)`,
    );
  }
  const positionType = fields["position_embedding_type"] ?? "absolute";
  if (positionType !== "absolute") throw unusable(`position_embedding_type ${JSON.stringify(positionType)} is not supported`);
  const count = (name: string): number => {
    const value = fields[name];
    if (!Number.isSafeInteger(value) || (value as number) < 1) throw unusable(`${name} must be a positive integer`);
    return value as number;
  };
  const epsilon = fields["layer_norm_eps"] ?? 1e-12;
  if (typeof epsilon !== "number" || !(epsilon > 0) || epsilon > 0.1) throw unusable("layer_norm_eps must be a small positive number");
  const config: BertConfig = {
    layers: count("num_hidden_layers"),
    heads: count("num_attention_heads"),
    hiddenSize: count("hidden_size"),
    intermediateSize: count("intermediate_size"),
    vocabularySize: count("vocab_size"),
    maxPositions: count("max_position_embeddings"),
    layerNormEpsilon: epsilon,
    activation: parseActivation(fields["hidden_act"]),
  };
  if (config.hiddenSize % config.heads !== 0) throw unusable("hidden_size is not a multiple of num_attention_heads");
  return config;
}

/** Names of transformers' ACT2FN (src/transformers/activations.py). */
function parseActivation(name: unknown): BertConfig["activation"] {
  if (name === undefined || name === "gelu" || name === "gelu_python") return "gelu";
  if (name === "gelu_new" || name === "gelu_pytorch_tanh") return "tanh";
  throw unusable(`hidden_act ${JSON.stringify(name)} is not supported`);
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
