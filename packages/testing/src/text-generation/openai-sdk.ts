/** OpenAI's own SDK against this Space, with its defaults. */
import OpenAI, { APIUserAbortError, AuthenticationError, BadRequestError, NotFoundError, RateLimitError } from "openai";
import { zodResponseFormat } from "openai/helpers/zod";
import { describe, expect, test } from "vitest";
import { waitUntil } from "../wait-until.ts";
import { readMetric } from "./read-metric.ts";
import { createSpaceFixture } from "../space-fixture.ts";
import type { GenerationFixture, GenerationSpace } from "./generation-space.ts";
import { failureOf, idea, ideaSchema } from "./idea-schema.ts";

const model = "gpt-4o-mini";
const messages = [
  { role: "system", content: "You write slogans." },
  { role: "user", content: "A slogan for a lamp" },
] as const;

const connect = (space: GenerationFixture, apiKey = "any"): OpenAI => new OpenAI({ baseURL: `${space.url}/v1`, apiKey });
const ask = { model, messages: [...messages], seed: 11, temperature: 1, max_tokens: 24 };

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** Chat, completions, schemas, models, refusals, keys, a full queue, and leaving. */
export function testOpenAiSdk(target: GenerationSpace): void {
  const space = createSpaceFixture(target);
  testChat(space);
  testForms(space);
  testCompletions(space);
  testModels(space);
  testRefusals(space);
  testLeaving(space);
  testKeys(createSpaceFixture(target, { SPACE_API_KEYS: "first-key" }));
  testFullServer(createSpaceFixture(target, { MAX_CONCURRENT_REQUESTS: "1" }));
}

function testChat(space: GenerationFixture): void {
  describe("chat.completions", () => {
    test("answers, repeats the model's name, says why it ended and what it cost", async () => {
      const answer = await connect(space).chat.completions.create(ask);
      const [choice] = answer.choices;
      expect(choice?.message.content).not.toBe("");
      expect(answer).toMatchObject({ object: "chat.completion", model });
      expect(["stop", "length"]).toContain(choice?.finish_reason);
      expect(answer.usage?.total_tokens).toBe((answer.usage?.prompt_tokens ?? 0) + (answer.usage?.completion_tokens ?? 0));
      expect(answer.usage?.prompt_tokens).toBe(await space.service.countTokens({ messages: [...messages] }));
    });

    test("a stream with the same seed has the same text, its usage last", async () => {
      const client = connect(space);
      const whole = await client.chat.completions.create(ask);
      const chunks = await collect(await client.chat.completions.create({ ...ask, stream: true, stream_options: { include_usage: true } }));
      expect(chunks.map(({ choices }) => choices[0]?.delta.content ?? "").join("")).toBe(whole.choices[0]?.message.content);
      expect(chunks[0]?.choices[0]?.delta.role).toBe("assistant");
      expect(chunks.at(-2)?.choices[0]?.finish_reason).toBe(whole.choices[0]?.finish_reason);
      expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { completion_tokens: whole.usage?.completion_tokens } });
      expect(new Set(chunks.map(({ id }) => id)).size).toBe(1);
    });

    test("the SDK's own stream helper puts it together", async () => {
      const runner = connect(space).chat.completions.stream(ask);
      const whole = await connect(space).chat.completions.create(ask);
      expect(await runner.finalContent()).toBe(whole.choices[0]?.message.content);
    });

    test("one token is a length, temperature 0 always the same", async () => {
      const client = connect(space);
      const short = await client.chat.completions.create({ ...ask, max_tokens: 1 });
      expect([short.choices[0]?.finish_reason, short.usage?.completion_tokens]).toEqual(["length", 1]);
      const greedy = await Promise.all([1, 2].map((seed) => client.chat.completions.create({ ...ask, temperature: 0, seed })));
      expect(greedy[0]?.choices[0]?.message.content).toBe(greedy[1]?.choices[0]?.message.content);
    });

    test("n answers stand side by side, alike in a stream", async () => {
      const client = connect(space);
      const whole = await client.chat.completions.create({ ...ask, n: 3 });
      expect(whole.choices.map(({ index }) => index)).toEqual([0, 1, 2]);
      const texts = ["", "", ""];
      for await (const { choices } of await client.chat.completions.create({ ...ask, n: 3, stream: true }))
        for (const { index, delta } of choices) texts[index] += delta.content ?? "";
      expect(texts).toEqual(whole.choices.map(({ message }) => message.content));
    });

    test("an answer ends before a stop text, which is in no part of a stream", async () => {
      const client = connect(space);
      const whole = await client.chat.completions.create(ask);
      const text = whole.choices[0]?.message.content ?? "";
      const stop = text.slice(Math.floor(text.length / 2), Math.floor(text.length / 2) + 2);
      const expected = text.slice(0, text.indexOf(stop));
      const stopped = await client.chat.completions.create({ ...ask, stop });
      expect(stopped.choices[0]).toMatchObject({ message: { content: expected }, finish_reason: "stop" });
      const chunks = await collect(await client.chat.completions.create({ ...ask, stop: [stop, "never said"], stream: true }));
      expect(chunks.map(({ choices }) => choices[0]?.delta.content ?? "").join("")).toBe(expected);
    });

    test("logprobs tell every token and its alternatives; joined they are the text", async () => {
      const answer = await connect(space).chat.completions.create({ ...ask, logprobs: true, top_logprobs: 2 });
      const tokens = answer.choices[0]?.logprobs?.content ?? [];
      expect(tokens.map(({ token }) => token).join("")).toBe(answer.choices[0]?.message.content);
      expect(tokens.every(({ logprob, top_logprobs: top }) => logprob <= 0 && top.length > 0 && top.length <= 2)).toBe(true);
      expect(Buffer.from(tokens.flatMap(({ bytes }) => bytes ?? [])).toString()).toBe(answer.choices[0]?.message.content);
    });

    test("text in parts, a developer's message and max_completion_tokens are understood", async () => {
      const parts = [
        { role: "developer" as const, content: "You write slogans." },
        {
          role: "user" as const,
          content: [
            { type: "text" as const, text: "A slogan " },
            { type: "text" as const, text: "for a lamp" },
          ],
        },
      ];
      const client = connect(space);
      const [plain, inParts] = await Promise.all([
        client.chat.completions.create(ask),
        client.chat.completions.create({ model, messages: parts, seed: 11, temperature: 1, max_completion_tokens: 24 }),
      ]);
      expect(inParts.choices[0]?.message.content).toBe(plain.choices[0]?.message.content);
    });
  });
}

function testForms(space: GenerationFixture): void {
  describe("response_format", () => {
    const long = { ...ask, max_tokens: 200 };

    test("json_schema is obeyed, also by every one of several hot answers", async () => {
      const answer = await connect(space).chat.completions.create({
        ...long,
        temperature: 2,
        n: 4,
        response_format: { type: "json_schema", json_schema: { name: "idea", schema: ideaSchema, strict: true } },
      });
      for (const { message } of answer.choices) idea.parse(JSON.parse(message.content ?? ""));
      expect(answer.choices).toHaveLength(4);
    });

    test("the SDK's parse gives the object of a zod schema", async () => {
      const { choices } = await connect(space).chat.completions.parse({ ...long, response_format: zodResponseFormat(idea, "idea") });
      expect(idea.parse(choices[0]?.message.parsed)).toEqual(choices[0]?.message.parsed);
    });

    test("a stream of JSON is the same JSON", async () => {
      const responseFormat = { type: "json_schema" as const, json_schema: { name: "idea", schema: ideaSchema } };
      const chunks = await collect(
        await connect(space).chat.completions.create({ ...long, response_format: responseFormat, stream: true }),
      );
      const text = chunks.map(({ choices }) => choices[0]?.delta.content ?? "").join("");
      const whole = await connect(space).chat.completions.create({ ...long, response_format: responseFormat });
      expect(text).toBe(whole.choices[0]?.message.content);
      expect(idea.safeParse(JSON.parse(text)).success).toBe(true);
    });

    test("json_object is an object", async () => {
      const { choices } = await connect(space).chat.completions.create({ ...long, response_format: { type: "json_object" } });
      const value: unknown = JSON.parse(choices[0]?.message.content ?? "");
      expect([typeof value, Array.isArray(value)]).toEqual(["object", false]);
    });

    test("a schema that cannot fit into max_tokens is refused before anything is written", async () => {
      const failure = await failureOf(
        connect(space).chat.completions.create({
          ...ask,
          max_tokens: 3,
          response_format: { type: "json_schema", json_schema: { name: "idea", schema: ideaSchema } },
        }),
      );
      expect(failure).toBeInstanceOf(BadRequestError);
    });
  });
}

function testCompletions(space: GenerationFixture): void {
  describe("completions", () => {
    const request = { model, prompt: "The lamp", seed: 5, temperature: 1, max_tokens: 16 };

    test("go on with a text; echo puts it before", async () => {
      const client = connect(space);
      const plain = await client.completions.create(request);
      const echoed = await client.completions.create({ ...request, echo: true });
      expect(echoed.choices[0]?.text).toBe(`The lamp${plain.choices[0]?.text ?? ""}`);
      expect(plain.usage?.prompt_tokens).toBe(await space.service.countTokens({ prompt: "The lamp" }));
    });

    test("stream, with the whole text in the last part for Hugging Face's clients", async () => {
      const client = connect(space);
      const plain = await client.completions.create(request);
      const chunks = await collect(await client.completions.create({ ...request, stream: true }));
      expect(chunks.map(({ choices }) => choices[0]?.text ?? "").join("")).toBe(plain.choices[0]?.text);
      expect(chunks.at(-1)).toMatchObject({
        generated_text: plain.choices[0]?.text,
        choices: [{ finish_reason: plain.choices[0]?.finish_reason }],
      });
    });

    test("several prompts with several answers each come back in order", async () => {
      const { choices } = await connect(space).completions.create({ ...request, prompt: ["The lamp", "A bag"], n: 2, echo: true });
      expect(choices.map(({ index }) => index)).toEqual([0, 1, 2, 3]);
      expect(choices.map(({ text }) => text.startsWith("The lamp"))).toEqual([true, true, false, false]);
    });

    test("logprobs in the older form have the offset of each token", async () => {
      const { choices } = await connect(space).completions.create({ ...request, logprobs: 2 });
      const { tokens = [], text_offset: offsets = [], top_logprobs: top } = choices[0]?.logprobs ?? {};
      const text = choices[0]?.text ?? "";
      expect(tokens.map((token, at) => text.slice(offsets[at], (offsets[at] ?? 0) + token.length))).toEqual(tokens);
      expect(top).toHaveLength(tokens.length);
    });

    test("best_of gives the likeliest of what it drew", async () => {
      const { choices, usage } = await connect(space).completions.create({ ...request, best_of: 4 });
      expect(choices).toHaveLength(1);
      const alone = await connect(space).completions.create(request);
      expect(usage?.completion_tokens).toBeGreaterThan(alone.usage?.completion_tokens ?? 0);
    });
  });
}

function testModels(space: GenerationFixture): void {
  test("the served model is listed and retrieved by its name, slash and all; another one is not there", async () => {
    const client = connect(space);
    const { model: id } = await space.service.info();
    const listed = await collect(client.models.list());
    expect(listed).toMatchObject([{ id, object: "model" }]);
    expect(await client.models.retrieve(id)).toEqual(listed[0]);
    const failure = await failureOf(client.models.retrieve("gpt-5"));
    expect(failure).toBeInstanceOf(NotFoundError);
    expect(failure.message).toContain(id);
  });
}

function testRefusals(space: GenerationFixture): void {
  const tool = { type: "function" as const, function: { name: "search", parameters: { type: "object", properties: {} } } };
  const format = (schema: object) => ({
    type: "json_schema" as const,
    json_schema: { name: "x", schema: schema as Record<string, unknown> },
  });

  test.each<[string, object, string]>([
    ["tools", { tools: [tool] }, "tools"],
    ["logit_bias", { logit_bias: { 50: -100 } }, "logit_bias"],
    [
      "a picture",
      { messages: [{ role: "user", content: [{ type: "image_url", image_url: { url: "data:," } }] }] },
      "messages.0.content.0.type",
    ],
    ["a temperature below 0", { temperature: -1 }, "temperature"],
    ["top_p above 1", { top_p: 1.5 }, "top_p"],
    ["no messages", { messages: [] }, "messages"],
    ["an empty stop text", { stop: "" }, "stop"],
    ["guided_grammar", { guided_grammar: "root ::= 'a'" }, "guided_grammar"],
    ["two forms at once", { response_format: { type: "json_object" }, guided_json: {} }, "guided_json"],
  ])("%s: refused with the field's name", async (_name, fields, param) => {
    const failure = await failureOf<BadRequestError>(connect(space).chat.completions.create({ ...ask, ...fields } as typeof ask));
    expect(failure).toBeInstanceOf(BadRequestError);
    expect([failure.param, failure.type, failure.code]).toEqual([param, "invalid_request_error", "invalid_request"]);
  });

  test("a keyword of JSON Schema that is not supported is named", async () => {
    const schema = { type: "object", properties: { a: { type: "array", contains: { type: "string" } } } };
    const failure = await failureOf(connect(space).chat.completions.create({ ...ask, response_format: format(schema) }));
    expect(failure).toBeInstanceOf(BadRequestError);
    expect(failure.message).toContain("contains");
  });

  test("a prompt over the context is refused with the numbers, a bound over it is lowered and told", async () => {
    const { contextTokens } = await space.service.info();
    const tooLong = await failureOf<BadRequestError>(
      connect(space).chat.completions.create({ ...ask, messages: [{ role: "user", content: "word ".repeat(contextTokens * 2) }] }),
    );
    expect([tooLong.status, tooLong.code]).toEqual([400, "input_too_long"]);
    const format40 = { type: "json_schema" as const, json_schema: { name: "x", schema: { enum: ["yes"] } } };
    const lowered = await connect(space).chat.completions.create({ ...ask, max_tokens: contextTokens * 2, response_format: format40 });
    expect(lowered.choices[0]?.message.content).toBe('"yes"');
    expect((lowered as unknown as { warnings: string[] }).warnings[0]).toContain(String(contextTokens * 2));
  });

  test("what only shapes the drawing and is not known is told, not refused", async () => {
    const answer = await connect(space).chat.completions.create(Object.assign({ top_a: 0.2, user: "u-1" }, ask));
    expect((answer as unknown as { warnings: string[] }).warnings).toEqual(["top_a is not known here and was ignored."]);
  });
}

function testLeaving(space: GenerationFixture): void {
  test("a caller that leaves a stream ends the work", async () => {
    const client = connect(space);
    const before = await readMetric(space.url, /^tgi_request_failure\{err="dropped"\} (\d+)$/m);
    const stream = await client.chat.completions.create({ ...ask, max_tokens: 200, temperature: 2, n: 8, stream: true });
    for await (const { id } of stream) if (id !== "") stream.controller.abort();
    const dropped = await waitUntil(
      () => readMetric(space.url, /^tgi_request_failure\{err="dropped"\} (\d+)$/m),
      (count) => count > before,
    );
    expect(dropped).toBe(before + 1);
    await waitUntil(
      () => readMetric(space.url, /^outpost_requests_running (\d+)$/m),
      (running) => running === 0,
    );
  });

  test("a caller that leaves before the answer too", async () => {
    const controller = new AbortController();
    const answer = failureOf(connect(space).chat.completions.create({ ...ask, max_tokens: 200 }, { signal: controller.signal }));
    controller.abort();
    expect(await answer).toBeInstanceOf(APIUserAbortError);
    await waitUntil(
      () => readMetric(space.url, /^outpost_requests_running (\d+)$/m),
      (running) => running === 0,
    );
  });
}

function testKeys(locked: GenerationFixture): void {
  test("a key opens the Space; a wrong one is an AuthenticationError with our message", async () => {
    const { choices } = await connect(locked, "first-key").chat.completions.create(ask);
    expect(choices).toHaveLength(1);
    const failure = await failureOf(connect(locked, "wrong-key").chat.completions.create({ ...ask, stream: true }));
    expect(failure).toBeInstanceOf(AuthenticationError);
    expect(failure.message).toBe("401 The key is not one of this service's keys.");
  });
}

function testFullServer(small: GenerationFixture): void {
  test("a full server is a RateLimitError with the time to wait, never 503", async () => {
    const client = new OpenAI({ baseURL: `${small.url}/v1`, apiKey: "any", maxRetries: 0 });
    const running = await client.chat.completions.create({ ...ask, max_tokens: 200, n: 8, temperature: 2, stream: true });
    const failure = await failureOf<RateLimitError>(client.chat.completions.create(ask));
    expect(failure).toBeInstanceOf(RateLimitError);
    expect(Number(failure.headers?.get("retry-after-ms"))).toBeGreaterThan(0);
    running.controller.abort();
    const patient = new OpenAI({ baseURL: `${small.url}/v1`, apiKey: "any", maxRetries: 3 });
    expect((await patient.chat.completions.create(ask)).choices).toHaveLength(1);
  });
}
