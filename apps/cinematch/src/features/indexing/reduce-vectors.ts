import { PCA } from "ml-pca";
import type { Reduction } from "../../schema.ts";

/**
 * Finds the `size` directions in which the vectors differ most.
 *
 * @param vectors one row per film, all of the same length
 */
export function fitReduction(vectors: readonly (readonly number[])[], size: number): Reduction {
  // A covariance matrix is dimensions x dimensions however many films there are; SVD of the films would grow with them.
  const pca = new PCA(vectors as number[][], { method: "covarianceMatrix", center: false, scale: false });
  return { components: pca.getLoadings().to2DArray().slice(0, size) };
}

/** The vector in the reduced space, [components.length]. */
export function reduceVector(reduction: Reduction, vector: ArrayLike<number>): number[] {
  return reduction.components.map((component) => {
    let sum = 0;
    for (let index = 0; index < component.length; index += 1) sum += (component[index] ?? 0) * (vector[index] ?? 0);
    return sum;
  });
}
