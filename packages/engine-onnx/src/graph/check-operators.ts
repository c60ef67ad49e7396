import { CodedError } from "@repo/contracts/coded-error";
import type { Precision } from "../text-model.ts";
import { readProtobuf } from "./protobuf-reader.ts";

/** How often each operator occurs in a serialised ONNX model; those of other domains as "domain:Operator". */
export function readOnnxOperators(model: Uint8Array): Record<string, number> {
  const counts: Record<string, number> = {};
  const decoder = new TextDecoder();
  for (const { field, value } of readProtobuf(model)) {
    // Field numbers: ModelProto.graph 7, GraphProto.node 1, NodeProto.op_type 4 and domain 7 (onnx/onnx.proto).
    if (field !== 7 || typeof value === "number") continue;
    for (const node of readProtobuf(value)) {
      if (node.field !== 1 || typeof node.value === "number") continue;
      let operator = "";
      let domain = "";
      for (const part of readProtobuf(node.value)) {
        if (part.field === 4) operator = decoder.decode(part.value as Uint8Array);
        if (part.field === 7) domain = decoder.decode(part.value as Uint8Array);
      }
      const name = domain === "" || domain === "ai.onnx" ? operator : `${domain}:${operator}`;
      counts[name] = (counts[name] ?? 0) + 1;
    }
  }
  return counts;
}

/** What decides how many operators a graph has. */
export interface PlannedGraph {
  layers: number;
  hasHead: boolean;
  precision: Precision;
}

/** Operators that an optimised graph should hold: what they are in words, their names, and how many there should be in all. */
export interface PlannedOperators {
  what: string;
  names: readonly string[];
  count: number;
}

/** Names that ONNX Runtime gives to operators of one kind; an optimised graph may hold any of them. */
export const operatorKinds = {
  eightBitProducts: ["com.microsoft:MatMulIntegerToFloat"],
  otherEightBitProducts: [
    "MatMulInteger",
    "QLinearMatMul",
    "com.microsoft:QGemm",
    "com.microsoft:DynamicQuantizeMatMul",
    "com.microsoft:MatMulNBits",
    "com.microsoft:QAttention",
  ],
  floatProducts: ["MatMul", "Gemm", "com.microsoft:FusedMatMul", "com.microsoft:FusedGemm", "com.microsoft:GemmFastGelu"],
  quantisations: ["QuantizeLinear"],
  softmaxes: ["Softmax"],
  layerNorms: ["LayerNormalization", "com.microsoft:SkipLayerNormalization"],
  activations: ["Gelu", "com.microsoft:Gelu", "com.microsoft:BiasGelu", "com.microsoft:FastGelu"],
} as const satisfies Record<string, readonly string[]>;

/**
 * Fails when the optimised graph does not hold the products, norms and softmaxes that were written. ONNX Runtime
 * rewrites graphs, and 1.30 rewrites some quantised ones into silently wrong ones: a product that became something else
 * must be looked at by a person before it is served.
 * @throws CodedError model_unavailable with the count that is wrong.
 */
export function requireOperators(counts: Readonly<Record<string, number>>, planned: readonly PlannedOperators[]): void {
  for (const { what, names, count } of planned) {
    const found = names.reduce((sum, name) => sum + (counts[name] ?? 0), 0);
    if (found !== count) {
      throw new CodedError(
        "model_unavailable",
        `ONNX Runtime changed the graph: ${count} ${what} were planned, the optimised graph has ${found}. Its numbers cannot be trusted.`,
        { details: { operators: counts } },
      );
    }
  }
}

/**
 * {@link requireOperators} with what a BERT encoder holds.
 * @throws CodedError model_unavailable with the count that is wrong.
 */
export function checkOperators(counts: Readonly<Record<string, number>>, { layers, hasHead, precision }: PlannedGraph): void {
  const isFloat = precision === "fp32";
  const head = hasHead ? 1 : 0;
  requireOperators(counts, [
    { what: "eight-bit products", names: operatorKinds.eightBitProducts, count: isFloat ? 0 : 6 * layers + head },
    { what: "other eight-bit products", names: operatorKinds.otherEightBitProducts, count: 0 },
    // Two of attention per layer, and the six of the linear layers (and the head) where they are floats.
    { what: "float products", names: operatorKinds.floatProducts, count: isFloat ? 8 * layers + head : 2 * layers },
    { what: "quantisations", names: operatorKinds.quantisations, count: isFloat ? 0 : 4 * layers + head },
    { what: "softmaxes", names: operatorKinds.softmaxes, count: layers },
    { what: "layer norms", names: operatorKinds.layerNorms, count: 2 * layers + 1 },
    { what: "activations", names: operatorKinds.activations, count: layers },
  ]);
}
