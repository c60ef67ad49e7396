/**
 * The values of several streams as they come. Leaving the loop ends all of them.
 * @throws what the first failing stream throws; the others are ended
 */
export async function* mergeStreams<Value>(streams: readonly AsyncGenerator<Value>[]): AsyncGenerator<Value> {
  type Next = { stream: AsyncGenerator<Value>; result: IteratorResult<Value> };
  const ask = async (stream: AsyncGenerator<Value>): Promise<Next> => ({ stream, result: await stream.next() });
  const pending = new Map(streams.map((stream) => [stream, ask(stream)]));
  try {
    while (pending.size > 0) {
      const { stream, result } = await Promise.race(pending.values());
      if (result.done === true) {
        pending.delete(stream);
        continue;
      }
      pending.set(stream, ask(stream));
      yield result.value;
    }
  } finally {
    // A stream that waits for its next value ends by its signal; return() alone would wait for it.
    for (const next of pending.values()) next.catch(() => undefined);
    for (const stream of pending.keys()) stream.return(undefined).catch(() => undefined);
  }
}
