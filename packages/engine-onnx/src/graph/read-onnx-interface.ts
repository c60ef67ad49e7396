import { pickBytes, readProtobuf, toFieldText } from "./protobuf-reader.ts";

/** An input or output of a model: its axes' lengths, or their names where they are known only at run time. */
export interface OnnxValue {
  name: string;
  /** Empty when the file does not say. */
  shape: readonly (number | string)[];
}

/**
 * Names and shapes of a serialised ONNX model's inputs and outputs; constants are left out.
 * Field numbers: ModelProto.graph 7; GraphProto.initializer 5, input 11, output 12; ValueInfoProto.name 1, type 2;
 * TypeProto.tensor_type 1; Tensor.shape 2; TensorShapeProto.dim 1; Dimension.dim_value 1, dim_param 2 (onnx/onnx.proto).
 * @throws CodedError model_unavailable when the bytes are no such file.
 */
export function readOnnxInterface(model: Uint8Array): { inputs: OnnxValue[]; outputs: OnnxValue[] } {
  const inputs: OnnxValue[] = [];
  const outputs: OnnxValue[] = [];
  const constants = new Set<string>();
  for (const graph of pickBytes(model, 7)) {
    // TensorProto.name is 8. Older exporters list constants among the inputs.
    for (const initializer of pickBytes(graph, 5)) for (const name of pickBytes(initializer, 8)) constants.add(toFieldText(name));
    for (const value of pickBytes(graph, 11)) inputs.push(toValue(value));
    for (const value of pickBytes(graph, 12)) outputs.push(toValue(value));
  }
  return { inputs: inputs.filter(({ name }) => !constants.has(name)), outputs };
}

function toValue(bytes: Uint8Array): OnnxValue {
  const [name] = pickBytes(bytes, 1);
  const shape = [...pickBytes(bytes, 2)].flatMap((type) =>
    [...pickBytes(type, 1)].flatMap((tensor) =>
      [...pickBytes(tensor, 2)].flatMap((dimensions) => [...pickBytes(dimensions, 1)].map(toDimension)),
    ),
  );
  return { name: toFieldText(name ?? new Uint8Array()), shape };
}

/** A TensorShapeProto.Dimension: its length, its name, or "" where it has neither. */
export function toDimension(bytes: Uint8Array): number | string {
  for (const { field, value } of readProtobuf(bytes)) {
    if (field === 1 && typeof value === "number") return value;
    if (field === 2 && typeof value !== "number") return toFieldText(value);
  }
  return "";
}
