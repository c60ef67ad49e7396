import type { Precision } from "../text-model.ts";
import { operatorKinds, requireOperators } from "./check-operators.ts";
import type { TowerName } from "./siglip-weights.ts";

/** What decides how many operators the graph of a tower has. */
export interface PlannedTower {
  layers: number;
  tower: TowerName;
  precision: Precision;
}

/**
 * Fails when the optimised graph of a tower does not hold what was written; see {@link requireOperators}.
 * @throws CodedError model_unavailable with the count that is wrong.
 */
export function checkSiglipOperators(counts: Readonly<Record<string, number>>, { layers, tower, precision }: PlannedTower): void {
  const isFloat = precision === "fp32";
  // Patches, and of the pooling head: scores, means, values, output, up, down. Of the text tower: its head.
  const ends = tower === "vision_model" ? 7 : 1;
  const pooling = tower === "vision_model" ? 1 : 0;
  requireOperators(counts, [
    { what: "eight-bit products", names: operatorKinds.eightBitProducts, count: isFloat ? 0 : 6 * layers },
    { what: "other eight-bit products", names: operatorKinds.otherEightBitProducts, count: 0 },
    // Two of attention per layer, and the six of the linear layers where they are floats.
    { what: "float products", names: operatorKinds.floatProducts, count: (isFloat ? 8 : 2) * layers + ends },
    { what: "quantisations", names: operatorKinds.quantisations, count: isFloat ? 0 : 4 * layers },
    { what: "softmaxes", names: operatorKinds.softmaxes, count: layers + pooling },
    { what: "layer norms", names: operatorKinds.layerNorms, count: 2 * layers + 1 + pooling },
    { what: "activations", names: operatorKinds.activations, count: layers + pooling },
  ]);
}
