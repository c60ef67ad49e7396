import { CodedError } from "@repo/contracts/coded-error";
import type { OnnxGraph, OnnxPort } from "./read-onnx-graph.ts";

/** Keys or values of one layer: a past goes in, a present comes out. */
export interface KvPlane {
  /** Graph input, float32 [batch, heads, past, size]. */
  past: string;
  /** Graph output, float32 [batch, heads, total, size]. */
  present: string;
  heads: number;
  size: number;
}

/** Inputs and outputs of a decoder as the hub's exporters name them, found in the graph, not assumed. */
export interface DecoderInterface {
  /** int64 [batch, tokens]. */
  ids: string;
  /** int64 [batch, past + tokens], 1 for what is there. */
  mask: string;
  /** int64 [batch, tokens], absent where the graph counts itself. */
  positions?: string;
  /** int64 scalar: last positions that logits are wanted for; 0 means all. */
  logitsToKeep?: string;
  /** Keys and values of all layers that keep any. */
  planes: readonly KvPlane[];
  /** float32 [batch, tokens, vocabulary]. */
  logits: string;
  /** Whether every present comes out of a GroupQueryAttention, which reads a past longer than it is filled. */
  isGrouped: boolean;
}

const float32 = 1;
const float16 = 10;

/**
 * Finds the inputs and outputs of a decoder with a cache of keys and values.
 * @source https://github.com/huggingface/optimum-onnx and onnxruntime-genai's model builder (names)
 * @throws CodedError model_unavailable when this is no decoder that can be driven here, saying why
 */
export function findDecoderInterface(graph: OnnxGraph): DecoderInterface {
  const byName = new Map(graph.inputs.map((input) => [input.name, input]));
  const outputs = new Map(graph.outputs.map((output) => [output.name, output]));
  const take = (name: string): string | undefined => (byName.delete(name) ? name : undefined);
  const ids = take("input_ids") ?? refuse("it has no input input_ids (a part of a model of several files?)");
  const mask = take("attention_mask") ?? refuse("it has no input attention_mask");
  const positions = take("position_ids");
  const logitsToKeep = take("num_logits_to_keep");
  const planes = [...byName.values()].flatMap((input) => {
    const match = /^past_key_values\.(\d+)\.(key|value)$/.exec(input.name);
    if (match === null) return [];
    byName.delete(input.name);
    return [toPlane(input, outputs.get(`present.${match[1]}.${match[2]}`))];
  });
  if (planes.length === 0) refuse("it has no cache of keys and values (past_key_values)");
  if (byName.size > 0) refuse(`it has inputs that are not known here: ${[...byName.keys()].join(", ")}`);
  const logits = outputs.get("logits") ?? refuse("it has no output logits");
  if (logits.type !== float32) refuse("its logits are not floats of 32 bits");

  const producers = new Map(graph.nodes.flatMap((node) => node.outputs.map((output) => [output, node.operator] as const)));
  const isGrouped = planes.every(({ present }) => producers.get(present) === "GroupQueryAttention");
  return {
    ids,
    mask,
    ...(positions === undefined ? {} : { positions }),
    ...(logitsToKeep === undefined ? {} : { logitsToKeep }),
    planes,
    logits: logits.name,
    isGrouped,
  };
}

function toPlane(past: OnnxPort, present: OnnxPort | undefined): KvPlane {
  if (present === undefined) return refuse(`${past.name} has no present of its own`);
  if (past.type === float16) return refuse("its cache holds floats of 16 bits; take the fp32, int8 or q4 export of the model");
  if (past.type !== float32) return refuse(`${past.name} does not hold floats of 32 bits`);
  const [, heads, , size] = past.shape;
  if (past.shape.length !== 4 || typeof heads !== "number" || typeof size !== "number") {
    return refuse(`${past.name} is [${past.shape.join(", ")}], not [batch, heads, past, size]`);
  }
  return { past: past.name, present: present.name, heads, size };
}

function refuse(reason: string): never {
  throw new CodedError("model_unavailable", `This ONNX file cannot be run as a language model: ${reason}.`);
}
