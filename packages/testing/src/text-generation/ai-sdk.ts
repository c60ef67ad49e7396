/** Vercel's AI SDK with its provider for OpenAI-compatible servers against this Space. */
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { generateText, jsonSchema, Output, streamText } from "ai";
import { expect, test } from "vitest";
import { createSpaceFixture } from "../space-fixture.ts";
import type { GenerationFixture, GenerationSpace } from "./generation-space.ts";
import { failureOf, idea, ideaSchema } from "./idea-schema.ts";

const connect = (space: GenerationFixture, supportsStructuredOutputs = true) =>
  createOpenAICompatible({ name: "space", baseURL: `${space.url}/v1`, apiKey: "any", includeUsage: true, supportsStructuredOutputs })(
    "any",
  );

const prompt = "A slogan for a lamp";
const settings = { seed: 9, temperature: 1, maxOutputTokens: 24, maxRetries: 0 };

/** generateText, streamText, and objects in every way it has of asking for them. */
export function testAiSdk(target: GenerationSpace): void {
  const space = createSpaceFixture(target);

  test("generateText and streamText give one text, usage and reason", async () => {
    const whole = await generateText({ model: connect(space), prompt, system: "You write slogans.", ...settings });
    const stream = streamText({ model: connect(space), prompt, system: "You write slogans.", ...settings });
    let text = "";
    for await (const part of stream.textStream) text += part;
    expect(text).toBe(whole.text);
    expect(["stop", "length"]).toContain(whole.finishReason);
    expect(await stream.finishReason).toBe(whole.finishReason);
    expect((await stream.usage).outputTokens).toBe(whole.usage.outputTokens);
    expect(whole.usage.inputTokens).toBeGreaterThan(0);
  });

  test("an object of a zod schema, whole and growing", async () => {
    const long = { ...settings, maxOutputTokens: 200 };
    const { output } = await generateText({ model: connect(space), prompt, output: Output.object({ schema: idea }), ...long });
    expect(idea.parse(output)).toEqual(output);
    const stream = streamText({ model: connect(space), prompt, output: Output.object({ schema: idea }), ...long });
    const partial: unknown[] = [];
    for await (const part of stream.partialOutputStream) partial.push(part);
    expect(partial.length).toBeGreaterThan(1);
    expect(await stream.output).toEqual(partial.at(-1));
  });

  test("an array, a choice and a bare JSON Schema", async () => {
    const long = { ...settings, maxOutputTokens: 300 };
    const list = await generateText({ model: connect(space), prompt, output: Output.array({ element: idea }), ...long });
    for (const element of list.output) idea.parse(element);
    const choice = await generateText({ model: connect(space), prompt, output: Output.choice({ options: ["warm", "cold"] }), ...long });
    expect(["warm", "cold"]).toContain(choice.output);
    const bare = await generateText({
      model: connect(space),
      prompt,
      output: Output.object({ schema: jsonSchema(ideaSchema as object) }),
      ...long,
    });
    expect(idea.safeParse(bare.output).success).toBe(true);
  });

  test("without supportsStructuredOutputs it asks for any object, and gets one", async () => {
    const { output } = await generateText({
      model: connect(space, false),
      prompt,
      output: Output.json(),
      ...settings,
      maxOutputTokens: 200,
    });
    expect(typeof output).toBe("object");
  });

  test("a refusal carries our message", async () => {
    const failure = await failureOf(generateText({ model: connect(space), prompt, ...settings, temperature: -1 }));
    expect(failure.message).toContain("temperature");
  });
}
