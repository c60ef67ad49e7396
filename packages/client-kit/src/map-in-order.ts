/** Options of {@link mapInOrder}. */
export interface MapInOrderOptions {
  /** Most runs at the same time. */
  limit: number;
  signal?: AbortSignal | undefined;
}

/**
 * Runs `run` for every item, a few at a time, and gives the results in the order of the items.
 * The first failure aborts the other runs and is what is thrown.
 */
export async function mapInOrder<Item, Result>(
  items: readonly Item[],
  { limit, signal: outer }: MapInOrderOptions,
  run: (item: Item, signal: AbortSignal) => Promise<Result>,
): Promise<Result[]> {
  const controller = new AbortController();
  const forward = () => controller.abort(outer?.reason);
  if (outer?.aborted === true) forward();
  outer?.addEventListener("abort", forward, { once: true });
  const results: Result[] = [];
  let next = 0;
  const worker = async () => {
    while (next < items.length) {
      const index = next++;
      results[index] = await run(items[index] as Item, controller.signal);
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
    return results;
  } finally {
    next = items.length;
    controller.abort();
    outer?.removeEventListener("abort", forward);
  }
}
