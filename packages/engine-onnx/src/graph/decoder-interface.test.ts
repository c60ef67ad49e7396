import { expect, test } from "vitest";
import { findDecoderInterface } from "./decoder-interface.ts";
import type { OnnxGraph, OnnxPort } from "./read-onnx-graph.ts";

const [float32, int64, float16] = [1, 7, 10] as const;
const port = (name: string, type: number, shape: OnnxPort["shape"] = []): OnnxPort => ({ name, type, shape });
const past = (part: string, type: number = float32): OnnxPort => port(`past_key_values.0.${part}`, type, ["batch", 2, "past", 16]);
const ids = [port("input_ids", int64), port("attention_mask", int64)];
const outputs = [port("logits", float32), port("present.0.key", float32), port("present.0.value", float32)];

function graph(parts: Partial<OnnxGraph>, operator = "GroupQueryAttention"): OnnxGraph {
  const node = {
    operator,
    domain: "com.microsoft",
    inputs: [],
    outputs: ["context", "present.0.key", "present.0.value"],
    integers: {},
    bytes: new Uint8Array(),
  };
  return { nodes: [node], constants: new Set(), inputs: [...ids, past("key"), past("value")], outputs, ...parts };
}

test("inputs and outputs are found by name, with what is optional, and the attention by who makes the presents", () => {
  const found = findDecoderInterface(
    graph({ inputs: [...ids, port("position_ids", int64), port("num_logits_to_keep", int64), past("key"), past("value")] }),
  );
  expect(found).toEqual({
    ids: "input_ids",
    mask: "attention_mask",
    positions: "position_ids",
    logitsToKeep: "num_logits_to_keep",
    planes: [
      { past: "past_key_values.0.key", present: "present.0.key", heads: 2, size: 16 },
      { past: "past_key_values.0.value", present: "present.0.value", heads: 2, size: 16 },
    ],
    logits: "logits",
    isGrouped: true,
  });
  expect(findDecoderInterface(graph({}, "MultiHeadAttention"))).toMatchObject({ isGrouped: false });
});

test.each([
  [
    "a cache of 16 bit floats",
    { inputs: [...ids, past("key", float16), past("value", float16)] },
    /16 bits; take the fp32, int8 or q4 export/,
  ],
  ["no cache", { inputs: ids }, /no cache/],
  ["no mask", { inputs: [port("input_ids", int64), past("key")] }, /attention_mask/],
  ["embeddings in place of tokens", { inputs: [port("inputs_embeds", float32)] }, /input_ids/],
  ["states of another kind", { inputs: [...ids, past("key"), past("value"), port("past_conv.0", float32)] }, /past_conv\.0/],
  ["a past without a present", { outputs: outputs.slice(0, 2) }, /past_key_values\.0\.value/],
])("a graph with %s is refused, and told why", (_what, parts, reason) => {
  expect(() => findDecoderInterface(graph(parts))).toThrow(reason);
});
