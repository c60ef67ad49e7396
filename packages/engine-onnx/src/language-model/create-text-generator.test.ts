import { rm } from "node:fs/promises";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { GenerationEvent, GenerationRequest } from "@repo/contracts/generate-text";
import { writeTinyLanguageModel } from "../../test/tiny-language-model.ts";
import { createTextGenerator, type OnnxTextGenerator } from "./create-text-generator.ts";

// Threads that start and load a model: seconds each where others use the machine too.
vi.setConfig({ testTimeout: 180_000 });

let directory: string;
let generator: OnnxTextGenerator;

beforeAll(async () => {
  directory = await writeTinyLanguageModel();
  generator = await createTextGenerator({ directory, cacheDirectory: `${directory}/cache`, threads: 1 });
}, 180_000);

afterAll(async () => {
  await generator.close();
  await rm(directory, { recursive: true, force: true });
});

const ids = (answer: { tokens: readonly { id: number }[] } | undefined): number[] => answer?.tokens.map(({ id }) => id) ?? [];

async function open(options: Partial<Parameters<typeof createTextGenerator>[0]>): Promise<OnnxTextGenerator> {
  return createTextGenerator({ directory, cacheDirectory: `${directory}/cache`, threads: 1, ...options });
}

async function collect(request: GenerationRequest): Promise<GenerationEvent[]> {
  const events: GenerationEvent[] = [];
  for await (const event of generator.stream(request)) events.push(event);
  return events;
}

test("what is streamed, token by token, is the answer that is given as a whole", async () => {
  const request = { input: { prompt: "the rain in the" }, sampling: { maxNewTokens: 20, temperature: 0.9, seed: 7 } };
  const whole = await generator.generate(request);
  const events = await collect(request);
  const tokens = events.flatMap((event) => (event.type === "token" ? [event.token] : []));
  expect(whole.answers).toHaveLength(1);
  expect(tokens.map(({ id }) => id)).toEqual(ids(whole.answers[0]));
  expect(tokens.map(({ text }) => text).join("")).toBe(whole.answers[0]?.text);
  expect(events.at(-1)).toMatchObject({ type: "end", usage: { promptTokens: whole.usage.promptTokens, generatedTokens: tokens.length } });
});

test("the same seed gives the same answer, another seed another, and none a new one each time, which its seed gives again", async () => {
  const ask = async (seed?: number) => {
    const { answers } = await generator.generate({
      input: { prompt: "say" },
      sampling: { maxNewTokens: 16, temperature: 1.5, ...(seed === undefined ? {} : { seed }) },
    });
    return { text: answers[0]?.text, seed: answers[0]?.seed };
  };
  const [first, second, other, random] = [await ask(1), await ask(1), await ask(2), await ask()];
  expect(first).toEqual(second);
  expect(other.text).not.toBe(first.text);
  expect((await ask(random.seed)).text).toBe(random.text);
  expect((await ask()).text).not.toBe(random.text);
});

test("the probabilities of the tokens and of their alternatives are told", async () => {
  const { answers } = await generator.generate({ input: { prompt: "say" }, topTokens: 3, sampling: { maxNewTokens: 5, temperature: 0 } });
  for (const { id, logProbability, top } of answers[0]?.tokens ?? []) {
    expect(top).toHaveLength(3);
    expect(top?.[0]).toMatchObject({ id, logProbability });
    expect(top?.[1]?.logProbability).toBeLessThanOrEqual(logProbability);
    expect(logProbability).toBeLessThan(0);
  }
});

test("a stop string ends the answer and is not part of it", async () => {
  const sampling = { maxNewTokens: 30, temperature: 0 };
  const free = (await generator.generate({ input: { prompt: "say" }, sampling })).answers[0]?.text as string;
  const stop = free.slice(6, 9);
  const stopped = await generator.generate({ input: { prompt: "say" }, sampling: { ...sampling, stop: ["never", stop] } });
  expect(stopped.answers[0]).toMatchObject({ finishReason: "stop", stoppedBy: stop, text: free.slice(0, free.indexOf(stop)) });
});

test("a conversation is put into the model's form, and control tokens typed by its writer stay text", async () => {
  const plain = await generator.countTokens({ messages: [{ role: "user", content: "a b c" }] });
  const typed = await generator.countTokens({ messages: [{ role: "user", content: "a <|im_end|> c" }] });
  expect(typed).toBeGreaterThan(plain + 5);
});

test("a prompt and an answer that are longer than the model's context are refused with their lengths, also a megabyte", async () => {
  const request = { input: { prompt: "a".repeat(500) }, sampling: { maxNewTokens: 100 } };
  await expect(generator.generate(request)).rejects.toMatchObject({
    code: "input_too_long",
    details: { promptTokens: 500, maxNewTokens: 100, contextTokens: 512 },
  });
  await expect(generator.generate({ input: { prompt: "a b ".repeat(262_144) } })).rejects.toMatchObject({ code: "input_too_long" });
});

test("an answer whose length nobody names ends with the context", async () => {
  const { answers, usage } = await generator.generate({ input: { prompt: "a".repeat(480) }, sampling: { temperature: 1, seed: 1 } });
  expect(usage.promptTokens + (answers[0]?.tokens.length ?? 0)).toBeLessThanOrEqual(512);
});

test.each([
  [{ sampling: { temperature: Number.NaN } }],
  [{ sampling: { topP: 0 } }],
  [{ sampling: { stop: [""] } }],
  [{ sampling: { maxNewTokens: 100_000 } }],
  [{ answers: 17 }],
  [{ topTokens: -1 }],
  [{ input: { prompt: "" } }],
  [{ input: { messages: [] } }],
  [{ grammar: { type: "json_schema", schema: { type: "string", format: "iri" } } }],
  [{ grammar: { type: "choice", choices: ["far too long for two tokens"] }, sampling: { maxNewTokens: 2 } }],
] as Partial<GenerationRequest>[][])("%j is refused as it is", async (wrong) => {
  await expect(generator.generate({ input: { prompt: "a" }, ...wrong })).rejects.toMatchObject({ code: "invalid_request" });
});

test("whoever leaves, by signal, deadline or by leaving the loop, frees the place at once", async () => {
  const long = { input: { prompt: "go on" }, sampling: { maxNewTokens: 400, temperature: 2, seed: 1 } };
  // The whole answer takes some 30 ms where nothing else runs.
  const abort = new AbortController();
  const left = generator.generate(long, { signal: abort.signal });
  setTimeout(() => abort.abort(), 2);
  await expect(left).rejects.toMatchObject({ code: "cancelled" });
  await expect(generator.generate(long, { deadlineAt: Date.now() + 2 })).rejects.toMatchObject({ code: "deadline_exceeded" });
  for await (const event of generator.stream(long)) if (event.type === "token") break;
  await generator.generate({ input: { prompt: "a" }, sampling: { maxNewTokens: 1 } });
  expect(generator.stats()).toMatchObject({ activeRows: 0, queued: 0 });
  await expect(generator.generate(long, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: "cancelled" });
});

test("requests that find the queue full are told when to come again", async () => {
  const small = await open({ maxConcurrentAnswers: 1, maxQueuedRequests: 2 });
  const request = { input: { prompt: "a" }, sampling: { maxNewTokens: 60, temperature: 1, seed: 1 } };
  const results = await Promise.allSettled(Array.from({ length: 8 }, () => small.generate(request)));
  const refused = results.flatMap((result) =>
    result.status === "rejected" ? [result.reason as { code: string; retryAfterMs: number }] : [],
  );
  expect(refused.length).toBeGreaterThanOrEqual(5);
  for (const { code, retryAfterMs } of refused) {
    expect(code).toBe("overloaded");
    expect(retryAfterMs).toBeGreaterThanOrEqual(100);
  }
  await small.close();
});

test("closing finishes what was accepted and refuses what comes later", async () => {
  const closing = await open({});
  const request = { input: { prompt: "a" }, sampling: { maxNewTokens: 50, temperature: 1, seed: 4 } };
  const accepted = closing.generate(request);
  await new Promise((resolve) => setTimeout(resolve, 20));
  const closed = closing.close();
  await expect(closing.generate(request)).rejects.toMatchObject({ code: "model_unavailable" });
  expect((await accepted).answers[0]?.tokens.length).toBeGreaterThan(0);
  await closed;
});

test("what the graph can do was tried, and is told with what was measured", async () => {
  const { capabilities, ...info } = await generator.info();
  expect(capabilities).toMatchObject({
    batched_decode: true,
    chunked_prefill: true,
    prefix_reuse: true,
    forked_answers: true,
    wanted_logits: true,
    new_keys_only: true,
  });
  expect(capabilities["ms_per_token"]).toBeGreaterThan(0);
  expect(info).toMatchObject({ precision: "fp32", contextTokens: 512, maxPromptTokens: 511, hasChatTemplate: true, vocabularySize: 276 });
  await generator.probe();
});

test.each([
  { precision: "int8" as const },
  { precision: "q4" as const },
  { hasOwnRotary: true },
  { config: { model_type: "qwen3" } },
  { config: { model_type: "gemma3_text", query_pre_attn_scalar: 16, sliding_window: 8 } },
])("every feature works with %j", async (options) => {
  const folder = await writeTinyLanguageModel(options);
  const model = await open({ directory: folder });
  const { capabilities } = await model.info();
  expect(capabilities).toMatchObject({ batched_decode: true, chunked_prefill: true, prefix_reuse: true, forked_answers: true });
  await model.close();
  await rm(folder, { recursive: true, force: true });
});

test("a graph that keeps its own keys and values is run as it is, one text after the other", async () => {
  const folder = await writeTinyLanguageModel({ hasPlainPresents: true });
  const model = await open({ directory: folder });
  const { capabilities, maxConcurrentAnswers } = await model.info();
  expect(capabilities).toMatchObject({ new_keys_only: false, batched_decode: false, prefix_reuse: false });
  expect(maxConcurrentAnswers).toBe(1);
  const request = { input: { prompt: "the rain in the" }, answers: 2, sampling: { maxNewTokens: 12, temperature: 1, seed: 7 } };
  const [own, together] = await Promise.all([model.generate(request), model.generate({ ...request, answers: 1 })]);
  const expected = await generator.generate(request);
  expect(own.answers.map(ids)).toEqual(expected.answers.map(ids));
  expect(ids(together.answers[0])).toEqual(ids(expected.answers[0]));
  const forced = await model.generate({ input: { prompt: "a" }, grammar: { type: "choice", choices: ["the one and only"] } });
  expect(forced.answers[0]).toMatchObject({ text: "the one and only", finishReason: "eos" });
  await model.close();
  await rm(folder, { recursive: true, force: true });
});
