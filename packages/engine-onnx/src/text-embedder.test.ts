import { rm } from "node:fs/promises";
import { join } from "node:path";
import { expectVectorsClose } from "@repo/testing/expect-vectors-close";
import { afterAll, describe, expect, test } from "vitest";
import { prepareTinyModel } from "../test/tiny-model.ts";
import { createTextEmbedder } from "./text-embedder.ts";

const prepared = await prepareTinyModel(16);
const embedder = await createTextEmbedder({ prepared, workers: 1, prepackDirectory: join(prepared.directory, "cache") });
afterAll(async () => {
  await embedder.close();
  await rm(prepared.directory, { recursive: true });
});

const lengthOf = (vector: Float32Array) => Math.hypot(...vector);
const overLong = "cat ".repeat(40);

describe("embedding texts", () => {
  test("gives unit vectors in order, the tokens that were read, and whose vectors they are", async () => {
    const { identity, vectors, tokenCounts, truncated } = await embedder.embed({ texts: ["the cat", "", "catting"] });
    expect(identity).toEqual({ model: "test/tiny", revision: "1", dimensions: 4 });
    expect(tokenCounts).toEqual([4, 2, 4]);
    expect(truncated).toEqual([]);
    for (const vector of vectors) expect(lengthOf(vector)).toBeCloseTo(1, 5);
  });

  test("gives the unnormalised vector when asked, in the same direction", async () => {
    const unit = await embedder.embed({ texts: ["the cat"] });
    const raw = await embedder.embed({ texts: ["the cat"], normalize: false });
    const [vector = new Float32Array()] = raw.vectors;
    expect(Math.abs(lengthOf(vector) - 1)).toBeGreaterThan(0.01);
    expectVectorsClose(
      vector.map((value) => value / lengthOf(vector)),
      unit.vectors[0] as Float32Array,
      { absolute: 1e-6 },
    );
  });

  test("cuts what is too long at the end asked for, keeps the special tokens and reports the true length", async () => {
    const right = await embedder.embed({ texts: [`the ${overLong}`, "x"] });
    expect(right.tokenCounts).toEqual([16, 3]);
    expect(right.truncated).toEqual([{ index: 0, tokens: 43 }]);
    const kept = await embedder.embed({ texts: [`the ${"cat ".repeat(13)}`] });
    expect(right.vectors[0]).toEqual(kept.vectors[0]);
    const left = await embedder.embed({ texts: [`the ${overLong}`], truncationDirection: "left" });
    expect(left.vectors[0]).toEqual((await embedder.embed({ texts: ["cat ".repeat(14)] })).vectors[0]);
  });

  test("refuses what is too long when it must not cut", async () => {
    await expect(embedder.embed({ texts: ["ok", overLong], longText: "refuse" })).rejects.toMatchObject({
      code: "input_too_long",
      details: { index: 1, tokens: 42, maxTokens: 16 },
    });
  });

  test("takes token ids of its own vocabulary and refuses others", async () => {
    const ids = embedder.tokenize("the cat", { addSpecialTokens: false }).map(({ id }) => id);
    const fromIds = await embedder.embed({ texts: [ids] });
    expect(fromIds.vectors).toEqual((await embedder.embed({ texts: ["the cat"] })).vectors);
    for (const texts of [[[100_257]], [[-1]], [[1.5]]]) {
      await expect(embedder.embed({ texts })).rejects.toMatchObject({ code: "invalid_request" });
    }
  });

  test("puts a prompt before texts and token ids, and names the ones it has", async () => {
    const prompted = await embedder.embed({ texts: ["cat"], promptName: "query" });
    expect(prompted.vectors).toEqual((await embedder.embed({ texts: ["query cat"] })).vectors);
    const ids = embedder.tokenize("cat", { addSpecialTokens: false }).map(({ id }) => id);
    expect((await embedder.embed({ texts: [ids], promptName: "query" })).vectors).toEqual(prompted.vectors);
    for (const promptName of ["nope", "toString", "__proto__"]) {
      await expect(embedder.embed({ texts: ["cat"], promptName })).rejects.toMatchObject({
        code: "invalid_request",
        details: { promptNames: ["query"] },
      });
    }
  });

  test("puts the query prompt before queries, none before passages, and none twice", async () => {
    const vectorOf = async (request: Omit<Parameters<typeof embedder.embed>[0], "texts">, text: string | number[]) =>
      (await embedder.embed({ texts: [text], ...request })).vectors[0];
    const query = await vectorOf({ inputType: "query" }, "cat");
    expect(query).toEqual(await vectorOf({ promptName: "query" }, "cat"));
    expect(query).not.toEqual(await vectorOf({}, "cat"));
    expect(await vectorOf({ inputType: "passage" }, "cat")).toEqual(await vectorOf({}, "cat"));
    for (const text of ["query cat", " \n query  cat"]) expect(await vectorOf({ inputType: "query" }, text)).toEqual(query);
    const ids = embedder.tokenize("query cat", { addSpecialTokens: false }).map(({ id }) => id);
    expect(await vectorOf({ inputType: "query" }, ids)).toEqual(query);
    await expect(vectorOf({ inputType: "passage", promptName: "query" }, "cat")).rejects.toMatchObject({ code: "invalid_request" });
  });

  test("keeps the prompt whichever end of the text is cut", async () => {
    const left = await embedder.embed({ texts: [`the ${overLong}`], inputType: "query", truncationDirection: "left" });
    expect(left.vectors).toEqual((await embedder.embed({ texts: [`query ${overLong}`] })).vectors);
    expect(left.truncated).toEqual([{ index: 0, tokens: 48 }]);
  });

  test("embeds a long text in pieces when asked, each with the prompt, and averages them", async () => {
    const words = Array.from({ length: 26 }, (_, index) => (index < 13 ? "the" : "cat"));
    const request = { texts: ["x", words.join(" "), "the cat"], inputType: "query", longText: "chunk" } as const;
    const { vectors, tokenCounts, truncated, chunked } = await embedder.embed(request);
    // The prompt is five tokens here, which leaves nine of the sixteen.
    expect({ truncated, chunked, tokenCounts }).toEqual({
      truncated: [],
      chunked: [{ index: 1, tokens: 33, chunks: 4 }],
      tokenCounts: [8, 4 * (2 + 5 + 8), 9],
    });
    const pieces = [0, 6, 12, 18].map((start) => `query ${words.slice(start, start + 8).join(" ")}`);
    const expected = (await embedder.embed({ texts: pieces })).vectors;
    const mean = Float32Array.from({ length: 4 }, (_, index) => expected.reduce((sum, vector) => sum + (vector[index] as number) / 4, 0));
    const toUnit = (vector: Float32Array) => vector.map((value) => value / lengthOf(vector));
    expectVectorsClose(vectors[1] as Float32Array, toUnit(mean), { absolute: 1e-6 });
    expect(vectors[2]).toEqual((await embedder.embed({ texts: ["query the cat"] })).vectors[0]);
    const raw = await embedder.embed({ ...request, normalize: false });
    expectVectorsClose(toUnit(raw.vectors[1] as Float32Array), vectors[1] as Float32Array, { absolute: 1e-6 });
    const lengths = (await embedder.embed({ texts: pieces, normalize: false })).vectors.map(lengthOf);
    expect(lengthOf(raw.vectors[1] as Float32Array)).toBeCloseTo(
      lengths.reduce((sum, length) => sum + length / 4, 0),
      5,
    );
  });

  test("refuses a text of too many pieces", async () => {
    await expect(embedder.embed({ texts: ["cat ".repeat(2000)], longText: "chunk" })).rejects.toMatchObject({
      code: "input_too_long",
      details: { index: 0, tokens: 2002, maxChunks: 64 },
    });
  });

  test("refuses dimensions other than its own and names those", async () => {
    await expect(embedder.embed({ texts: ["a"], dimensions: 2 })).rejects.toMatchObject({
      code: "invalid_request",
      details: { dimensions: 4 },
    });
    expect((await embedder.embed({ texts: ["a"], dimensions: 4 })).vectors).toHaveLength(1);
  });

  test("survives a megabyte of anything", async () => {
    for (const text of ["a", " ", "\0", "\ud800", "中", "[", "[SEP]", "\u0301", "the "]) {
      const { tokenCounts } = await embedder.embed({ texts: [text.repeat(1_000_000 / text.length)] });
      expect(tokenCounts[0]).toBeLessThanOrEqual(16);
    }
  });

  test("lets others have their turn while it reads a long text, and stops when its caller leaves", async () => {
    let turns = 0;
    let isRunning = true;
    const count = () => {
      turns += 1;
      if (isRunning) setImmediate(count);
    };
    setImmediate(count);
    await embedder.embed({ texts: ["中".repeat(1_000_000)] });
    isRunning = false;
    expect(turns).toBeGreaterThan(5);
    const controller = new AbortController();
    const reading = embedder.embed({ texts: ["文".repeat(1_000_000)] }, { signal: controller.signal });
    setImmediate(() => controller.abort());
    await expect(reading).rejects.toMatchObject({ code: "cancelled" });
  });
});

describe("exact inputs", () => {
  test("are computed once: later from the cache, at the same time and within one request together", async () => {
    const before = embedder.stats().cache;
    await Promise.all([embedder.embed({ texts: ["once 1", "once 1"] }), embedder.embed({ texts: ["once 1"] })]);
    await embedder.embed({ texts: ["once 1"] });
    const after = embedder.stats().cache;
    expect(after.misses - before.misses).toBe(1);
    expect(after.joins - before.joins).toBe(2);
    expect(after.hits - before.hits).toBe(1);
  });

  test("are nobody's to change", async () => {
    const [first] = (await embedder.embed({ texts: ["mine"] })).vectors;
    first?.fill(0);
    expect(lengthOf((await embedder.embed({ texts: ["mine"] })).vectors[0] as Float32Array)).toBeCloseTo(1, 5);
  });

  test("take no more memory than they may", async () => {
    const small = await createTextEmbedder({ prepared, workers: 1, cacheBytes: 4000 });
    await small.embed({ texts: Array.from({ length: 200 }, (_, index) => `text ${index}`) });
    const { entries, bytes, maxBytes } = small.stats().cache;
    expect(entries).toBeGreaterThan(2);
    expect(bytes).toBeLessThanOrEqual(maxBytes);
    await small.close();
  });

  test("are computed every time without a cache, with the same answer", async () => {
    const uncached = await createTextEmbedder({ prepared, workers: 1, cacheBytes: 0 });
    const first = await uncached.embed({ texts: ["the cat"] });
    expect((await uncached.embed({ texts: ["the cat"] })).vectors).toEqual(first.vectors);
    expect(uncached.stats().cache).toMatchObject({ entries: 0, hits: 0, misses: 2 });
    await uncached.close();
  });

  test("one caller's leaving takes nothing from the others, whoever came first", async () => {
    const leaver = new AbortController();
    const first = embedder.embed({ texts: ["shared 1"] }, { signal: leaver.signal });
    const second = embedder.embed({ texts: ["shared 1"] });
    leaver.abort();
    await expect(first).rejects.toMatchObject({ code: "cancelled" });
    expect((await second).vectors).toHaveLength(1);
  });

  test("work that nobody waits for any more leaves the queue", async () => {
    const leaver = new AbortController();
    const texts = Array.from({ length: 2000 }, (_, index) => `unwanted ${index}`);
    const left = embedder.embed({ texts }, { signal: leaver.signal });
    while (embedder.stats().queue.items === 0) await new Promise((resolve) => setImmediate(resolve));
    leaver.abort();
    await expect(left).rejects.toMatchObject({ code: "cancelled" });
    expect(embedder.stats().queue.items).toBe(0);
    expect((await embedder.embed({ texts: ["unwanted 1999"] })).vectors).toHaveLength(1);
  });

  test("a deadline drops the caller and its work", async () => {
    const texts = Array.from({ length: 2000 }, (_, index) => `late ${index}`);
    await expect(embedder.embed({ texts }, { deadlineAt: Date.now() + 2 })).rejects.toMatchObject({ code: "deadline_exceeded" });
    expect(embedder.stats().queue.items).toBe(0);
  });
});

test("token embeddings have one vector per token that was read", async () => {
  const vectors = await embedder.embedTokens({ texts: ["the cat", ""] });
  expect(vectors.map((tokens) => tokens.map(({ length }) => length))).toEqual([
    [4, 4, 4, 4],
    [4, 4],
  ]);
});

test("tokens are shown with their places in the text, prompt included", () => {
  expect(embedder.tokenize("Cat!", { addSpecialTokens: true })).toEqual([
    { id: 2, text: "[CLS]", special: true, start: null, stop: null },
    { id: expect.any(Number), text: "Cat", special: false, start: 0, stop: 3 },
    { id: expect.any(Number), text: "!", special: false, start: 3, stop: 4 },
    { id: 3, text: "[SEP]", special: true, start: null, stop: null },
  ]);
  const [, , cat] = embedder.tokenize("cat", { addSpecialTokens: false, promptName: "query" }).slice(-3);
  expect(cat).toMatchObject({ text: "cat", start: 6, stop: 9 });
});

test("answers that would be too large are refused", async () => {
  const texts = Array.from({ length: 1025 }, () => overLong);
  await expect(embedder.embedTokens({ texts })).rejects.toMatchObject({ code: "payload_too_large", details: { tokens: 16_400 } });
  expect(() => embedder.tokenize("a".repeat(65_537), { addSpecialTokens: true })).toThrow(
    expect.objectContaining({ code: "payload_too_large" }),
  );
});

test("it proves itself, says what it is, and refuses work once closed", async () => {
  const other = await createTextEmbedder({ prepared, workers: 2 });
  await other.probe();
  expect(await other.info()).toMatchObject({
    maxTokens: 16,
    pooling: "mean",
    precision: "fp32",
    promptNames: ["query"],
    workers: [{ isCached: false }, {}],
  });
  await other.close();
  await expect(other.embed({ texts: ["a"] })).rejects.toMatchObject({ code: "model_unavailable" });
  await expect(other.probe()).rejects.toMatchObject({ code: "model_unavailable" });
});

test("without a tokenizer it does not start, and leaves nothing running", async () => {
  await expect(createTextEmbedder({ prepared: { ...prepared, tokenizerPath: "/nowhere/tokenizer.json" } })).rejects.toMatchObject({
    code: "model_unavailable",
  });
});
