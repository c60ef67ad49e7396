import { ProtobufWriter } from "./protobuf-writer.ts";

/** Numbers of TensorProto.DataType. Source of all field numbers here: onnx/onnx.proto of ONNX 1.19. */
const dataTypes = { float32: 1, uint8: 2, int8: 3, int32: 6, int64: 7, uint4: 21, int4: 22 } as const;

/** Element type of a tensor. */
export type OnnxType = keyof typeof dataTypes;

/** A dimension: a number, or a name for one that is known only at run time. */
export type OnnxDimension = number | string;

/** An attribute's value: integers, or `{ float }` where ONNX wants a float, or text. */
export type OnnxAttribute = number | string | readonly number[] | { readonly float: number };

/** Options of one node. */
export interface OnnxNodeOptions {
  attributes?: Readonly<Record<string, OnnxAttribute>>;
  /** Default "" (ONNX itself). */
  domain?: "" | "com.microsoft";
  /** Names of the outputs; made up when absent. */
  outputs?: readonly string[];
}

/** A model in its two parts: the graph, and the large initialisers where they live in a file beside it. */
export interface OnnxBytes {
  model: Uint8Array;
  /** Chunks of the external data file, in order; empty when everything is inline. */
  externalData: Uint8Array[];
}

interface Initializer {
  name: string;
  type: OnnxType;
  shape: readonly number[];
  bytes: Uint8Array;
}

interface GraphValue {
  name: string;
  type: OnnxType;
  shape: readonly OnnxDimension[];
}

/** ORT maps external data page by page only when it starts on a page; allocation granularity of Windows covers all systems. */
const externalAlignment = 65_536;
/** Shape constants must stay inline (ORT reads them while it infers shapes), large weights should not. */
const minExternalBytes = 1_024;

/** Builds an ONNX graph node by node. Every call returns the name of what it made. */
export class OnnxModelBuilder {
  readonly #nodes: ProtobufWriter[] = [];
  readonly #initializers = new Map<string, Initializer>();
  readonly #inputs: GraphValue[] = [];
  readonly #outputs: GraphValue[] = [];
  #counter = 0;

  /** Declares a graph input. */
  input(name: string, type: OnnxType, shape: readonly OnnxDimension[]): string {
    this.#inputs.push({ name, type, shape });
    return name;
  }

  /** Declares that the value `name` is a graph output. */
  output(name: string, type: OnnxType, shape: readonly OnnxDimension[]): void {
    this.#outputs.push({ name, type, shape });
  }

  /** Adds a constant; the array is kept, not copied. For uint4 and int4 the bytes hold two elements each, low half first. */
  constant(name: string, type: OnnxType, shape: readonly number[], data: ArrayBufferView): string {
    if (this.#initializers.has(name)) throw new Error(`There are two constants called ${name}.`);
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    this.#initializers.set(name, { name, type, shape, bytes });
    return name;
  }

  /** A scalar float constant. */
  float(name: string, value: number): string {
    return this.constant(name, "float32", [], Float32Array.of(value));
  }

  /** A one-dimensional int64 constant (a shape, axes); made once per content. */
  integers(values: readonly number[]): string {
    const name = `integers_${values.join("_")}`;
    return this.shared(name, () => this.constant(name, "int64", [values.length], BigInt64Array.from(values, BigInt)));
  }

  /** The constant `name`, made by `make` when it is first asked for. */
  shared(name: string, make: () => string): string {
    return this.#initializers.has(name) ? name : make();
  }

  /** Adds a node with one output and returns that output's name. */
  node(operator: string, inputs: readonly string[], options: OnnxNodeOptions = {}): string {
    const outputs = options.outputs ?? [`${operator}_${this.#counter}`];
    const node = new ProtobufWriter();
    for (const input of inputs) node.string(1, input);
    for (const output of outputs) node.string(2, output);
    node.string(3, `${operator}_${this.#counter++}`).string(4, operator);
    for (const [name, value] of Object.entries(options.attributes ?? {})) node.message(5, encodeAttribute(name, value));
    if (options.domain) node.string(7, options.domain);
    this.#nodes.push(node);
    return outputs[0] as string;
  }

  /**
   * The finished model, IR version 10 with opset 21, which ONNX Runtime 1.20 and later read.
   * @param externalPath name of the data file beside the model; absent keeps everything inline (limit 2 GB).
   */
  toBytes(externalPath?: string): OnnxBytes {
    const externalData: Uint8Array[] = [];
    let externalBytes = 0;
    const graph = new ProtobufWriter();
    for (const node of this.#nodes) graph.message(1, node);
    graph.string(2, "outpost");
    for (const initializer of this.#initializers.values()) {
      if (externalPath === undefined || initializer.bytes.byteLength < minExternalBytes) {
        graph.message(5, encodeTensor(initializer).bytes(9, initializer.bytes));
        continue;
      }
      const padding = (externalAlignment - (externalBytes % externalAlignment)) % externalAlignment;
      const aligned = initializer.bytes.byteLength >= externalAlignment ? padding : (64 - (externalBytes % 64)) % 64;
      externalData.push(new Uint8Array(aligned), initializer.bytes);
      externalBytes += aligned;
      graph.message(5, encodeTensor(initializer, { path: externalPath, offset: externalBytes }));
      externalBytes += initializer.bytes.byteLength;
    }
    for (const value of this.#inputs) graph.message(11, encodeValue(value));
    for (const value of this.#outputs) graph.message(12, encodeValue(value));
    const model = new ProtobufWriter()
      .integer(1, 10)
      .string(2, "outpost")
      .message(7, graph)
      .message(8, new ProtobufWriter().string(1, "").integer(2, 21))
      .message(8, new ProtobufWriter().string(1, "com.microsoft").integer(2, 1));
    return { model: model.toBytes(), externalData };
  }
}

function encodeAttribute(name: string, value: OnnxAttribute): ProtobufWriter {
  const attribute = new ProtobufWriter().string(1, name);
  if (typeof value === "number") return attribute.integer(3, value).integer(20, 2);
  if (typeof value === "string") return attribute.string(4, value).integer(20, 3);
  if ("float" in value) return attribute.float(2, value.float).integer(20, 1);
  for (const item of value) attribute.integer(8, item);
  return attribute.integer(20, 7);
}

function encodeTensor(tensor: Initializer, external?: { path: string; offset: number }): ProtobufWriter {
  const writer = new ProtobufWriter();
  if (tensor.shape.length > 0) writer.packedIntegers(1, tensor.shape);
  writer.integer(2, dataTypes[tensor.type]).string(8, tensor.name);
  if (external === undefined) return writer;
  const entries = { location: external.path, offset: external.offset, length: tensor.bytes.byteLength };
  for (const [key, value] of Object.entries(entries)) writer.message(13, new ProtobufWriter().string(1, key).string(2, String(value)));
  return writer.integer(14, 1);
}

function encodeValue(value: GraphValue): ProtobufWriter {
  const shape = new ProtobufWriter();
  for (const dimension of value.shape) {
    const encoded = new ProtobufWriter();
    shape.message(1, typeof dimension === "number" ? encoded.integer(1, dimension) : encoded.string(2, dimension));
  }
  const tensor = new ProtobufWriter().integer(1, dataTypes[value.type]).message(2, shape);
  return new ProtobufWriter().string(1, value.name).message(2, new ProtobufWriter().message(1, tensor));
}
