/**
 * Runs `run` for every item, at most `limit` at a time, and gives the results in the order of the items. The first failure
 * aborts the others and is what is thrown, after they have ended.
 */
export async function mapSideBySide<Item, Result>(
  items: readonly Item[],
  { limit, signal: outer }: { limit: number; signal?: AbortSignal | undefined },
  run: (item: Item, index: number, signal: AbortSignal) => Promise<Result>,
): Promise<Result[]> {
  const controller = new AbortController();
  const signal = outer === undefined ? controller.signal : AbortSignal.any([outer, controller.signal]);
  const results: Result[] = [];
  const failures: unknown[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < items.length && failures.length === 0) {
      const index = next++;
      try {
        results[index] = await run(items[index] as Item, index, signal);
      } catch (thrown) {
        failures.push(thrown);
        controller.abort();
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, work));
  if (failures.length > 0) throw failures[0];
  return results;
}
