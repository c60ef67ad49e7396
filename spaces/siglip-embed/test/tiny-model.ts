import { createHash } from "node:crypto";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OnnxModelBuilder } from "@repo/engine-onnx/graph/onnx-model";

/** Facts of a tiny model. */
export interface TinyModelOptions {
  name?: string;
  /** Side of its images, a multiple of 4; default 16. */
  size?: number;
  dimensions?: number;
  textLength?: number;
  logitScale?: number;
  logitBias?: number;
}

/** Words of the tiny tokenizer; all others are unknown. */
const words =
  "red green blue black white wood stone metal modern rustic striped plain a an the of in photo this is surface colour pattern texture made material style interior".split(
    " ",
  );

/**
 * Writes a folder with a model that really looks: its image vector depends on the mean colour of each of 16 squares, its text
 * vector on which words stand where; the weights are random. A few hundred kilobytes.
 */
export async function writeTinyModel(options: TinyModelOptions = {}): Promise<string> {
  const { name = "test/tiny-siglip", size = 16, dimensions = 1152, textLength = 64, logitScale = 20, logitBias = -4 } = options;
  const directory = await mkdtemp(join(tmpdir(), "tiny-siglip-"));
  const tokenizer = buildTokenizer(textLength);
  const contents: Record<string, Uint8Array> = {
    "vision.onnx": buildVision(size, dimensions),
    "text.onnx": buildText({ vocabularySize: words.length + 3, textLength, dimensions }),
    "tokenizer.json": Buffer.from(JSON.stringify(tokenizer)),
  };
  for (const [file, bytes] of Object.entries(contents)) await writeFile(join(directory, file), bytes);
  const facts = {
    name,
    dimensions,
    image: { size, mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5], resample: "bilinear" },
    text: { length: textLength, pad_id: 0, lowercase: true },
    logit_scale: logitScale,
    logit_bias: logitBias,
    files: Object.entries(contents).map(([path, bytes]) => ({
      path,
      sha256: createHash("sha256").update(bytes).digest("hex"),
      bytes: bytes.length,
    })),
  };
  await writeFile(join(directory, "model.json"), JSON.stringify(facts, null, 2));
  return directory;
}

function buildVision(size: number, dimensions: number): Uint8Array {
  const builder = new OnnxModelBuilder();
  const pixels = builder.input("pixel_values", "float32", ["batch", 3, size, size]);
  const kernel = size / 4;
  const squares = builder.node("AveragePool", [pixels], { attributes: { kernel_shape: [kernel, kernel], strides: [kernel, kernel] } });
  const flat = builder.node("Flatten", [squares]);
  project(builder, { input: flat, inputs: 48, dimensions, output: "image_embeds", seed: 1 });
  return builder.toBytes().model;
}

function buildText({
  vocabularySize,
  textLength,
  dimensions,
}: {
  vocabularySize: number;
  textLength: number;
  dimensions: number;
}): Uint8Array {
  const builder = new OnnxModelBuilder();
  const width = 48;
  const ids = builder.input("input_ids", "int64", ["batch", textLength]);
  const table = builder.constant("table", "float32", [vocabularySize, width], randomFloats(vocabularySize * width, 2));
  // Padding counts, and less the further back: a text in another place, or another padding, has another vector.
  const places = Float32Array.from({ length: textLength }, (_, at) => 1 / (1 + at));
  const rows = builder.node("Gather", [table, ids]);
  const weighed = builder.node("Mul", [rows, builder.constant("places", "float32", [1, textLength, 1], places)]);
  const pooled = builder.node("ReduceSum", [weighed, builder.integers([1])], { attributes: { keepdims: 0 } });
  project(builder, { input: pooled, inputs: width, dimensions, output: "text_embeds", seed: 3 });
  return builder.toBytes().model;
}

function project(
  builder: OnnxModelBuilder,
  { input, inputs, dimensions, output, seed }: { input: string; inputs: number; dimensions: number; output: string; seed: number },
): void {
  const weights = builder.constant("weights", "float32", [inputs, dimensions], randomFloats(inputs * dimensions, seed));
  const bias = builder.constant("bias", "float32", [dimensions], randomFloats(dimensions, seed + 10));
  const sum = builder.node("Add", [builder.node("MatMul", [input, weights]), bias]);
  builder.node("LpNormalization", [sum], { attributes: { axis: 1, p: 2 }, outputs: [output] });
  builder.output(output, "float32", ["batch", dimensions]);
}

/** The same numbers every time, -0.5 to 0.5. @source Numerical Recipes' linear congruential generator */
function randomFloats(length: number, seed: number): Float32Array {
  let state = seed * 7919 + 17;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32 - 0.5;
  });
}

function buildTokenizer(length: number): unknown {
  const vocabulary = Object.fromEntries(["[PAD]", "[UNK]", "[EOS]", ...words].map((word, id) => [word, id]));
  const special = (content: string, id: number) => ({
    id,
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  });
  return {
    version: "1.0",
    truncation: { direction: "Right", max_length: length, strategy: "LongestFirst", stride: 0 },
    padding: { strategy: { Fixed: length }, direction: "Right", pad_to_multiple_of: null, pad_id: 0, pad_type_id: 0, pad_token: "[PAD]" },
    added_tokens: ["[PAD]", "[UNK]", "[EOS]"].map(special),
    normalizer: null,
    pre_tokenizer: { type: "BertPreTokenizer" },
    post_processor: {
      type: "TemplateProcessing",
      single: [{ Sequence: { id: "A", type_id: 0 } }, { SpecialToken: { id: "[EOS]", type_id: 0 } }],
      pair: [{ Sequence: { id: "A", type_id: 0 } }, { Sequence: { id: "B", type_id: 1 } }],
      special_tokens: { "[EOS]": { id: "[EOS]", ids: [2], tokens: ["[EOS]"] } },
    },
    decoder: { type: "WordPiece", prefix: "##", cleanup: true },
    model: { type: "WordPiece", unk_token: "[UNK]", continuing_subword_prefix: "##", max_input_chars_per_word: 100, vocab: vocabulary },
  };
}
