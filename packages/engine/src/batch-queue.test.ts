import { expect, test, vi } from "vitest";
import { CodedError } from "@repo/contracts/coded-error";
import { type BatchQueueOptions, BatchNotStarted, createBatchQueue } from "./batch-queue.ts";

interface RunningBatch {
  lane: number;
  inputs: readonly string[];
  finish(durationMs?: number): Promise<void>;
  fail(error: Error): Promise<void>;
}

/** A queue whose batches are finished by hand. An input "name:tokens" names its item; outputs are the inputs. */
function createManualQueue(options: Partial<BatchQueueOptions<string, string>> = {}) {
  const running: RunningBatch[] = [];
  const settled = () => new Promise<void>((resolve) => setImmediate(resolve));
  const queue = createBatchQueue<string, string>({
    lanes: 1,
    batchesPerLane: 1,
    ...options,
    runBatch(lane, inputs) {
      const { promise, resolve, reject } = Promise.withResolvers<{ outputs: string[]; durationMs: number }>();
      const leave = (batch: RunningBatch) => running.splice(running.indexOf(batch), 1);
      running.push({
        lane,
        inputs,
        finish(durationMs = 10) {
          leave(this);
          resolve({ outputs: [...inputs], durationMs });
          return settled();
        },
        fail(error) {
          leave(this);
          reject(error);
          return settled();
        },
      });
      return promise;
    },
  });
  const items = (name: string, ...lengths: number[]) => lengths.map((tokens, index) => ({ input: `${name}${index}:${tokens}`, tokens }));
  const next = () => {
    const batch = running[0];
    if (batch === undefined) throw new Error("Nothing is running.");
    return batch;
  };
  const finishAll = async () => {
    while (running[0] !== undefined) await running[0].finish();
  };
  return { queue, running, items, next, finishAll };
}

const rejection = async (promise: Promise<unknown>): Promise<CodedError> => {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!CodedError.isInstance(error)) throw new Error(`Rejected with ${String(error)}.`);
  return error;
};

test("a free worker starts at once, without waiting for company", () => {
  const { queue, items, next } = createManualQueue();
  void queue.run(items("a", 5));
  expect(next().inputs).toEqual(["a0:5"]);
});

test("a batch takes the closest lengths of all requests within 256 padded tokens and 10 % waste", async () => {
  const { queue, items, next } = createManualQueue();
  void queue.run(items("first", 1));
  for (const [name, tokens] of [
    ["a", 60],
    ["b", 30],
    ["c", 58],
    ["d", 61],
    ["e", 54],
    ["f", 62],
  ] as const)
    void queue.run(items(name, tokens));
  await next().finish();
  expect(next().inputs.toSorted()).toEqual(["a0:60", "c0:58", "d0:61", "f0:62"]);
  await next().finish();
  expect(next().inputs).toEqual(["b0:30"]);
});

test("every batch of a large mixed request keeps both bounds, and each item is computed once", async () => {
  const { queue, items, running } = createManualQueue({ lanes: 2 });
  const lengths = Array.from({ length: 1500 }, (_, index) => 1 + ((index * 7919) % 300));
  const result = queue.run(items("x", ...lengths));
  const seen: string[] = [];
  const broken: (readonly string[])[] = [];
  while (running[0] !== undefined) {
    const { inputs } = running[0];
    const sizes = inputs.map((input) => Number(input.split(":")[1]));
    const padded = Math.max(...sizes) * sizes.length;
    const tokens = sizes.reduce((sum, size) => sum + size, 0);
    if (sizes.length > 1 && (padded > 256 || tokens < 0.9 * padded)) broken.push(inputs);
    seen.push(...inputs);
    await running[0].finish();
  }
  const { outputs } = await result;
  expect(broken).toEqual([]);
  expect(outputs).toEqual(lengths.map((tokens, index) => `x${index}:${tokens}`));
  expect(new Set(seen).size).toBe(1500);
  expect(seen).toHaveLength(1500);
  const { batches, paddedTokens, completedTokens } = queue.stats();
  expect(completedTokens).toBe(lengths.reduce((sum, size) => sum + size, 0));
  expect(paddedTokens / (paddedTokens + completedTokens)).toBeLessThan(0.02);
  expect(batches).toBeLessThan(1.1 * (completedTokens / 256) + 300);
});

test("short requests pass between the batches of a large one", async () => {
  const { queue, items, next } = createManualQueue();
  void queue.run(items("bulk", ...Array.from({ length: 64 }, () => 128)));
  await next().finish();
  void queue.run(items("short", 8));
  await next().finish();
  expect(next().inputs).toEqual(["short0:8"]);
});

test("a large request is not starved by short ones that never stop coming", async () => {
  const { queue, items, next } = createManualQueue();
  const bulk = { isDone: false };
  void queue.run(items("bulk", ...Array.from({ length: 8 }, () => 200))).then(() => (bulk.isDone = true));
  // Six callers ask again as soon as they are answered, with lengths that never share a batch with the bulk.
  const ask = async (tokens: number) => {
    while (!bulk.isDone) await queue.run(items("s", tokens));
  };
  for (const tokens of [10, 20, 40, 80, 120, 150]) void ask(tokens);
  let batches = 0;
  while (!bulk.isDone && batches < 200) {
    await next().finish();
    batches += 1;
  }
  expect(bulk.isDone).toBe(true);
});

test("two large requests share the worker evenly", async () => {
  const { queue, items, next } = createManualQueue();
  void queue.run(items("a", ...Array.from({ length: 200 }, () => 32)));
  void queue.run(items("b", ...Array.from({ length: 200 }, () => 32)));
  const served = { a: 0, b: 0 };
  for (let batch = 0; batch < 20; batch += 1) {
    for (const input of next().inputs) served[input[0] as "a" | "b"] += 1;
    await next().finish();
  }
  expect(Math.abs(served.a - served.b)).toBeLessThanOrEqual(8);
});

test("a busy worker gets its next batch early only while all workers have plenty to do", () => {
  const light = createManualQueue({ lanes: 2, batchesPerLane: 2 });
  for (const name of ["a", "b", "c"]) void light.queue.run(light.items(name, 100));
  expect(light.running.map(({ lane }) => lane)).toEqual([0, 1]);
  const heavy = createManualQueue({ lanes: 2, batchesPerLane: 2 });
  void heavy.queue.run(heavy.items("bulk", ...Array.from({ length: 20 }, () => 256)));
  expect(heavy.running.map(({ lane }) => lane)).toEqual([0, 1, 0, 1]);
});

test("an aborted request leaves the queue at once and its running batch is dropped", async () => {
  const { queue, items, next, finishAll } = createManualQueue();
  const controller = new AbortController();
  const failure = rejection(queue.run(items("gone", 200, 200, 200), { signal: controller.signal }));
  const other = queue.run(items("stays", 10));
  controller.abort();
  expect(queue.stats()).toMatchObject({ requests: 1, items: 1, tokens: 10, runningTokens: 200 });
  expect((await failure).code).toBe("cancelled");
  expect(next().inputs).toEqual(["gone0:200"]);
  await finishAll();
  expect((await other).outputs).toEqual(["stays0:10"]);
});

test("a request is dropped when its deadline passes, whether it waits or runs", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
  try {
    const { queue, items } = createManualQueue();
    const running = rejection(queue.run(items("runs", 200), { deadlineAt: Date.now() + 100 }));
    const waiting = rejection(queue.run(items("waits", 200), { deadlineAt: Date.now() + 100 }));
    vi.advanceTimersByTime(100);
    expect((await running).code).toBe("deadline_exceeded");
    expect((await waiting).code).toBe("deadline_exceeded");
    expect(queue.stats()).toMatchObject({ requests: 0, items: 0 });
    expect((await rejection(queue.run(items("late", 1), { deadlineAt: Date.now() }))).code).toBe("deadline_exceeded");
  } finally {
    vi.useRealTimers();
  }
});

test("beyond its bound it refuses with a Retry-After from the measured rate", async () => {
  const { queue, items, next } = createManualQueue({ maxQueuedTokens: 1000, initialTokensPerSecond: 1000 });
  void queue.run(items("running", 200));
  void queue.run(items("waiting", ...Array.from({ length: 5 }, () => 200)));
  const guessed = await rejection(queue.run(items("refused", 200)));
  expect(guessed.code).toBe("overloaded");
  expect(guessed.retryAfterMs).toBe(200);
  await next().finish(2000); // 10 ms per token
  expect(queue.stats().tokensPerSecond).toBeCloseTo(100);
  const measured = await rejection(queue.run(items("refused", 300)));
  expect(measured.retryAfterMs).toBe(1000); // 800 wait, 300 more are 100 too many
});

test("a request larger than the bound is taken when next to nothing waits, and refused otherwise", async () => {
  const { queue, items, finishAll } = createManualQueue({ maxQueuedTokens: 1000 });
  const large = queue.run(items("large", ...Array.from({ length: 20 }, () => 200)));
  expect((await rejection(queue.run(items("larger", ...Array.from({ length: 20 }, () => 200))))).code).toBe("overloaded");
  await finishAll();
  expect((await large).outputs).toHaveLength(20);
});

test("an item over the limit is refused by its position, an empty one too", async () => {
  const { queue, items } = createManualQueue({ maxItemTokens: 300 });
  expect(await rejection(queue.run(items("a", 5, 301)))).toMatchObject({
    code: "input_too_long",
    details: { index: 1, tokens: 301, maxTokens: 300 },
  });
  expect((await rejection(queue.run(items("a", 0)))).code).toBe("invalid_request");
});

test("items of a failed batch are tried once more, each alone, so that only the poisonous one's request fails", async () => {
  const { queue, items, next } = createManualQueue();
  void queue.run(items("first", 1));
  const healthy = queue.run(items("healthy", 50));
  const poisoned = rejection(queue.run(items("poison", 50)));
  await next().finish();
  expect(next().inputs).toHaveLength(2);
  await next().fail(new Error("boom"));
  expect(next().inputs).toEqual(["healthy0:50"]);
  await next().finish();
  expect(next().inputs).toEqual(["poison0:50"]);
  await next().fail(new Error("boom"));
  expect((await poisoned).code).toBe("inference_failed");
  expect((await healthy).outputs).toEqual(["healthy0:50"]);
});

test("a batch that was lost before it began is replayed as often as needed, on whichever worker is there", async () => {
  const { queue, items, next, running } = createManualQueue({ lanes: 2 });
  const result = queue.run(items("a", 50, 50));
  for (let loss = 0; loss < 5; loss += 1) {
    queue.setLaneAvailable(next().lane, false);
    await next().fail(new BatchNotStarted());
    expect(next().inputs).toHaveLength(2);
    queue.setLaneAvailable(0, true);
    queue.setLaneAvailable(1, true);
  }
  await next().finish();
  expect((await result).outputs).toEqual(["a0:50", "a1:50"]);
  expect(running).toHaveLength(0);
});

test("an abort also takes back what waits for its replay", async () => {
  const { queue, items, next } = createManualQueue();
  const controller = new AbortController();
  const failure = rejection(queue.run(items("a", 60, 60, 60), { signal: controller.signal }));
  await next().fail(new Error("boom"));
  expect(queue.stats().items).toBe(2);
  controller.abort();
  expect((await failure).code).toBe("cancelled");
  expect(queue.stats()).toMatchObject({ items: 0, tokens: 0 });
});

test("work waits while no worker is available, and is rejected when none will come", async () => {
  const { queue, items, running, next } = createManualQueue();
  queue.setLaneAvailable(0, false);
  const waiting = queue.run(items("a", 5));
  expect(running).toHaveLength(0);
  queue.setLaneAvailable(0, true);
  await next().finish();
  await expect(waiting).resolves.toMatchObject({ outputs: ["a0:5"] });
  queue.setLaneAvailable(0, false);
  const doomed = rejection(queue.run(items("b", 5)));
  queue.rejectQueued(new CodedError("model_unavailable", "No worker."));
  expect((await doomed).code).toBe("model_unavailable");
});

test("closing answers what was accepted, refuses what comes later, and waits for batches whose callers left", async () => {
  const { queue, items, next } = createManualQueue();
  const controller = new AbortController();
  const accepted = queue.run(items("a", 5));
  const left = rejection(queue.run(items("b", 200), { signal: controller.signal }));
  let isClosed = false;
  const closed = queue.close().then(() => (isClosed = true));
  expect((await rejection(queue.run(items("c", 5)))).code).toBe("model_unavailable");
  await next().finish();
  expect((await accepted).outputs).toEqual(["a0:5"]);
  controller.abort();
  await left;
  expect(isClosed).toBe(false);
  await next().finish();
  await closed;
});

test("a hundred thousand queued items are served in order of arrival without looking through them all", async () => {
  const { queue, items, finishAll } = createManualQueue({ maxQueuedTokens: 10_000_000 });
  const results = Array.from({ length: 50 }, (_, request) =>
    queue.run(items(`r${request}-`, ...Array.from({ length: 2000 }, (_unused, index) => 20 + (index % 40)))),
  );
  expect(queue.stats().items).toBeGreaterThan(99_900);
  await finishAll();
  for (const { outputs } of await Promise.all(results)) expect(outputs).toHaveLength(2000);
  expect(queue.stats().items).toBe(0);
});
