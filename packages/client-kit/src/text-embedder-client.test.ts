import { expect, test } from "vitest";
import { createTextEmbedderClient } from "./text-embedder-client.ts";
import { failureOf } from "../test/failure-of.ts";
import { embedAnswer, identity, json, startLocalSpace, type Answer, type SeenRequest } from "../test/local-space.ts";

const texts = Array.from({ length: 10 }, (_, index) => "x".repeat(index + 1));
const firsts = (vectors: Float32Array[]) => vectors.map((vector) => vector[0]);
const bodyOf = (request: SeenRequest) => JSON.parse(request.body) as { texts: string[]; encoding_format: string };
const overriding =
  (overrides: (request: SeenRequest, index: number) => Record<string, unknown>): Answer =>
  (response, request, index) =>
    json(200, embedAnswer(bodyOf(request), overrides(request, index)))(response, request, index);
const toBase64 = (...numbers: number[]) => Buffer.from(Float32Array.from(numbers).buffer).toString("base64");

test("vectors come back in the order of the texts, with the model's identity, in batches of base64", async (context) => {
  const space = await startLocalSpace(context);
  const client = createTextEmbedderClient({ url: space.url }, { maxTextsPerCall: 3 });
  expect(client.identity()).toBeUndefined();
  const answer = await client.embed({ texts });
  expect(firsts(answer.vectors)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(answer.vectors[0]).toEqual(Float32Array.of(1, 1, 2, 3));
  expect(answer.identity).toEqual(identity);
  expect(client.identity()).toEqual(identity);
  expect(space.seen.map((request) => bodyOf(request).texts.length).toSorted((a, b) => a - b)).toEqual([1, 3, 3, 3]);
  expect(bodyOf(space.seen[0] as SeenRequest).encoding_format).toBe("base64");
});

test("a Space that ignores base64 is understood too", async (context) => {
  const space = await startLocalSpace(context, {
    "/embed": overriding((request) => ({ embeddings: bodyOf(request).texts.map((text) => [text.length, 0, 0, 0.5]) })),
  });
  expect((await createTextEmbedderClient({ url: space.url }).embed({ texts: ["ab"] })).vectors[0]).toEqual(Float32Array.of(2, 0, 0, 0.5));
});

test("no more than two requests are under way, and the order holds when the first is slowest", async (context) => {
  let inFlight = 0;
  let most = 0;
  const space = await startLocalSpace(context, {
    "/embed": async (response, request, index) => {
      most = Math.max(most, ++inFlight);
      await new Promise((resolve) => setTimeout(resolve, index === 0 ? 150 : 20));
      inFlight--;
      await json(200, embedAnswer(bodyOf(request)))(response, request, index);
    },
  });
  const { vectors } = await createTextEmbedderClient({ url: space.url }, { maxTextsPerCall: 2 }).embed({ texts });
  expect(firsts(vectors)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(most).toBe(2);
});

test("one failed batch fails the whole request and stops the others", async (context) => {
  const space = await startLocalSpace(context, {
    "/embed": (response, request, index) =>
      (index === 1 ? json(400, { error: "no" }) : json(200, embedAnswer(bodyOf(request))))(response, request, index),
  });
  expect((await failureOf(createTextEmbedderClient({ url: space.url }, { maxTextsPerCall: 1 }).embed({ texts }))).code).toBe(
    "invalid_request",
  );
  expect(space.count("/embed")).toBeLessThanOrEqual(3);
});

test("truncated inputs are reported at their place in the whole request", async (context) => {
  const space = await startLocalSpace(context, {
    "/embed": overriding((_, index) => ({ truncated: index === 1 ? [{ index: 1, tokens: 700 }] : [] })),
  });
  const answer = await createTextEmbedderClient({ url: space.url }, { maxTextsPerCall: 3, maxCallsInFlight: 1 }).embed({ texts });
  expect(answer.truncated).toEqual([{ index: 4, tokens: 700 }]);
  expect(answer.tokenCounts).toEqual([]);
});

test("token counts and pieces are known per text, at their place in the whole request", async (context) => {
  const space = await startLocalSpace(context, {
    "/embed": overriding((request, index) => ({
      token_counts: bodyOf(request).texts.map((text) => text.length + 2),
      ...(index === 1 ? { chunked: [{ index: 1, tokens: 700, chunks: 2 }] } : {}),
    })),
  });
  const answer = await createTextEmbedderClient({ url: space.url }, { maxTextsPerCall: 3, maxCallsInFlight: 1 }).embed({
    texts,
    longText: "chunk",
  });
  expect(answer.tokenCounts).toEqual([3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  expect(answer.chunked).toEqual([{ index: 4, tokens: 700, chunks: 2 }]);
  expect(bodyOf(space.seen[0] as SeenRequest)).toMatchObject({ long_text: "chunk" });
});

test("the Space is always told what the texts are: passages, unless the caller says otherwise", async (context) => {
  const space = await startLocalSpace(context);
  const client = createTextEmbedderClient({ url: space.url }, { cacheBytes: 100_000 });
  await client.embed({ texts: ["a"] });
  await client.embed({ texts: ["a"], inputType: "query" });
  await client.embed({ texts: ["a"], promptName: "sts" });
  expect(space.seen.map((request) => JSON.parse(request.body) as object)).toEqual([
    expect.objectContaining({ input_type: "passage" }),
    expect.objectContaining({ input_type: "query" }),
    expect.not.objectContaining({ input_type: expect.anything() as string }),
  ]);
  // The same as said by default, so it is in the cache.
  await client.embed({ texts: ["a"], inputType: "passage" });
  expect(space.seen).toHaveLength(3);
});

test("options of the request travel, and the tokens of a single text come back", async (context) => {
  const space = await startLocalSpace(context);
  const answer = await createTextEmbedderClient({ url: space.url }).embed({
    texts: ["a"],
    normalize: false,
    longText: "refuse",
    truncationDirection: "left",
    promptName: "query",
    inputType: "query",
  });
  expect(bodyOf(space.seen[0] as SeenRequest)).toMatchObject({
    normalize: false,
    long_text: "refuse",
    truncation_direction: "left",
    prompt_name: "query",
    input_type: "query",
  });
  expect(answer.tokenCounts).toEqual([3]);
});

test.for([
  ["too few vectors", { embeddings: [] }],
  ["a vector of the wrong length", { embeddings: [[1, 2, 3]] }],
  ["base64 of the wrong length", { embeddings: [toBase64(1, 2, 3)] }],
  ["base64 that is none", { embeddings: ["!!!!!!!!!!!!!!!!!!!!!!=="] }],
  ["NaN", { embeddings: [toBase64(1, NaN, 3, 4)] }],
  ["infinity", { embeddings: [toBase64(1, 2, Infinity, 4)] }],
  ["other dimensions than it says", { dimensions: 5 }],
] as const)("%s is refused", async ([, overrides], context) => {
  const space = await startLocalSpace(context, { "/embed": overriding(() => overrides) });
  const error = await failureOf(createTextEmbedderClient({ url: space.url }).embed({ texts: ["a"] }));
  expect(error).toMatchObject({ code: "inference_failed", details: { cause: "wrong_vectors" } });
});

test("a change of model between two requests is refused, naming both", async (context) => {
  let revision = "r1";
  const space = await startLocalSpace(context, { "/embed": overriding(() => ({ revision })) });
  const client = createTextEmbedderClient({ url: space.url });
  await client.embed({ texts: ["a"] });
  revision = "r2";
  const error = await failureOf(client.embed({ texts: ["b"] }));
  expect(error).toMatchObject({
    code: "model_mismatch",
    details: { expected: identity, actual: { ...identity, revision: "r2" } },
  });
  expect(error.message).toMatch(/r2.*r1/s);
});

test("a mix of models within one answer is refused", async (context) => {
  const space = await startLocalSpace(context, { "/embed": overriding((_, index) => ({ model: `test/${index}` })) });
  expect((await failureOf(createTextEmbedderClient({ url: space.url }, { maxTextsPerCall: 1 }).embed({ texts }))).code).toBe(
    "model_mismatch",
  );
});

test("an expected model is asserted from the first answer on", async (context) => {
  const space = await startLocalSpace(context);
  const client = createTextEmbedderClient({ url: space.url }, { expectedIdentity: { ...identity, model: "test/other" } });
  expect((await failureOf(client.embed({ texts: ["a"] }))).code).toBe("model_mismatch");
  expect((await failureOf(client.probe())).code).toBe("model_mismatch");
});

test("no texts and token ids are refused without a request", async (context) => {
  const space = await startLocalSpace(context);
  const client = createTextEmbedderClient({ url: space.url });
  expect((await failureOf(client.embed({ texts: [] }))).code).toBe("invalid_request");
  expect((await failureOf(client.embed({ texts: [[1, 2]] }))).code).toBe("invalid_request");
  expect(space.seen).toHaveLength(0);
});

test("info is asked once", async (context) => {
  const info = {
    model_id: identity.model,
    model_sha: "r1",
    model_dtype: "fp32",
    served_model_name: "tiny",
    model_type: { embedding: { pooling: "mean" } },
    max_concurrent_requests: 1,
    max_input_length: 256,
    max_batch_tokens: 1,
    max_batch_requests: null,
    max_client_batch_size: 1,
    auto_truncate: true,
    tokenization_workers: 1,
    version: "1",
    sha: null,
    docker_label: null,
    dimensions: 4,
    prompt_names: ["query"],
  };
  const space = await startLocalSpace(context, { "/info": json(200, info) });
  const client = createTextEmbedderClient({ url: space.url });
  expect(await client.info()).toEqual({ ...identity, maxTokens: 256, pooling: "mean", precision: "fp32", promptNames: ["query"] });
  await client.info();
  expect(space.count("/info")).toBe(1);
});

test("the cache answers what was seen, asks once for duplicates, and hands out copies", async (context) => {
  const space = await startLocalSpace(context);
  const client = createTextEmbedderClient({ url: space.url }, { cacheBytes: 100_000 });
  const first = await client.embed({ texts: ["a", "bb", "a"] });
  expect(firsts(first.vectors)).toEqual([1, 2, 1]);
  expect(bodyOf(space.seen[0] as SeenRequest).texts).toEqual(["a", "bb"]);
  first.vectors[0]?.fill(9);
  expect(firsts((await client.embed({ texts: ["bb", "ccc", "a"] })).vectors)).toEqual([2, 3, 1]);
  expect(bodyOf(space.seen[1] as SeenRequest).texts).toEqual(["ccc"]);
  await client.embed({ texts: ["a"], normalize: false });
  expect(space.count("/embed")).toBe(3);
});

test("the cache forgets the least recently used beyond its bytes", async (context) => {
  const space = await startLocalSpace(context);
  const client = createTextEmbedderClient({ url: space.url }, { cacheBytes: 2_000 });
  for (const text of texts) await client.embed({ texts: [text] });
  await client.embed({ texts: [texts.at(-1) as string] });
  expect(space.count("/embed")).toBe(10);
  await client.embed({ texts: [texts[0] as string] });
  expect(space.count("/embed")).toBe(11);
});

test("the same text asked for at the same time travels once", async (context) => {
  const space = await startLocalSpace(context);
  const client = createTextEmbedderClient({ url: space.url }, { cacheBytes: 100_000 });
  const answers = await Promise.all(Array.from({ length: 20 }, () => client.embed({ texts: ["same"] })));
  expect(answers.map((answer) => answer.vectors[0]?.[0])).toEqual(Array.from({ length: 20 }, () => 4));
  expect(space.count("/embed")).toBe(1);
});

test("a caller who leaves does not take the answer from others who wait for the same text", async (context) => {
  const gate = Promise.withResolvers<void>();
  const space = await startLocalSpace(context, {
    "/embed": async (response, request, index) => {
      await gate.promise;
      await json(200, embedAnswer(bodyOf(request)))(response, request, index);
    },
  });
  const client = createTextEmbedderClient({ url: space.url }, { cacheBytes: 100_000 });
  const leaving = new AbortController();
  const first = failureOf(client.embed({ texts: ["same"] }, { signal: leaving.signal }));
  await expect.poll(() => space.count("/embed")).toBe(1);
  const second = client.embed({ texts: ["same"] });
  leaving.abort();
  expect((await first).code).toBe("cancelled");
  gate.resolve();
  expect(firsts((await second).vectors)).toEqual([4]);
});

test("a failure is not remembered", async (context) => {
  const space = await startLocalSpace(context, {
    "/embed": (response, request, index) =>
      (index === 0 ? json(400, { error: "no" }) : json(200, embedAnswer(bodyOf(request))))(response, request, index),
  });
  const client = createTextEmbedderClient({ url: space.url }, { cacheBytes: 100_000 });
  await failureOf(client.embed({ texts: ["a"] }));
  expect((await client.embed({ texts: ["a"] })).vectors).toHaveLength(1);
});

test("a key that happens to occur in the answer does not change the answer", async (context) => {
  const space = await startLocalSpace(context);
  const { vectors } = await createTextEmbedderClient({ url: space.url, apiKey: "e", token: "A" }).embed({ texts: ["abc"] });
  expect(vectors).toEqual([Float32Array.of(3, 1, 2, 3)]);
});
