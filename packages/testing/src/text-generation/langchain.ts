/** LangChain's ChatOpenAI and OpenAI against this Space. */
import { ChatOpenAI, OpenAI } from "@langchain/openai";
import { expect, test } from "vitest";
import { createSpaceFixture } from "../space-fixture.ts";
import type { GenerationFixture, GenerationSpace } from "./generation-space.ts";
import { failureOf, idea, ideaSchema } from "./idea-schema.ts";

const settings = { apiKey: "any", temperature: 1, maxTokens: 24, maxRetries: 0, modelKwargs: { seed: 4 } };
const chat = (space: GenerationFixture, more: { maxTokens?: number } = {}) =>
  new ChatOpenAI({ ...settings, ...more, model: "any", configuration: { baseURL: `${space.url}/v1` } });

/** Chats whole and streamed, objects, and plain completions. */
export function testLangchain(target: GenerationSpace): void {
  const space = createSpaceFixture(target);

  test("invoke and stream give one text", async () => {
    const whole = await chat(space).invoke("A slogan for a lamp");
    let text = "";
    for await (const chunk of await chat(space).stream("A slogan for a lamp")) text += chunk.text;
    expect(text).toBe(whole.text);
    expect(whole).toHaveProperty("usage_metadata.output_tokens");
  });

  test("withStructuredOutput by JSON Schema", async () => {
    const structured = chat(space, { maxTokens: 200 }).withStructuredOutput(ideaSchema, { method: "jsonSchema", name: "idea" });
    expect(idea.safeParse(await structured.invoke("An idea for a lamp")).success).toBe(true);
  });

  test("its tools are refused by name", async () => {
    const structured = chat(space).withStructuredOutput(ideaSchema, { method: "functionCalling", name: "idea" });
    expect((await failureOf(structured.invoke("An idea"))).message).toContain("tools");
  });

  test("completions", async () => {
    const model = new OpenAI({ ...settings, model: "any", configuration: { baseURL: `${space.url}/v1` } });
    expect(await model.invoke("The lamp")).not.toBe("");
  });
}
