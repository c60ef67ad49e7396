/** This repository's own clients against the Space, as the apps use them. */
import { createOpenAiChatClient } from "@repo/client-kit/openai-chat-client";
import { createTextGeneratorClient } from "@repo/client-kit/text-generator-client";
import type { GenerationEvent } from "@repo/contracts/generate-text";
import { createChainGenerator } from "@repo/testing/text-generation/chain-generator";
import { defineGenerationSpace, type RunningGenerationSpace } from "@repo/testing/text-generation/generation-space";
import { failureOf, ideaSchema, idea } from "@repo/testing/text-generation/idea-schema";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createApp } from "./app.ts";
import { configSchema } from "./config.ts";

const generator = createChainGenerator({ tokenDelayMs: 1 });
let space: RunningGenerationSpace;
beforeAll(async () => {
  space = await defineGenerationSpace({ configSchema, createApp, createService: async () => await Promise.resolve(generator) }).start();
});
afterAll(async () => await space.close());

async function collect(events: AsyncIterable<GenerationEvent>): Promise<GenerationEvent[]> {
  const all: GenerationEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

describe("text-generator-client", () => {
  const request = { input: { prompt: "A small lamp" }, sampling: { seed: 5, maxNewTokens: 20, temperature: 1 }, answers: 2, topTokens: 2 };

  test("is the service, as if it were in this process", async () => {
    const client = createTextGeneratorClient({ url: space.url });
    const [near, far] = await Promise.all([generator.generate(request), client.generate(request)]);
    expect(far.answers).toEqual(near.answers);
    expect([far.model, far.usage.generatedTokens]).toEqual([near.model, near.usage.generatedTokens]);
    expect(await client.info()).toEqual(await generator.info());
    expect(await client.countTokens(request.input)).toBe(await generator.countTokens(request.input));
    expect(await client.probe()).toEqual(near.model);
  });

  test("streams the same events", async () => {
    const client = createTextGeneratorClient({ url: space.url });
    const [near, far] = await Promise.all([collect(generator.stream(request)), collect(client.stream(request))]);
    const told = (events: GenerationEvent[]) => events.filter(({ type }) => type !== "end");
    expect(told(far)).toEqual(told(near));
    expect(far.at(-1)?.type).toBe("end");
  });

  test("whoever leaves the loop frees the place at the Space", async () => {
    const client = createTextGeneratorClient({ url: space.url });
    const before = generator.cancelled;
    for await (const { type } of client.stream({ ...request, sampling: { maxNewTokens: 200, temperature: 4 } }))
      if (type === "token") break;
    await expect.poll(() => [generator.running, generator.cancelled], { timeout: 10_000 }).toEqual([0, before + 1]);
  });

  test("a grammar is obeyed, and one that is not supported is refused with its keyword", async () => {
    const client = createTextGeneratorClient({ url: space.url });
    const sampling = { maxNewTokens: 200 };
    const { answers } = await client.generate({ ...request, sampling, grammar: { type: "json_schema", schema: ideaSchema } });
    for (const { text } of answers) idea.parse(JSON.parse(text));
    const refused = failureOf(client.generate({ ...request, sampling, grammar: { type: "json_schema", schema: { not: {} } } }));
    expect(await refused).toMatchObject({ code: "invalid_request", details: { keyword: "not" } });
  });
});

test("openai-chat-client, as the memory-server asks for facts: 2,000 tokens and a schema", async () => {
  const schema = {
    type: "object",
    properties: { facts: { type: "array", items: { type: "string" } } },
    required: ["facts"],
    additionalProperties: false,
  };
  const client = createOpenAiChatClient({ baseUrl: `${space.url}/v1` });
  const answer = await client.complete({
    model: "any",
    messages: [
      { role: "system", content: "Write down facts." },
      { role: "user", content: "I live in Rome." },
    ],
    temperature: 0.1,
    max_tokens: 2000,
    response_format: { type: "json_schema", json_schema: { name: "facts", schema, strict: true } },
  });
  const { facts } = JSON.parse(answer.choices[0]?.message.content ?? "") as { facts: unknown[] };
  expect(facts.every((fact) => typeof fact === "string")).toBe(true);
  expect(answer.choices[0]?.finish_reason).toBe("stop");
  client.close();
});
