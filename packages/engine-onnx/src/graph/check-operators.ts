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

/**
 * Fails when the optimised graph does not hold the products, norms and softmaxes that were written. ONNX Runtime
 * rewrites graphs, and 1.30 rewrites some quantised ones into silently wrong ones: a product that became something else
 * must be looked at by a person before it is served.
 * @throws CodedError model_unavailable with the count that is wrong.
 */
export function checkOperators(counts: Readonly<Record<string, number>>, { layers, hasHead, precision }: PlannedGraph): void {
  const of = (...names: string[]): number => names.reduce((sum, name) => sum + (counts[name] ?? 0), 0);
  const isFloat = precision === "fp32";
  const head = hasHead ? 1 : 0;
  const planned: [string, number, number][] = [
    ["eight-bit products", of("com.microsoft:MatMulIntegerToFloat"), isFloat ? 0 : 6 * layers + head],
    [
      "other eight-bit products",
      of(
        "MatMulInteger",
        "QLinearMatMul",
        "com.microsoft:QGemm",
        "com.microsoft:DynamicQuantizeMatMul",
        "com.microsoft:MatMulNBits",
        "com.microsoft:QAttention",
      ),
      0,
    ],
    // Two of attention per layer, and the six of the linear layers (and the head) where they are floats.
    [
      "float products",
      of("MatMul", "Gemm", "com.microsoft:FusedMatMul", "com.microsoft:FusedGemm", "com.microsoft:GemmFastGelu"),
      isFloat ? 8 * layers + head : 2 * layers,
    ],
    ["quantisations", of("QuantizeLinear"), isFloat ? 0 : 4 * layers + head],
    ["softmaxes", of("Softmax"), layers],
    ["layer norms", of("LayerNormalization", "com.microsoft:SkipLayerNormalization"), 2 * layers + 1],
    ["activations", of("Gelu", "com.microsoft:Gelu", "com.microsoft:BiasGelu", "com.microsoft:FastGelu"), layers],
  ];
  for (const [what, found, expected] of planned) {
    if (found !== expected) {
      throw new CodedError(
        "model_unavailable",
        `ONNX Runtime changed the graph: ${expected} ${what} were planned, the optimised graph has ${found}. Its numbers cannot be trusted.`,
        { details: { operators: counts } },
      );
    }
  }
}
