import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { rename } from "node:fs/promises";
import { join } from "node:path";
import { parseDecoderConfig } from "@repo/engine-onnx/graph/decoder-config";
import { buildDecoderGraph, type DecoderTensors } from "@repo/engine-onnx/graph/decoder-graph";
import type { DecoderPrecision } from "@repo/engine-onnx/graph/decoder-linear";
import { makeTokenizer } from "./make-tokenizer.ts";

/** config.json of HuggingFaceTB/SmolLM2-135M-Instruct, as far as its shape goes. */
const config = {
  architectures: ["LlamaForCausalLM"],
  model_type: "llama",
  vocab_size: 49_152,
  hidden_size: 576,
  intermediate_size: 1536,
  num_hidden_layers: 30,
  num_attention_heads: 9,
  num_key_value_heads: 3,
  hidden_act: "silu",
  rms_norm_eps: 1e-5,
  rope_theta: 100_000,
  max_position_embeddings: 8192,
  tie_word_embeddings: true,
  bos_token_id: 0,
  eos_token_id: 1,
};

/** Names of the hub's exports. */
const fileOf = { int8: "model_int8.onnx", q4: "model_q4.onnx", fp32: "model.onnx" } as const satisfies Record<DecoderPrecision, string>;

/**
 * A folder as the hub's decoders have it, with random weights in the shape of SmolLM2-135M: a product takes as long
 * whatever its numbers. Made once.
 */
export async function makeModel(folder: string, precisions: readonly DecoderPrecision[]): Promise<string> {
  mkdirSync(join(folder, "onnx"), { recursive: true });
  const files = {
    "config.json": config,
    "generation_config.json": { bos_token_id: 0, eos_token_id: 1 },
    "tokenizer.json": makeTokenizer(config.vocab_size),
    "tokenizer_config.json": { bos_token: "<|endoftext|>", eos_token: "<|im_end|>", tokenizer_class: "PreTrainedTokenizerFast" },
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), JSON.stringify(content));
  for (const precision of precisions) {
    const path = join(folder, "onnx", fileOf[precision]);
    if (existsSync(path)) continue;
    const graph = buildDecoderGraph(parseDecoderConfig(JSON.stringify(config)), randomTensors(), { precision });
    writeFileSync(`${path}.tmp`, graph.toBytes().model);
    await rename(`${path}.tmp`, path);
  }
  return folder;
}

/** Any tensor that is asked for, evenly distributed around 0; norms around 1. */
function randomTensors(): DecoderTensors {
  let state = 1;
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32 - 0.5;
  };
  return {
    has: () => false,
    floats(_name, shape) {
      const data = new Float32Array(shape.reduce((product, length) => product * length, 1));
      const scale = shape.length === 1 ? 0.2 : Math.sqrt(12 / (shape.at(-1) as number));
      const middle = shape.length === 1 ? 1 : 0;
      for (let index = 0; index < data.length; index += 1) data[index] = middle + scale * next();
      return { data };
    },
  };
}
