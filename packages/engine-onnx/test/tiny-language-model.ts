import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseDecoderConfig } from "../src/graph/decoder-config.ts";
import { buildDecoderGraph, type DecoderTensors } from "../src/graph/decoder-graph.ts";
import type { DecoderPrecision } from "../src/graph/decoder-linear.ts";

/** Facts of a tiny language model. */
export interface TinyLanguageModelOptions {
  precision?: DecoderPrecision;
  /** Fields of config.json in place of the default ones. */
  config?: Record<string, unknown>;
  /** Rotations outside of GroupQueryAttention, with position_ids. */
  hasOwnRotary?: boolean;
  /** Presents come out of nodes of their own, so that nothing is known of how they are made. */
  hasPlainPresents?: boolean;
  seed?: number;
}

/** Its control tokens: end of text, start of turn, end of turn. */
export const tinyControls = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"] as const;

const chatTemplate =
  "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";

/** What the tiny tokenizer joins, in order, besides single bytes; Ġ stands for a space. */
const merges = [
  "t h",
  "th e",
  "Ġ the",
  "i n",
  "a n",
  "e r",
  "r e",
  "o n",
  "Ġ a",
  "in g",
  '{ "',
  '" :',
  '" ,',
  '" }',
  "t r",
  "tr u",
  "tru e",
];

/**
 * Writes a folder as the hub's decoders have it, with a model of two layers and random weights that really attends: what
 * comes next depends on all tokens before it and on their order. About 300 kB.
 */
export async function writeTinyLanguageModel(options: TinyLanguageModelOptions = {}): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "tiny-language-model-"));
  const tokenizer = makeTokenizer();
  const config = {
    model_type: "llama",
    vocab_size: tokenizer.size,
    hidden_size: 64,
    intermediate_size: 96,
    num_hidden_layers: 2,
    num_attention_heads: 4,
    num_key_value_heads: 2,
    head_dim: 16,
    max_position_embeddings: 512,
    rms_norm_eps: 1e-5,
    rope_theta: 10_000,
    tie_word_embeddings: false,
    ...options.config,
  };
  const graph = buildDecoderGraph(parseDecoderConfig(JSON.stringify(config)), makeTensors(options.seed ?? 1), {
    precision: options.precision ?? "fp32",
    ...(options.hasOwnRotary === undefined ? {} : { hasOwnRotary: options.hasOwnRotary }),
    ...(options.hasPlainPresents === undefined ? {} : { hasPlainPresents: options.hasPlainPresents }),
  });
  await mkdir(join(directory, "onnx"));
  await writeFile(join(directory, "onnx/model.onnx"), graph.toBytes().model);
  const [endOfText, , endOfTurn] = tinyControls.map((token) => tokenizer.ids.get(token));
  const files = {
    "config.json": config,
    "generation_config.json": { eos_token_id: [endOfTurn, endOfText] },
    "tokenizer.json": tokenizer.definition,
    "tokenizer_config.json": { bos_token: tinyControls[0], eos_token: tinyControls[2], chat_template: chatTemplate },
  };
  for (const [name, content] of Object.entries(files)) await writeFile(join(directory, name), JSON.stringify(content));
  return directory;
}

/** Any tensor that is asked for, of normally distributed weights that keep the size of what they multiply. */
export function makeTensors(seed: number): DecoderTensors {
  return {
    has: () => false,
    floats(name, shape) {
      const length = shape.reduce((product, each) => product * each, 1);
      const isNorm = shape.length === 1;
      const size = name === "lm_head.weight" || name === "model.embed_tokens.weight" ? 1 : 1 / Math.sqrt(shape.at(-1) as number);
      const random = randomNumbers(
        seed * 1000 + Array.from(name).reduce((sum, character) => (sum * 31 + character.charCodeAt(0)) % 99_991, 7),
      );
      return { data: Float32Array.from({ length }, () => (isNorm ? 0.8 + 0.4 * random() : size * gaussian(random))) };
    },
  };
}

/** @source Numerical Recipes' linear congruential generator */
export function randomNumbers(seed: number): () => number {
  let state = (seed * 7919 + 17) >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** @source Box and Muller 1958 */
function gaussian(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

function makeTokenizer(): { definition: unknown; size: number; ids: ReadonlyMap<string, number> } {
  const vocab: Record<string, number> = {};
  let next = 0x100;
  for (let byte = 0; byte < 256; byte += 1) {
    const isPrintable = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
    vocab[String.fromCharCode(isPrintable ? byte : next)] = byte;
    if (!isPrintable) next += 1;
  }
  for (const [index, merge] of merges.entries()) vocab[merge.replace(" ", "")] = 256 + index;
  const first = 256 + merges.length;
  const ids = new Map<string, number>(tinyControls.map((content, index) => [content, first + index]));
  const definition = {
    version: "1.0",
    added_tokens: tinyControls.map((content, index) => ({
      id: first + index,
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
    normalizer: null,
    pre_tokenizer: { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true },
    post_processor: null,
    decoder: { type: "ByteLevel", add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: {
      type: "BPE",
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab,
      merges,
    },
  };
  return { definition, size: first + tinyControls.length, ids };
}
