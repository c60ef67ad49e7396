/**
 * The values of several sources as they come, at most `limit` sources at a time, each one value ahead of the reader.
 * Leaving the loop ends the sources that are running; a source that throws ends the merged stream.
 */
export async function* mergeStreams<Value>(sources: readonly (() => AsyncIterable<Value>)[], limit: number): AsyncGenerator<Value> {
  interface Running {
    iterator: AsyncIterator<Value>;
    next: Promise<{ from: Running; result: IteratorResult<Value> }>;
  }
  const running = new Set<Running>();
  let started = 0;
  const advance = (from: Running): void => {
    from.next = from.iterator.next().then((result) => ({ from, result }));
    // It is looked at in the race below.
    from.next.catch(() => undefined);
  };
  const fill = (): void => {
    while (running.size < limit && started < sources.length) {
      const iterator = (sources[started++] as () => AsyncIterable<Value>)()[Symbol.asyncIterator]();
      const one = { iterator } as Running;
      advance(one);
      running.add(one);
    }
  };
  try {
    for (fill(); running.size > 0; fill()) {
      const { from, result } = await Promise.race([...running].map(({ next }) => next));
      if (result.done === true) running.delete(from);
      else {
        advance(from);
        yield result.value;
      }
    }
  } finally {
    await Promise.allSettled([...running].map(async ({ iterator }) => await iterator.return?.()));
  }
}
