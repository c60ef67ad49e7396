import { once } from "node:events";
import { Worker } from "node:worker_threads";

/** What the thread is asked. */
export interface ComponentsRequest {
  vectors: readonly (readonly number[])[];
  /** Directions wanted, the one with the largest variance first. */
  count: number;
  /** Whether the mean is taken off first. */
  center: boolean;
}

/**
 * The directions in which the vectors differ most, [count][dimensions], each of unit length; computed in a thread of its
 * own.
 * @throws Error when the thread fails, e.g. for lack of memory
 */
export async function findPrincipalComponents(request: ComponentsRequest): Promise<number[][]> {
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  const worker = new Worker(new URL(`./principal-components-worker.${extension}`, import.meta.url), { workerData: request, execArgv: [] });
  const ended = once(worker, "exit").then(() => Promise.reject(new Error("The thread that computes principal components ended early.")));
  // Both may settle after the other; only the first is of interest.
  ended.catch(() => undefined);
  const [components] = (await Promise.race([once(worker, "message"), ended])) as [number[][]];
  return components;
}

/** The vector's coordinates along the components, [components.length]. */
export function project(components: readonly (readonly number[])[], vector: ArrayLike<number>): number[] {
  return components.map((component) => {
    let sum = 0;
    for (let index = 0; index < component.length; index += 1) sum += (component[index] ?? 0) * (vector[index] ?? 0);
    return sum;
  });
}
