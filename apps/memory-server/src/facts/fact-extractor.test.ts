import { createOpenAiChatClient } from "@repo/client-kit/openai-chat-client";
import type { OpenAiChatRequest } from "@repo/contracts/openai-chat";
import { startOpenAiServer, toChatCompletion, toOpenAiError, type OpenAiServer } from "@repo/testing/openai-server";
import { expect, onTestFinished, test } from "vitest";
import { createFactExtractor } from "./fact-extractor.ts";

const conversation = [
  { role: "user", content: "I am Ann and I live in Oslo." },
  { role: "assistant", content: "Nice to meet you!" },
];

/** An extractor at a server that answers like OpenAI; the Space for language models does not exist yet. */
async function start(replies: OpenAiServer["replies"], options: { maxFacts?: number; bearer?: string; timeoutMs?: number } = {}) {
  const server = await startOpenAiServer(options.bearer === undefined ? {} : { apiKey: "right" });
  onTestFinished(server.close);
  server.replies = replies;
  const client = createOpenAiChatClient({
    baseUrl: server.baseUrl,
    bearer: options.bearer,
    timeoutMs: options.timeoutMs ?? 2_000,
    retryDelayMs: 1,
    maxAttempts: 3,
  });
  const extractor = createFactExtractor({
    client,
    model: "test-model",
    ...(options.maxFacts === undefined ? {} : { maxFacts: options.maxFacts }),
  });
  onTestFinished(() => extractor.close());
  return { server, extractor };
}

test("facts come as the model lists them, tidied and without repeats", async () => {
  const { server, extractor } = await start([
    JSON.stringify({ facts: ["Ann lives in  Oslo.", "", "Ann lives in Oslo.", " The user is called Ann.\n"] }),
  ]);
  expect(await extractor.extract(conversation)).toEqual(["Ann lives in Oslo.", "The user is called Ann."]);
  const body = server.requests[0]?.body as OpenAiChatRequest;
  expect(body).toMatchObject({ model: "test-model", response_format: { type: "json_schema", json_schema: { strict: true } } });
  expect(body.messages.map(({ role }) => role)).toEqual(["system", "user"]);
  expect(body.messages[1]?.content).toContain('{"speaker":"user","says":"I am Ann and I live in Oslo."}');
});

test("nothing to remember is an empty list, and no messages are not sent", async () => {
  const { server, extractor } = await start(['{"facts": []}']);
  expect(await extractor.extract(conversation)).toEqual([]);
  expect(await extractor.extract([])).toEqual([]);
  expect(server.requests).toHaveLength(1);
});

test.each([
  ["a fence", '```json\n{"facts": ["x"]}\n```'],
  ["thoughts", '<think>hm {"facts": ["no"]}</think>\n{"facts": ["x"]}'],
  ["the list alone", '["x"]'],
])("JSON is found in %s", async (_, content) => {
  const { extractor } = await start([content]);
  expect(await extractor.extract(conversation)).toEqual(["x"]);
});

test("prose is asked again once, then it is a clear failure", async () => {
  const { extractor } = await start(["Here are the facts!", '{"facts": ["x"]}']);
  expect(await extractor.extract(conversation)).toEqual(["x"]);
  const { server, extractor: stubborn } = await start(["Here are the facts!"]);
  await expect(stubborn.extract(conversation)).rejects.toMatchObject({
    code: "inference_failed",
    message: expect.stringContaining("not the JSON"),
  });
  expect(server.requests).toHaveLength(2);
});

test.each([['{"facts": "x"}'], ['{"facts": [1]}'], ['{"facts": ["x"'], ["null"], [""]])("%s is no list of facts", async (content) => {
  const { extractor } = await start([content]);
  await expect(extractor.extract(conversation)).rejects.toMatchObject({ code: "inference_failed" });
});

test("an answer that was cut off and a refusal say so, without another try", async () => {
  const cut = await start([() => toChatCompletion('{"facts": ["x"]}', "length")]);
  await expect(cut.extractor.extract(conversation)).rejects.toMatchObject({ message: expect.stringContaining("max_tokens") });
  const refused = await start([() => Response.json({ choices: [{ message: { content: null, refusal: "no" }, finish_reason: "stop" }] })]);
  await expect(refused.extractor.extract(conversation)).rejects.toMatchObject({ message: expect.stringContaining("refused") });
  expect(cut.server.requests.length + refused.server.requests.length).toBe(2);
});

test("a server that does not know json_schema is asked for a JSON object, from then on at once", async () => {
  const reply = (body: OpenAiChatRequest) =>
    body.response_format?.type === "json_schema"
      ? toOpenAiError(400, "response_format.type json_schema is not supported")
      : toChatCompletion('{"facts": ["x"]}');
  const { server, extractor } = await start([reply]);
  expect(await extractor.extract(conversation)).toEqual(["x"]);
  expect(await extractor.extract(conversation)).toEqual(["x"]);
  expect(server.requests.map(({ body }) => (body as OpenAiChatRequest).response_format?.type)).toEqual([
    "json_schema",
    "json_object",
    "json_object",
  ]);
});

test("a busy or failing server is tried again", async () => {
  const { server, extractor } = await start([
    () => toOpenAiError(429, "slow down", { "retry-after": "0" }),
    () => toOpenAiError(500, "oops"),
    () => toChatCompletion('{"facts": ["x"]}'),
  ]);
  expect(await extractor.extract(conversation)).toEqual(["x"]);
  expect(server.requests).toHaveLength(3);
});

test("a slow server is not waited for beyond the deadline, and a caller who leaves is not kept", async () => {
  const { extractor } = await start([
    async () => await new Promise<Response>((resolve) => setTimeout(() => resolve(toChatCompletion("{}")), 1_000).unref()),
  ]);
  await expect(extractor.extract(conversation, { deadlineAt: Date.now() + 50 })).rejects.toMatchObject({ code: "deadline_exceeded" });
  const controller = new AbortController();
  const extraction = extractor.extract(conversation, { signal: controller.signal });
  controller.abort();
  await expect(extraction).rejects.toMatchObject({ code: "cancelled" });
});

test("a wrong key is told without repeating it", async () => {
  const { extractor } = await start(["{}"], { bearer: "sk-wrong" });
  const refusal = await extractor.extract(conversation).catch((error: unknown) => error);
  expect(refusal).toMatchObject({ code: "unauthorized" });
  expect(String(refusal)).not.toContain("sk-wrong");
});

test("more facts than wanted are cut, and a caller's instructions are passed on", async () => {
  const { server, extractor } = await start([JSON.stringify({ facts: ["a", "b", "c"] })], { maxFacts: 2 });
  expect(await extractor.extract(conversation, {}, "Only what is about food.")).toEqual(["a", "b"]);
  const body = server.requests[0]?.body as OpenAiChatRequest;
  expect(body.messages[0]?.content).toContain("Only what is about food.");
});
