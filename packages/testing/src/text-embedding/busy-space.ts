/** What many texts of one caller do to the others, and what happens to them when the caller leaves. */
import { afterEach, expect, test } from "vitest";
import type { EmbeddingSpace } from "./embedding-space.ts";
import { makeLongTexts } from "./long-texts.ts";
import { holdRequest } from "./raw-http.ts";
import { createSpaceFixture, type SpaceFixture } from "../space-fixture.ts";
import { isBusy, isIdle, waitUntil } from "../wait-until.ts";

/** The Space has nothing to do and holds no place for anybody; says so for every test that went before. */
async function expectIdle(space: SpaceFixture): Promise<void> {
  const { workers } = await waitUntil(space.status, isIdle);
  expect(workers?.map(({ restarts }) => restarts)).toEqual(workers?.map(() => 0));
  // The request for /metrics does not count itself: the route is public.
  await waitUntil(
    () => readRunning(space),
    (running) => running === 0,
  );
}

async function readMetric(space: SpaceFixture, line: RegExp): Promise<number> {
  const metrics = await (await fetch(`${space.url}/metrics`)).text();
  return Number(line.exec(metrics)?.[1] ?? 0);
}
const readRunning = (space: SpaceFixture): Promise<number> => readMetric(space, /^outpost_requests_running (\d+)$/m);
const readDropped = (space: SpaceFixture): Promise<number> => readMetric(space, /^te_request_failure\{err="dropped"\} (\d+)$/m);

async function embedOne(space: SpaceFixture, text: string): Promise<number[]> {
  const response = await space.post("/embed", { text });
  expect(response.status).toBe(200);
  return ((await response.json()) as { embedding: number[] }).embedding;
}

/** Fairness between callers, and that the work of callers that left is not done. */
export function testBusySpace(target: EmbeddingSpace): void {
  const space = createSpaceFixture(target);
  afterEach(() => expectIdle(space));

  test("single texts are answered while 2,048 are under way, and the 2,048 are whole and in order", async () => {
    const texts = makeLongTexts(2048, "fairness");
    const state = { isDone: false };
    const big = space.post("/embed", { texts, encoding_format: "base64" }).finally(() => {
      state.isDone = true;
    });
    await waitUntil(space.status, isBusy);
    let answered = 0;
    while (!state.isDone) {
      await embedOne(space, `passing number ${answered}`);
      if (!state.isDone) answered += 1;
    }
    // First come, first served would let none pass; a fair queue lets one pass per batch, of which there are hundreds.
    expect(answered).toBeGreaterThan(20);
    const { embeddings } = (await (await big).json()) as { embeddings: string[] };
    expect(embeddings).toHaveLength(2048);
    for (const index of [0, 1, 1023, 2047]) {
      const alone = Buffer.from(Float32Array.from(await embedOne(space, texts[index] ?? "")).buffer).toString("base64");
      expect(embeddings[index]).toBe(alone);
    }
  });

  test("two big requests share: neither waits for the other to end", async () => {
    const finished: string[] = [];
    const send = async (name: string, count: number): Promise<void> => {
      const response = await space.post("/embed", { texts: makeLongTexts(count, name), encoding_format: "base64" });
      expect(response.status).toBe(200);
      await response.arrayBuffer();
      finished.push(name);
    };
    const first = send("large", 2048);
    await waitUntil(space.status, isBusy);
    await Promise.all([first, send("small", 256)]);
    expect(finished).toEqual(["small", "large"]);
  });

  test("a caller that leaves frees the queue, and the work is not done for nobody", async () => {
    const controller = new AbortController();
    const { cache: before } = await space.status();
    const droppedBefore = await readDropped(space);
    const big = space.post("/embed", { texts: makeLongTexts(2048, "left alone") }, { signal: controller.signal });
    const failure = big.catch((thrown: unknown) => thrown);
    await waitUntil(space.status, isBusy);
    controller.abort();
    expect(await failure).toMatchObject({ name: "AbortError" });
    await expectIdle(space);
    // Vectors that were computed are kept, so the cache would tell of work that went on.
    expect((await space.status()).cache?.entries).toBe(before?.entries);
    expect(await readDropped(space)).toBe(droppedBefore + 1);
  });

  test("a caller whose time is up is told so, and frees the queue as well", async () => {
    const { cache: before } = await space.status();
    const response = await space.post("/embed", { texts: makeLongTexts(2048, "too late") }, { headers: { "x-timeout-ms": "100" } });
    expect(response.status).toBe(504);
    expect(await response.json()).toMatchObject({ error: { code: "deadline_exceeded", retryable: true } });
    await expectIdle(space);
    expect((await space.status()).cache?.entries).toBe(before?.entries);
  });

  test("a connection that is cut in the middle of its body leaves nothing behind", async () => {
    const held = await holdRequest(space.url, "/embed", JSON.stringify({ texts: ["never whole"] }));
    expect(await readRunning(space)).toBe(1);
    held.cut();
    await expectIdle(space);
  });

  test("the same text from many callers at once is computed once", async () => {
    const { cache: before } = await space.status();
    const answers = await Promise.all(Array.from({ length: 32 }, () => embedOne(space, "asked by everybody at the same moment")));
    expect(new Set(answers.map((vector) => JSON.stringify(vector))).size).toBe(1);
    const { cache: after } = await space.status();
    expect((after?.misses ?? 0) - (before?.misses ?? 0)).toBe(1);
  });
}
