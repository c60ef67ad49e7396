import { pickBytes, readProtobuf, toFieldText } from "./protobuf-reader.ts";
import { toDimension } from "./read-onnx-interface.ts";

/** A node of a serialised graph, as much of it as finding one's way needs. */
export interface OnnxNode {
  operator: string;
  /** "" for ONNX itself. */
  domain: string;
  /** Empty strings stand for inputs that were left out. */
  inputs: readonly string[];
  outputs: readonly string[];
  /** Integer attributes by name. */
  integers: Readonly<Record<string, number>>;
  /** The NodeProto itself. */
  bytes: Uint8Array;
}

/** A declared input or output. */
export interface OnnxPort {
  name: string;
  /** Number of TensorProto.DataType: 1 float32, 7 int64, 9 bool, 10 float16. */
  type: number;
  /** Lengths, or names of those that are known only at run time. */
  shape: readonly (number | string)[];
}

/** The parts of a serialised graph. */
export interface OnnxGraph {
  nodes: readonly OnnxNode[];
  /** Names of the constants. */
  constants: ReadonlySet<string>;
  /** Without the constants, which older exporters list here too. */
  inputs: readonly OnnxPort[];
  outputs: readonly OnnxPort[];
}

/**
 * Takes a GraphProto apart. Field numbers: GraphProto.node 1, initializer 5, input 11, output 12; NodeProto.input 1,
 * output 2, op_type 4, attribute 5, domain 7; AttributeProto.name 1, i 3; ValueInfoProto.name 1, type 2;
 * TypeProto.tensor_type 1; Tensor.elem_type 1, shape 2; TensorShapeProto.dim 1; Dimension.dim_value 1, dim_param 2.
 * @source onnx/onnx.proto
 * @throws CodedError model_unavailable when the bytes are no such message
 */
export function readOnnxGraph(graph: Uint8Array): OnnxGraph {
  const nodes: OnnxNode[] = [];
  const constants = new Set<string>();
  const inputs: OnnxPort[] = [];
  const outputs: OnnxPort[] = [];
  for (const { field, value } of readProtobuf(graph)) {
    if (typeof value === "number") continue;
    if (field === 1) nodes.push(toNode(value));
    else if (field === 5) for (const part of readProtobuf(value)) if (part.field === 8) constants.add(toFieldText(part.value));
    if (field === 11) inputs.push(toPort(value));
    if (field === 12) outputs.push(toPort(value));
  }
  return { nodes, constants, inputs: inputs.filter(({ name }) => !constants.has(name)), outputs };
}

function toNode(bytes: Uint8Array): OnnxNode {
  const inputs: string[] = [];
  const outputs: string[] = [];
  const integers: Record<string, number> = {};
  let operator = "";
  let domain = "";
  for (const { field, value } of readProtobuf(bytes)) {
    if (field === 1) inputs.push(toFieldText(value));
    else if (field === 2) outputs.push(toFieldText(value));
    else if (field === 4) operator = toFieldText(value);
    else if (field === 7) domain = toFieldText(value);
    else if (field === 5 && typeof value !== "number") {
      let name = "";
      for (const part of readProtobuf(value)) {
        if (part.field === 1) name = toFieldText(part.value);
        if (part.field === 3 && typeof part.value === "number") integers[name] = part.value;
      }
    }
  }
  return { operator, domain: domain === "ai.onnx" ? "" : domain, inputs, outputs, integers, bytes };
}

function toPort(bytes: Uint8Array): OnnxPort {
  let name = "";
  let type = 0;
  let shape: OnnxPort["shape"] = [];
  for (const { field, value } of readProtobuf(bytes)) if (field === 1) name = toFieldText(value);
  for (const tensor of [...pickBytes(bytes, 2)].flatMap((each) => [...pickBytes(each, 1)])) {
    for (const { field, value } of readProtobuf(tensor)) if (field === 1 && typeof value === "number") type = value;
    shape = [...pickBytes(tensor, 2)].flatMap((dimensions) => [...pickBytes(dimensions, 1)].map(toDimension));
  }
  return { name, type, shape };
}
