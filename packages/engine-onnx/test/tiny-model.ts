import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OnnxModelBuilder } from "../src/graph/onnx-model.ts";
import type { PreparedTextModel } from "../src/text-model.ts";

const dimensions = 4;
const letters = "abcdefghijklmnopqrstuvwxyz0123456789.,!?'".split("");
const vocabulary = [
  "[PAD]",
  "[UNK]",
  "[CLS]",
  "[SEP]",
  "[MASK]",
  ...letters,
  ...letters.slice(0, 36).map((letter) => `##${letter}`),
  "the",
  "cat",
  "##ting",
];

/** Ids from here on are not in the tiny model's table: the runtime fails on them. */
export const firstUnknownId = vocabulary.length;

/** A real model in a new temporary folder, a few kilobytes: one table, mean pooling, the inputs and outputs of all text models. */
export async function prepareTinyModel(maxTokens = 64): Promise<PreparedTextModel> {
  const directory = await mkdtemp(join(tmpdir(), "tiny-model-"));
  const onnxPath = join(directory, "model.onnx");
  const tokenizerPath = join(directory, "tokenizer.json");
  await writeFile(onnxPath, buildGraph());
  await writeFile(tokenizerPath, JSON.stringify(tinyTokenizer));
  const model = {
    id: "test/tiny",
    repository: "test/tiny",
    revision: "1",
    dimensions,
    maxTokens,
    pooling: "mean" as const,
    prompts: { query: "query " },
    licence: "Apache-2.0",
    source: "this file",
    files: [],
  };
  return { model, directory, onnxPath, tokenizerPath, precision: "fp32", files: [] };
}

function buildGraph(): Uint8Array {
  const builder = new OnnxModelBuilder();
  const ids = builder.input("input_ids", "int32", ["batch", "tokens"]);
  const mask = builder.input("attention_mask", "float32", ["batch", "tokens"]);
  // Over a kilobyte, so that it lives outside the graph when the runtime writes its optimised form.
  const table = Float32Array.from({ length: vocabulary.length * dimensions }, (_, index) => Math.sin(index * 1.7) + 0.1);
  const tokens = builder.node("Gather", [builder.constant("table", "float32", [vocabulary.length, dimensions], table), ids], {
    outputs: ["token_embeddings"],
  });
  const masked = builder.node("Mul", [tokens, builder.node("Unsqueeze", [mask, builder.integers([2])])]);
  const sum = builder.node("ReduceSum", [masked, builder.integers([1])], { attributes: { keepdims: 0 } });
  const pooled = builder.node("Div", [sum, builder.node("ReduceSum", [mask, builder.integers([1])], { attributes: { keepdims: 1 } })]);
  const norm = builder.node("ReduceL2", [pooled, builder.integers([1])], { attributes: { keepdims: 1 }, outputs: ["norm"] });
  builder.node("Div", [pooled, norm], { outputs: ["embedding"] });
  builder.output("embedding", "float32", ["batch", dimensions]);
  builder.output("norm", "float32", ["batch", 1]);
  builder.output("token_embeddings", "float32", ["batch", "tokens", dimensions]);
  return builder.toBytes().model;
}

const special = (content: string) => ({
  id: vocabulary.indexOf(content),
  content,
  special: true,
  single_word: false,
  lstrip: false,
  rstrip: false,
  normalized: false,
});

/** A tokenizer.json of BERT's kind with a vocabulary of letters. */
export const tinyTokenizer = {
  version: "1.0",
  truncation: null,
  padding: null,
  added_tokens: ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"].map(special),
  normalizer: { type: "BertNormalizer", clean_text: true, handle_chinese_chars: true, strip_accents: null, lowercase: true },
  pre_tokenizer: { type: "BertPreTokenizer" },
  post_processor: {
    type: "TemplateProcessing",
    single: [
      { SpecialToken: { id: "[CLS]", type_id: 0 } },
      { Sequence: { id: "A", type_id: 0 } },
      { SpecialToken: { id: "[SEP]", type_id: 0 } },
    ],
    pair: [{ Sequence: { id: "A", type_id: 0 } }, { Sequence: { id: "B", type_id: 1 } }],
    special_tokens: { "[CLS]": { id: "[CLS]", ids: [2], tokens: ["[CLS]"] }, "[SEP]": { id: "[SEP]", ids: [3], tokens: ["[SEP]"] } },
  },
  decoder: { type: "WordPiece", prefix: "##", cleanup: true },
  model: {
    type: "WordPiece",
    unk_token: "[UNK]",
    continuing_subword_prefix: "##",
    max_input_chars_per_word: 100,
    vocab: Object.fromEntries(vocabulary.map((token, id) => [token, id])),
  },
};
