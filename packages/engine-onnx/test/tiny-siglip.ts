import type { SiglipConfig, SiglipTower } from "../src/graph/siglip-config.ts";
import type { TinyTensor } from "./tiny-bert.ts";

/** A model of both towers whose tensors have a few thousand values; 6 pixels of each image are not read, as with so400m. */
export const tinySiglipConfig: SiglipConfig = {
  vision: {
    layers: 2,
    heads: 4,
    hiddenSize: 32,
    intermediateSize: 72,
    layerNormEpsilon: 1e-6,
    activation: "tanh",
    imageSize: 62,
    patchSize: 14,
  },
  text: {
    layers: 3,
    heads: 2,
    hiddenSize: 32,
    intermediateSize: 48,
    layerNormEpsilon: 1e-6,
    activation: "tanh",
    vocabularySize: 300,
    positions: 16,
  },
  dimensions: 32,
};

/**
 * Its random weights under transformers' names. models/reference/make_siglip_reference.py draws the same ones, in the same
 * order, and has transformers compute what siglip-reference.json holds.
 */
export function makeTinySiglip({ vision, text, dimensions }: SiglipConfig = tinySiglipConfig): Map<string, TinyTensor> {
  let state = 11;
  const random = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 31 - 1;
  };
  const tensors = new Map<string, TinyTensor>();
  const add = (name: string, shape: number[], scale: number, middle = 0): void => {
    const size = shape.reduce((product, length) => product * length, 1);
    tensors.set(name, { shape, data: Float32Array.from({ length: size }, () => middle + random() * scale) });
  };
  const linear = (name: string, outputs: number, inputs: number): void => {
    add(`${name}.weight`, [outputs, inputs], 2 / Math.sqrt(inputs));
    add(`${name}.bias`, [outputs], 0.3);
  };
  const norm = (name: string, size: number): void => {
    add(`${name}.weight`, [size], 0.4, 1);
    add(`${name}.bias`, [size], 0.3);
  };
  const layers = (prefix: string, { layers: count, hiddenSize, intermediateSize }: SiglipTower): void => {
    for (let layer = 0; layer < count; layer++) {
      const name = `${prefix}.encoder.layers.${layer}`;
      norm(`${name}.layer_norm1`, hiddenSize);
      for (const part of ["q_proj", "k_proj", "v_proj", "out_proj"]) linear(`${name}.self_attn.${part}`, hiddenSize, hiddenSize);
      norm(`${name}.layer_norm2`, hiddenSize);
      linear(`${name}.mlp.fc1`, intermediateSize, hiddenSize);
      linear(`${name}.mlp.fc2`, hiddenSize, intermediateSize);
    }
  };
  const { hiddenSize: wide, patchSize } = vision;
  add("text_model.embeddings.token_embedding.weight", [text.vocabularySize, text.hiddenSize], 1);
  add("text_model.embeddings.position_embedding.weight", [text.positions, text.hiddenSize], 0.5);
  layers("text_model", text);
  norm("text_model.final_layer_norm", text.hiddenSize);
  linear("text_model.head", dimensions, text.hiddenSize);
  add("vision_model.embeddings.patch_embedding.weight", [wide, 3, patchSize, patchSize], 2 / Math.sqrt(3 * patchSize ** 2));
  add("vision_model.embeddings.patch_embedding.bias", [wide], 0.3);
  add("vision_model.embeddings.position_embedding.weight", [Math.floor(vision.imageSize / patchSize) ** 2, wide], 0.5);
  layers("vision_model", vision);
  norm("vision_model.post_layernorm", wide);
  add("vision_model.head.probe", [1, 1, wide], 1);
  add("vision_model.head.attention.in_proj_weight", [3 * wide, wide], 2 / Math.sqrt(wide));
  add("vision_model.head.attention.in_proj_bias", [3 * wide], 0.3);
  linear("vision_model.head.attention.out_proj", wide, wide);
  norm("vision_model.head.layernorm", wide);
  linear("vision_model.head.mlp.fc1", vision.intermediateSize, wide);
  linear("vision_model.head.mlp.fc2", wide, vision.intermediateSize);
  tensors.set("logit_scale", { shape: [1], data: Float32Array.of(4.7) });
  tensors.set("logit_bias", { shape: [1], data: Float32Array.of(-16.5) });
  return tensors;
}

/** config.json in transformers' words, naming only what differs from its defaults. */
export function encodeSiglipConfig({ vision, text }: SiglipConfig = tinySiglipConfig): string {
  const tower = (part: SiglipTower) => ({
    num_hidden_layers: part.layers,
    num_attention_heads: part.heads,
    hidden_size: part.hiddenSize,
    intermediate_size: part.intermediateSize,
  });
  return JSON.stringify({
    model_type: "siglip",
    text_config: {
      ...tower(text),
      model_type: "siglip_text_model",
      vocab_size: text.vocabularySize,
      max_position_embeddings: text.positions,
    },
    vision_config: { ...tower(vision), model_type: "siglip_vision_model", image_size: vision.imageSize, patch_size: vision.patchSize },
  });
}

/**
 * A tokenizer.json as SigLIP 2 has it (Gemma's kind: letters and bytes joined by merges, spaces as "▁", an end token after
 * every text, padding to a fixed length), with a vocabulary of a few dozen pieces.
 */
export const tinySiglipTokenizer = {
  version: "1.0",
  truncation: null,
  padding: { strategy: { Fixed: 16 }, direction: "Right", pad_to_multiple_of: null, pad_id: 0, pad_type_id: 0, pad_token: "<pad>" },
  added_tokens: ["<pad>", "<eos>", "<bos>", "<unk>"].map((content, id) => ({
    id,
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  })),
  normalizer: { type: "Replace", pattern: { String: " " }, content: "▁" },
  pre_tokenizer: { type: "Split", pattern: { String: " " }, behavior: "MergedWithPrevious", invert: false },
  post_processor: {
    type: "TemplateProcessing",
    single: [{ Sequence: { id: "A", type_id: 0 } }, { SpecialToken: { id: "<eos>", type_id: 0 } }],
    pair: [{ Sequence: { id: "A", type_id: 0 } }, { Sequence: { id: "B", type_id: 1 } }],
    special_tokens: { "<eos>": { id: "<eos>", ids: [1], tokens: ["<eos>"] } },
  },
  decoder: {
    type: "Sequence",
    decoders: [{ type: "Replace", pattern: { String: "▁" }, content: " " }, { type: "ByteFallback" }, { type: "Fuse" }],
  },
  model: {
    type: "BPE",
    dropout: null,
    unk_token: "<unk>",
    continuing_subword_prefix: null,
    end_of_word_suffix: null,
    fuse_unk: true,
    byte_fallback: true,
    ignore_merges: false,
    vocab: Object.fromEntries(
      [
        "<pad>",
        "<eos>",
        "<bos>",
        "<unk>",
        ...Array.from({ length: 256 }, (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`),
        ...Array.from("abcdefghijklmnopqrstuvwxyz▁"),
        "oa",
        "oak",
        "▁d",
        "▁da",
        "▁dar",
        "▁dark",
      ].map((piece, id) => [piece, id]),
    ),
    merges: [
      ["o", "a"],
      ["oa", "k"],
      ["▁", "d"],
      ["▁d", "a"],
      ["▁da", "r"],
      ["▁dar", "k"],
    ],
  },
};
