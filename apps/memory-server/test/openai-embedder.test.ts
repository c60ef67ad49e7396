import { startFakeSpace } from "@repo/testing/fake-space";
import { startOpenAiServer, toOpenAiError } from "@repo/testing/openai-server";
import { expect, onTestFinished, test } from "vitest";
import { createOpenAiEmbedder, unknownRevision, type OpenAiEmbedderOptions } from "@repo/client-kit/openai-embedder";

const quick = { retryDelayMs: 1, pollIntervalMs: 5, wakeBudgetMs: 3_000, timeoutMs: 2_000, coolDownMs: 1 };

async function startForeign(serverOptions: Parameters<typeof startOpenAiServer>[0] = {}, options: Partial<OpenAiEmbedderOptions> = {}) {
  const server = await startOpenAiServer(serverOptions);
  onTestFinished(server.close);
  return { server, embedder: createOpenAiEmbedder({ ...quick, baseUrl: server.baseUrl, ...options }) };
}

async function startSpace(options: Parameters<typeof startFakeSpace>[0] = {}, embedderOptions: Partial<OpenAiEmbedderOptions> = {}) {
  const space = await startFakeSpace(options);
  onTestFinished(space.close);
  return { space, embedder: createOpenAiEmbedder({ ...quick, baseUrl: `${space.url}/v1`, ...embedderOptions }) };
}

test.each([true, false])("texts come back in order from a foreign server that shuffles them (knows base64: %s)", async (knowsBase64) => {
  const { server, embedder } = await startForeign({ knowsBase64 }, { maxTextsPerCall: 2, model: "some-model" });
  const texts = ["a cat", "a dog", "a house", "a boat", "a cat"];
  const { vectors, identity } = await embedder.embed({ texts });
  expect(identity).toEqual({ model: "foreign-embedding", revision: unknownRevision, dimensions: 16 });
  expect(vectors[0]).toEqual(vectors[4]);
  expect(vectors[0]).not.toEqual(vectors[1]);
  expect((await embedder.embed({ texts: ["a boat"] })).vectors[0]).toEqual(vectors[3]);
  expect(embedder.protocol()).toBe("openai");
  const sent = server.requests.filter(({ path }) => path === "/v1/embeddings");
  expect(sent.map(({ body }) => (body as { input: string[] }).input.length)).toEqual([2, 2, 1, 1]);
  expect(sent[0]?.body).toEqual({ input: ["a cat", "a dog"], model: "some-model", encoding_format: "base64" });
});

test("a query is sent to a foreign server as it is, because its prompt is not known", async () => {
  const { server, embedder } = await startForeign();
  await embedder.embed({ texts: ["what is it"], inputType: "query" });
  expect(server.requests.at(-1)?.body).toMatchObject({ input: ["what is it"] });
});

test("one of our Spaces behind /v1 is recognised and told which texts are queries", async () => {
  const { space, embedder } = await startSpace();
  const { identity } = await embedder.embed({ texts: ["what is it"], inputType: "query" });
  expect(identity.model).toBe("outpost/fake");
  expect(embedder.protocol()).toBe("outpost");
  expect(space.requests.map(({ path }) => path)).toEqual(["/info", "/embed"]);
  expect((await embedder.info()).maxTokens).toBeLessThan(100_000);
});

test("a private Space that sleeps is woken with its token, then spoken to natively", async () => {
  const { space, embedder } = await startSpace({}, { bearer: "hf_token" });
  space.behave({ kind: "asleep" }, { times: 4 });
  const { vectors } = await embedder.embed({ texts: ["one", "two"] });
  expect(vectors).toHaveLength(2);
  expect(embedder.protocol()).toBe("outpost");
  expect(space.requests.every(({ headers }) => headers["authorization"] === "Bearer hf_token")).toBe(true);
});

test("a page in place of an answer, a wrong key and a deadline are told apart, and no key stands in an error", async () => {
  const { space, embedder } = await startSpace({}, { wakeBudgetMs: 50 });
  space.behave({ kind: "page" });
  await expect(embedder.embed({ texts: ["x"] })).rejects.toMatchObject({ code: "model_unavailable" });
  space.behave({ kind: "slow", delayMs: 500 });
  await expect(embedder.embed({ texts: ["x"] }, { deadlineAt: Date.now() + 60 })).rejects.toMatchObject({ code: "deadline_exceeded" });
  const { embedder: locked } = await startForeign({ apiKey: "right" }, { bearer: "sk-wrong" });
  const refusal = await locked.embed({ texts: ["x"] }).catch((error: unknown) => error);
  expect(refusal).toMatchObject({ code: "unauthorized" });
  expect(String(refusal)).not.toContain("sk-wrong");
});

test("base URLs with another path than /v1 are taken as they are", async () => {
  const { server, embedder } = await startForeign({ prefix: "/v1beta/openai" });
  await embedder.embed({ texts: ["x"] });
  expect(server.requests.at(-1)?.path).toBe("/v1beta/openai/embeddings");
});

test("the length that is set is asked for, and any other is refused with what to set", async () => {
  const { server, embedder } = await startForeign({ dimensions: 16 }, { dimensions: 32 });
  await expect(embedder.embed({ texts: ["x"] })).rejects.toMatchObject({
    code: "model_mismatch",
    message: expect.stringContaining("embedding_dims"),
  });
  expect(server.requests.at(-1)?.body).toMatchObject({ dimensions: 32 });
  const { server: strict, embedder: silent } = await startForeign({ dimensions: 16 }, { dimensions: 16, sendsDimensions: false });
  await silent.embed({ texts: ["x"] });
  expect(strict.requests.at(-1)?.body).not.toHaveProperty("dimensions");
});

test("too few vectors, an index twice, and numbers that are none are refused", async () => {
  const { server, embedder } = await startForeign();
  const item = (index: number, embedding: unknown) => ({ object: "embedding", index, embedding });
  const bad = [[item(0, [1, 2])], [item(0, [1, 2]), item(0, [1, 2])], [item(0, [1, 2]), item(1, [])], [item(0, [1, 2]), item(1, "AAAA")]];
  for (const data of bad) {
    server.embeddingsReply = () => Response.json({ data });
    await expect(embedder.embed({ texts: ["a", "b"] })).rejects.toMatchObject({
      code: "inference_failed",
      details: { cause: "wrong_vectors" },
    });
  }
  server.embeddingsReply = () => Response.json({ data: [item(0, [1, 2]), item(1, [1, 2, 3])] });
  await expect(embedder.embed({ texts: ["a", "b"] })).rejects.toMatchObject({ code: "model_mismatch" });
});

test("another model than before is refused, and vectors have length 1 whatever the server answers", async () => {
  const { server, embedder } = await startForeign();
  const answer = (model: string) => () => Response.json({ model, data: [{ index: 0, embedding: [3, 4] }] });
  server.embeddingsReply = answer("one");
  expect([...((await embedder.embed({ texts: ["x"] })).vectors[0] ?? [])]).toEqual([Math.fround(0.6), Math.fround(0.8)]);
  expect([...((await embedder.embed({ texts: ["x"], normalize: false })).vectors[0] ?? [])]).toEqual([3, 4]);
  server.embeddingsReply = answer("two");
  await expect(embedder.embed({ texts: ["x"] })).rejects.toMatchObject({ code: "model_mismatch" });
  server.embeddingsReply = () => toOpenAiError(400, "too long");
  await expect(embedder.embed({ texts: ["x"] })).rejects.toMatchObject({
    code: "invalid_request",
    message: expect.stringContaining("too long"),
  });
});

test("no texts, token ids and prompts are refused before anything is embedded", async () => {
  const { embedder } = await startForeign();
  for (const request of [{ texts: [] }, { texts: [[1, 2]] }, { texts: ["x"], promptName: "query" }])
    await expect(embedder.embed(request)).rejects.toMatchObject({ code: "invalid_request" });
});
