import { CodedError } from "@repo/contracts/coded-error";
import { type DecoderInterface, findDecoderInterface } from "./decoder-interface.ts";
import { readProtobuf } from "./protobuf-reader.ts";
import { ProtobufWriter } from "./protobuf-writer.ts";
import { type OnnxGraph, type OnnxNode, readOnnxGraph } from "./read-onnx-graph.ts";

/** Names of what a rewritten decoder has besides its own inputs and outputs. */
export const rewrittenNames = {
  /** Input int64 [1, wanted, 2]: row and token of each position that logits are wanted for. */
  logitRows: "outpost.logit_rows",
  /** Input int64 [batch, heads * tokens, 2]: head and place of the keys and values that are new. */
  newRows: (heads: number): string => `outpost.new_rows.${heads}`,
  /** Output float32 [batch, heads * tokens, size]: what is new of a present. */
  delta: (present: string): string => `outpost.delta.${present}`,
} as const;

/** A decoder's graph as it is to be run. */
export interface RewrittenDecoder {
  /** A ModelProto; large constants are referred to, not copied. */
  model: ProtobufWriter;
  decoder: DecoderInterface;
  /** Whether logits come for wanted positions only, [1, wanted, vocabulary]. */
  hasLogitRows: boolean;
  /** Whether deltas come in place of presents. */
  hasDeltas: boolean;
  /** accuracy_level of its products of blocks of weights (MatMulNBits); undefined where there are none, 0 where it is left open. */
  accuracyLevel?: number;
}

/** Options of {@link rewriteDecoder}. */
export interface RewriteDecoderOptions {
  /**
   * accuracy_level for products that leave it open; 0 leaves it so. Default 4: activations of eight bits by block, as most
   * exports have it, 1.7 to 3.7 times as fast as floats of 32 bits on a CPU.
   */
  openAccuracyLevel?: number | undefined;
}

/**
 * Rewrites the graph of a decoder so that only what is needed leaves it: logits for wanted positions, picked before the
 * product with the vocabulary, and only the new rows of keys and values. Nothing else is computed in another way.
 *
 * An export whose head is not recognised keeps its full logits, and one without GroupQueryAttention its presents.
 * @param model a ModelProto. Field numbers: ModelProto.graph 7; GraphProto.node 1, output 12, input 11, value_info 13
 * @throws CodedError model_unavailable when it is no decoder
 */
export function rewriteDecoder(model: Uint8Array, options: RewriteDecoderOptions = {}): RewrittenDecoder {
  const written = new ProtobufWriter();
  let result: Omit<RewrittenDecoder, "model"> | undefined;
  for (const { field, value } of readProtobuf(model)) {
    if (typeof value === "number") written.integer(field, value);
    else if (field === 7) {
      const { graph, ...rest } = rewriteGraph(value, options.openAccuracyLevel ?? 4);
      written.message(field, graph);
      result = rest;
    } else written.bytes(field, value);
  }
  if (result === undefined) throw new CodedError("model_unavailable", "This file holds no ONNX graph.");
  return { model: written, ...result };
}

function rewriteGraph(bytes: Uint8Array, openAccuracyLevel: number): Omit<RewrittenDecoder, "model"> & { graph: ProtobufWriter } {
  const parts = readOnnxGraph(bytes);
  const decoder = findDecoderInterface(parts);
  const head = findHead(parts, decoder.logits);
  const hasDeltas = decoder.isGrouped;
  const picked = "outpost.picked_hidden";

  const graph = new ProtobufWriter();
  // A declared shape of what comes after the pick would be wrong; the runtime infers shapes itself.
  const dropped = new Set([12, 13]);
  let place = 0;
  for (const { field, value } of readProtobuf(bytes)) {
    if (typeof value === "number") graph.integer(field, value);
    else if (field === 1) {
      const node = parts.nodes[place++] as OnnxNode;
      const renamed = head?.nodes.has(node) ? { from: head.hidden, to: picked } : undefined;
      const accuracyLevel = isOpen(node) && openAccuracyLevel > 0 ? openAccuracyLevel : undefined;
      if (renamed === undefined && accuracyLevel === undefined) graph.bytes(field, value);
      else graph.message(field, changeNode(node, renamed, accuracyLevel));
    } else if (!dropped.has(field)) graph.bytes(field, value);
  }

  if (head !== undefined) {
    graph.message(1, gather({ data: head.hidden, indices: rewrittenNames.logitRows, output: picked, batchAxes: 0 }));
    graph.message(11, port(rewrittenNames.logitRows, int64, ["one", "wanted", 2]));
  }
  graph.message(12, port(decoder.logits, float32, ["batch_or_one", "tokens_or_wanted", "vocabulary"]));
  const headCounts = new Set(decoder.planes.map(({ heads }) => heads));
  if (hasDeltas)
    for (const heads of headCounts) graph.message(11, port(rewrittenNames.newRows(heads), int64, ["batch", `new_rows_${heads}`, 2]));
  for (const { present, heads, size } of decoder.planes) {
    if (!hasDeltas) {
      graph.message(12, port(present, float32, ["batch", heads, "total", size]));
      continue;
    }
    const output = rewrittenNames.delta(present);
    graph.message(1, gather({ data: present, indices: rewrittenNames.newRows(heads), output, batchAxes: 1 }));
    graph.message(12, port(output, float32, ["batch", `new_rows_${heads}`, size]));
  }
  const accuracyLevel = findAccuracyLevel(parts.nodes, openAccuracyLevel);
  return { graph, decoder, hasLogitRows: head !== undefined, hasDeltas, ...(accuracyLevel === undefined ? {} : { accuracyLevel }) };
}

const float32 = 1;
const int64 = 7;

const blockProduct = "MatMulNBits";

function isOpen({ operator, integers }: OnnxNode): boolean {
  return operator === blockProduct && (integers["accuracy_level"] ?? 0) === 0;
}

/** The least, because one slow product is enough. */
function findAccuracyLevel(nodes: readonly OnnxNode[], openLevel: number): number | undefined {
  const products = nodes.filter(({ operator }) => operator === blockProduct);
  const levels = products.map((node) => (isOpen(node) ? openLevel : (node.integers["accuracy_level"] ?? 0)));
  return levels.length === 0 ? undefined : Math.min(...levels);
}

/**
 * The end of the graph that turns hidden states into logits: from the logits back to the one value that all of it depends
 * on, past the product with the vocabulary. Undefined when there is no such value.
 */
function findHead(graph: OnnxGraph, logits: string): { hidden: string; nodes: ReadonlySet<OnnxNode> } | undefined {
  const producers = new Map(graph.nodes.flatMap((node, index) => node.outputs.map((output) => [output, { node, index }] as const)));
  const constant = new Map<string, boolean>();
  const isConstant = (name: string): boolean => {
    if (name === "" || graph.constants.has(name)) return true;
    const known = constant.get(name);
    if (known !== undefined) return known;
    constant.set(name, false);
    const producer = producers.get(name)?.node;
    const result = producer !== undefined && producer.inputs.every(isConstant);
    constant.set(name, result);
    return result;
  };
  const nodes = new Set<OnnxNode>();
  const frontier = new Set([logits]);
  let hasProduct = false;
  // The vocabulary's product is a few nodes from the end: a quantised one with its scales, a soft cap of the logits.
  for (let steps = 0; steps < 24; steps += 1) {
    const [only] = frontier;
    if (hasProduct && frontier.size === 1 && only !== undefined) return { hidden: only, nodes };
    const latest = [...frontier]
      .map((name) => producers.get(name))
      .reduce((last, next) => ((next?.index ?? -1) > (last?.index ?? -1) ? next : last));
    if (latest === undefined) return undefined;
    nodes.add(latest.node);
    for (const output of latest.node.outputs) frontier.delete(output);
    for (const input of latest.node.inputs) if (!isConstant(input)) frontier.add(input);
    hasProduct ||= [
      "MatMul",
      "MatMulNBits",
      "MatMulInteger",
      "MatMulIntegerToFloat",
      "DynamicQuantizeMatMul",
      "Gemm",
      "FusedMatMul",
    ].includes(latest.node.operator);
  }
  return undefined;
}

/** GatherND. @source https://onnx.ai/onnx/operators/onnx__GatherND.html */
function gather({
  data,
  indices,
  output,
  batchAxes,
}: {
  data: string;
  indices: string;
  output: string;
  batchAxes: number;
}): ProtobufWriter {
  const batchDims = integerAttribute("batch_dims", batchAxes);
  return new ProtobufWriter()
    .string(1, data)
    .string(1, indices)
    .string(2, output)
    .string(3, output)
    .string(4, "GatherND")
    .message(5, batchDims);
}

/** The node with another name for an input, and another accuracy_level. */
function changeNode(node: OnnxNode, renamed: { from: string; to: string } | undefined, accuracyLevel: number | undefined): ProtobufWriter {
  const changed = new ProtobufWriter();
  const decoder = new TextDecoder();
  for (const { field, value } of readProtobuf(node.bytes)) {
    if (typeof value === "number") changed.integer(field, value);
    else if (field === 1 && renamed !== undefined && decoder.decode(value) === renamed.from) changed.string(1, renamed.to);
    else if (!(field === 5 && accuracyLevel !== undefined && isAccuracyLevel(value))) changed.bytes(field, value);
  }
  if (accuracyLevel !== undefined) changed.message(5, integerAttribute("accuracy_level", accuracyLevel));
  return changed;
}

function isAccuracyLevel(attribute: Uint8Array): boolean {
  for (const { field, value } of readProtobuf(attribute)) {
    if (field === 1 && typeof value !== "number") return new TextDecoder().decode(value) === "accuracy_level";
  }
  return false;
}

/** AttributeProto.name 1, i 3, type 20 (2 is an integer). */
function integerAttribute(name: string, value: number): ProtobufWriter {
  return new ProtobufWriter().string(1, name).integer(3, value).integer(20, 2);
}

/** ValueInfoProto of a tensor. */
function port(name: string, type: number, shape: readonly (number | string)[]): ProtobufWriter {
  const dimensions = new ProtobufWriter();
  for (const length of shape) {
    dimensions.message(1, typeof length === "number" ? new ProtobufWriter().integer(1, length) : new ProtobufWriter().string(2, length));
  }
  const tensor = new ProtobufWriter().integer(1, type).message(2, dimensions);
  return new ProtobufWriter().string(1, name).message(2, new ProtobufWriter().message(1, tensor));
}
