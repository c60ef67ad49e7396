import type { Aspect } from "@repo/contracts/visual-embedding";
import { type VectorKind, vectorKinds } from "../schema.ts";

/** How much each kind of vector counts; 0 or missing: not at all. */
export type KindWeights = Partial<Record<VectorKind, number>>;

/** Which pictures are in question. */
export interface PictureFilter extends Partial<Record<Aspect, string | undefined>> {
  documentId?: string | undefined;
  /** From 1. */
  page?: number | undefined;
}

/** Vectors to compare with; a kind without one is not compared. */
export type QueryVectors = Partial<Record<VectorKind, Float32Array>>;

/** Part of a page of results. */
export interface ResultPage {
  limit: number;
  offset: number;
}

/** Weights of the kinds that have a vector, summing to 1; undefined where nothing is left to compare. */
export function toEffectiveWeights(weights: KindWeights, vectors: QueryVectors): [VectorKind, number][] | undefined {
  const used = vectorKinds
    .map((kind): [VectorKind, number] => [kind, vectors[kind] === undefined ? 0 : Math.max(0, weights[kind] ?? 0)])
    .filter(([, weight]) => weight > 0);
  const sum = used.reduce((total, [, weight]) => total + weight, 0);
  return sum === 0 ? undefined : used.map(([kind, weight]) => [kind, weight / sum]);
}
