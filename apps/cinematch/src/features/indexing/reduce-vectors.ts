import { findPrincipalComponents, project } from "@repo/app-kit/principal-components";
import type { Reduction } from "../../schema.ts";

/**
 * Finds the `size` directions in which the vectors differ most.
 *
 * @param vectors one row per film, all of the same length
 */
export async function fitReduction(vectors: readonly (readonly number[])[], size: number): Promise<Reduction> {
  return { components: await findPrincipalComponents({ vectors, count: size, center: false }) };
}

/** The vector in the reduced space, [components.length]. */
export function reduceVector(reduction: Reduction, vector: ArrayLike<number>): number[] {
  return project(reduction.components, vector);
}
