import { expect, test, type TestContext } from "vitest";
import { createHuggingFaceEmbedder, type HuggingFaceEmbedderOptions } from "./hugging-face-inference.ts";
import { failureOf } from "../test/failure-of.ts";
import { json, startLocalSpace, type Answer } from "../test/local-space.ts";

const model = "sentence-transformers/all-MiniLM-L6-v2";
const route = `/hf-inference/models/${model}/pipeline/feature-extraction`;

/** The Hub and the hosted API, played by a local server that sees what the real library sends. */
async function start(context: Pick<TestContext, "onTestFinished">, answer: Answer, options: Partial<HuggingFaceEmbedderOptions> = {}) {
  const mapping = json(200, {
    inferenceProviderMapping: { "hf-inference": { status: "live", providerId: model, task: "sentence-similarity" } },
  });
  const api = await startLocalSpace(context, { [`/api/models/${model}`]: mapping, "*": answer });
  const embedder = createHuggingFaceEmbedder({
    token: "hf_secret",
    dimensions: 3,
    fetch: (input, init) => fetch(new Request(input, init).url.replace(/^https:\/\/[^/]+/, api.url), init),
    ...options,
  });
  return { api, embedder };
}

test("texts become unit vectors of a model that is never mixed with a Space's", async (context) => {
  const { api, embedder } = await start(
    context,
    json(200, [
      [3, 0, 4],
      [0, 2, 0],
    ]),
  );
  const answer = await embedder.embed({ texts: ["a", "b"] });
  expect(answer.vectors).toEqual([Float32Array.of(0.6, 0, 0.8), Float32Array.of(0, 1, 0)]);
  expect(answer.identity).toEqual({ model: "sentence-transformers/all-MiniLM-L6-v2", revision: "hosted", dimensions: 3 });
  const [request] = api.seen.filter(({ path }) => path === route);
  expect(request?.headers.authorization).toBe("Bearer hf_secret");
  expect(JSON.parse(request?.body ?? "")).toMatchObject({ inputs: ["a", "b"], normalize: true });
});

test("vectors of tokens are averaged", async (context) => {
  const { embedder } = await start(
    context,
    json(200, [
      [
        [1, 0, 0],
        [3, 0, 0],
      ],
      [[[0, 1, 1]]],
    ]),
  );
  const { vectors } = await embedder.embed({ texts: ["a", "b"], normalize: false });
  expect(vectors).toEqual([Float32Array.of(2, 0, 0), Float32Array.of(0, 1, 1)]);
});

test.for([
  [401, "unauthorized", "does not know the token"],
  [402, "unauthorized", "credits"],
  [403, "unauthorized", "permission"],
  [404, "not_found", "does not serve this model"],
  [410, "not_found", "no longer"],
  [429, "overloaded", "too many requests"],
  [503, "model_unavailable", "loading"],
  [500, "inference_failed", "answered 500"],
] as const)("status %i is explained, once asked, and keeps the token to itself", async ([status, code, words], context) => {
  const { api, embedder } = await start(context, json(status, { error: "upstream says no" }));
  const error = await failureOf(embedder.embed({ texts: ["a"] }));
  expect(error).toMatchObject({ code, remote: { status } });
  expect(error.message).toContain(words);
  expect(error.message).toContain("upstream says no");
  expect(JSON.stringify(error) + error.message + JSON.stringify(error.cause)).not.toContain("hf_secret");
  expect(api.count(route)).toBe(1);
});

test.for([
  ["too few", [[1, 2, 3]]],
  [
    "too short",
    [
      [1, 2],
      [1, 2],
    ],
  ],
  ["text", ["a", "b"]],
  ["an object", { a: 1 }],
] as const)("%s is not taken for vectors", async ([, body], context) => {
  const { embedder } = await start(context, json(200, body));
  expect((await failureOf(embedder.embed({ texts: ["a", "b"] }))).code).toBe("inference_failed");
});

test("a token is needed, and token ids, prompts and other dimensions are refused", async (context) => {
  expect((await failureOf((async () => createHuggingFaceEmbedder({ token: " " }))())).code).toBe("invalid_request");
  const { api, embedder } = await start(context, json(200, []));
  for (const request of [{ texts: [] }, { texts: [[1]] }, { texts: ["a"], dimensions: 2 }, { texts: ["a"], promptName: "query" }]) {
    expect((await failureOf(embedder.embed(request))).code).toBe("invalid_request");
  }
  expect(api.seen).toHaveLength(0);
});

test("the deadline and the caller's abort end a request that is never answered", async (context) => {
  const { api, embedder } = await start(context, () => {});
  expect((await failureOf(embedder.embed({ texts: ["a"] }, { deadlineAt: Date.now() + 100 }))).code).toBe("deadline_exceeded");
  const before = api.count(route);
  const leaving = new AbortController();
  const outcome = failureOf(embedder.embed({ texts: ["a"] }, { signal: leaving.signal }));
  await expect.poll(() => api.count(route)).toBeGreaterThan(before);
  leaving.abort();
  expect((await outcome).code).toBe("cancelled");
});

test("a server that is not there is unavailable", async (context) => {
  const { api, embedder } = await start(context, json(200, []));
  await api.close();
  expect((await failureOf(embedder.embed({ texts: ["a"] }))).code).toBe("model_unavailable");
});

test("a model that no provider hosts is told apart", async (context) => {
  const { embedder, api } = await start(context, json(200, []), { model: "nobody/hosts-this" });
  api.on("/api/models/nobody/hosts-this", json(200, { inferenceProviderMapping: {} }));
  const error = await failureOf(embedder.embed({ texts: ["a"] }));
  expect(error.code).toBe("not_found");
  expect(error.message).toContain("nobody/hosts-this");
});
