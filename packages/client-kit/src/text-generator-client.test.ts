import type { GenerationEvent, GenerationRequest } from "@repo/contracts/generate-text";
import { expect, test } from "vitest";
import { failureOf } from "../test/failure-of.ts";
import { json, page, startLocalSpace, type Answer } from "../test/local-space.ts";
import { createTextGeneratorClient } from "./text-generator-client.ts";

const fast = { retryDelayMs: 5, pollIntervalMs: 10, coolDownMs: 200, breakForMs: 50, wakeBudgetMs: 2_000 };
const connect = ({ url }: { url: string }, options: { timeoutMs?: number } = {}) => createTextGeneratorClient({ url, ...fast, ...options });

const identity = { model: "test/tiny", revision: "r1" };
const usage = { prompt_tokens: 3, cached_tokens: 1, generated_tokens: 2 };
const timings = { queue_ms: 1, prefill_ms: 2, decode_ms: 3, first_token_ms: 4 };
const token = (id: number, text: string, answer = 0) => ({
  type: "token",
  answer,
  token: { id, text, log_probability: -0.5, special: false, top: [{ id: 9, text: "x", log_probability: -9999 }] },
});
const end = { type: "end", ...identity, usage, timings };
const finish = (text: string, answer = 0) => ({ type: "answer", answer, text, finish_reason: "stop", stopped_by: "\n", seed: 7 });

const ndjson = { "content-type": "application/x-ndjson; charset=utf-8" };
/** Sends each value in a write of its own, cut in the middle of a character where it can be. */
function streaming(...values: unknown[]): Answer {
  return async (response) => {
    response.writeHead(200, ndjson);
    for (const value of values) {
      const bytes = Buffer.from(`${JSON.stringify(value)}\n`);
      const half = bytes.findIndex((byte) => byte > 127) + 1;
      response.write(bytes.subarray(0, half));
      await new Promise((resolve) => setTimeout(resolve, 5));
      response.write(bytes.subarray(half));
    }
    response.end();
  };
}

async function collect(events: AsyncIterable<GenerationEvent>): Promise<GenerationEvent[]> {
  const all: GenerationEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

const request: GenerationRequest = {
  input: { messages: [{ role: "user", content: "Hi" }] },
  sampling: { maxNewTokens: 8, temperature: 0, topK: 0, topP: 1, minP: 0.1, repetitionPenalty: 1.1, stop: ["\n"], seed: 7 },
  answers: 2,
  grammar: { type: "choice", choices: ["a", "b"] },
  topTokens: 1,
};

test("a request arrives in the contract's words, and the answer comes back in the capability's", async (context) => {
  const answer = {
    ...identity,
    answers: [{ text: "ä b", finish_reason: "eos", seed: 7, tokens: [token(1, "ä").token] }],
    usage,
    timings,
  };
  const space = await startLocalSpace(context, { "/generate-text": json(200, answer) });
  const client = connect(space);
  const result = await client.generate(request, { deadlineAt: Date.now() + 5_000, requestId: "r-1" });
  expect(JSON.parse(space.seen[0]?.body ?? "")).toEqual({
    messages: [{ role: "user", content: "Hi" }],
    max_new_tokens: 8,
    temperature: 0,
    top_k: 0,
    top_p: 1,
    min_p: 0.1,
    repetition_penalty: 1.1,
    stop: ["\n"],
    seed: 7,
    answers: 2,
    grammar: { type: "choice", choices: ["a", "b"] },
    top_tokens: 1,
  });
  expect(space.seen[0]?.headers).toMatchObject({ "x-request-id": "r-1", "x-timeout-ms": expect.stringMatching(/^\d+$/) as string });
  expect(result).toEqual({
    model: identity,
    answers: [
      {
        text: "ä b",
        finishReason: "eos",
        seed: 7,
        tokens: [{ id: 1, text: "ä", logProbability: -0.5, special: false, top: [{ id: 9, text: "x", logProbability: -9999 }] }],
      },
    ],
    usage: { promptTokens: 3, cachedTokens: 1, generatedTokens: 2 },
    timings: { queueMs: 1, prefillMs: 2, decodeMs: 3, firstTokenMs: 4 },
  });
  expect(client.identity()).toEqual(identity);
});

test("a stream tells tokens as they come, each answer whole with its own tokens, and the end", async (context) => {
  const values = [token(1, "hü"), token(2, "other", 1), token(3, "!"), finish("hü!"), finish("other", 1), end];
  const space = await startLocalSpace(context, { "/generate-text/stream": streaming(...values) });
  const client = connect(space);
  const events = await collect(client.stream({ input: { prompt: "x" } }));
  expect(events.map(({ type }) => type)).toEqual(["token", "token", "token", "answer", "answer", "end"]);
  const [first, second] = events.filter((event) => event.type === "answer");
  expect(first?.finished).toMatchObject({ text: "hü!", finishReason: "stop", stoppedBy: "\n", seed: 7 });
  expect(first?.finished.tokens.map(({ text }) => text)).toEqual(["hü", "!"]);
  expect(second?.finished.tokens.map(({ id }) => id)).toEqual([2]);
  expect(client.identity()).toEqual(identity);
});

test("a full queue and a sleeping Space are tried again before the first token", async (context) => {
  const space = await startLocalSpace(context);
  space.on("/generate-text/stream", (response, seen, index) => {
    if (index === 0) return page(503)(response, seen, index);
    if (index === 1)
      return json(429, { error: { code: "overloaded", message: "full", requestId: "r", retryable: true } })(response, seen, index);
    return streaming(token(1, "a"), finish("a"), end)(response, seen, index);
  });
  expect((await collect(connect(space).stream(request))).length).toBe(3);
  expect(space.count("/generate-text/stream")).toBe(3);
});

test("after the first token nothing is tried again: what ends the stream is told", async (context) => {
  const failure = { error: { code: "inference_failed", message: "The worker died.", requestId: "r", retryable: true } };
  const space = await startLocalSpace(context, { "/generate-text/stream": streaming(token(1, "a"), failure) });
  const texts: string[] = [];
  const client = connect(space);
  const broken = await failureOf(
    (async () => {
      for await (const event of client.stream(request)) if (event.type === "token") texts.push(event.token.text);
    })(),
  );
  expect([broken.code, texts, space.count("/generate-text/stream")]).toEqual(["inference_failed", ["a"], 1]);

  space.on("/generate-text/stream", (response) => {
    response.writeHead(200, ndjson);
    response.write(`${JSON.stringify(token(1, "a"))}\n`);
    setTimeout(() => response.destroy(), 20);
  });
  const cut = await failureOf(collect(client.stream(request)));
  expect([cut.code, cut.details]).toEqual(["model_unavailable", { cause: "cut" }]);
});

test("a stream that ends without its last value was cut", async (context) => {
  const space = await startLocalSpace(context, { "/generate-text/stream": streaming(token(1, "a")) });
  expect((await failureOf(collect(connect(space).stream(request)))).details).toEqual({ cause: "cut" });
});

test("leaving the loop, or the signal, ends the connection", async (context) => {
  const closed: string[] = [];
  const space = await startLocalSpace(context);
  space.on("/generate-text/stream", (response, _seen, index) => {
    response.on("close", () => closed.push(`stream ${index}`));
    response.writeHead(200, ndjson);
    response.write(`${JSON.stringify(token(1, "a"))}\n`);
  });
  const client = connect(space);
  for await (const { type } of client.stream(request)) if (type === "token") break;
  await expect.poll(() => closed).toEqual(["stream 0"]);

  const controller = new AbortController();
  const cancelled = failureOf(
    (async () => {
      for await (const { type } of client.stream(request, { signal: controller.signal })) controller.abort(type);
    })(),
  );
  expect((await cancelled).code).toBe("cancelled");
  await expect.poll(() => closed).toEqual(["stream 0", "stream 1"]);
});

test("a deadline is for the whole stream, and a Space that falls silent is not waited for", async (context) => {
  const space = await startLocalSpace(context);
  space.on("/generate-text/stream", (response) => {
    response.writeHead(200, ndjson);
    response.write(`${JSON.stringify(token(1, "a"))}\n`);
  });
  const late = await failureOf(collect(connect(space).stream(request, { deadlineAt: Date.now() + 100 })));
  expect(late.code).toBe("deadline_exceeded");
  expect((await failureOf(collect(connect(space, { timeoutMs: 80 }).stream(request)))).code).toBe("deadline_exceeded");
});

test("what is wrong with a request is told with the Space's code and details, and not tried again", async (context) => {
  const details = { field: "grammar", pointer: "/properties/a", keyword: "not" };
  const refusal = {
    error: { code: "invalid_request", message: "The keyword not is not supported.", requestId: "r", retryable: false, details },
  };
  const space = await startLocalSpace(context, { "/generate-text": json(400, refusal), "/generate-text/stream": json(400, refusal) });
  const client = connect(space);
  expect(await failureOf(client.generate(request))).toMatchObject({ code: "invalid_request", details });
  expect(await failureOf(collect(client.stream(request)))).toMatchObject({ code: "invalid_request", details });
  expect(space.seen).toHaveLength(2);
});

test("facts, token counts and the probe", async (context) => {
  const info = {
    model_id: "test/tiny",
    model_sha: "r1",
    model_dtype: "int8",
    model_device_type: "cpu",
    model_pipeline_tag: "text-generation",
    max_concurrent_requests: 64,
    max_best_of: 16,
    max_stop_sequences: 16,
    max_input_tokens: 400,
    max_total_tokens: 512,
    validation_workers: 1,
    max_client_batch_size: 16,
    router: "outpost",
    version: "1",
    sha: null,
    docker_label: null,
    max_new_tokens: 256,
    default_new_tokens: 128,
    max_batch_size: 8,
    vocabulary_size: 4096,
    has_chat_template: true,
    default_sampling: { temperature: 0.7, top_p: 0.95 },
    capabilities: { prefix_reuse: true },
  };
  const space = await startLocalSpace(context, {
    "/info": json(200, info),
    "/count-tokens": json(200, { ...identity, tokens: 5 }),
    "/generate-text": json(200, { ...identity, answers: [], usage, timings }),
  });
  const client = connect(space);
  expect(client.identity()).toBeUndefined();
  expect(await client.info()).toMatchObject({
    ...identity,
    precision: "int8",
    contextTokens: 512,
    maxPromptTokens: 400,
    maxNewTokens: 256,
    defaultNewTokens: 128,
    maxConcurrentAnswers: 8,
    vocabularySize: 4096,
    hasChatTemplate: true,
    defaultSampling: { temperature: 0.7, topP: 0.95 },
    capabilities: { prefix_reuse: true },
  });
  expect(await client.countTokens({ messages: [{ role: "user", content: "Hi" }] })).toBe(5);
  expect(await client.probe()).toEqual(identity);
  expect(JSON.parse(space.seen.at(-1)?.body ?? "")).toMatchObject({ max_new_tokens: 1 });
});
