/** The original's client, its diagnostics and its guides, as they send their requests over the wire. */
import { originalGenerateResponse, originalPaths } from "@repo/contracts/original-generation";
import { describe, expect, test } from "vitest";
import { createSpaceFixture } from "../space-fixture.ts";
import type { GenerationFixture, GenerationSpace } from "./generation-space.ts";
import { readJsonEvents } from "./read-events.ts";

const prompt = "A slogan for a lamp";
const parameters = { max_new_tokens: 16, temperature: 1, seed: 21 };

/** Every body on every path, contexts and history, several answers, and lengths that do not fit. */
export function testOriginalWire(target: GenerationSpace): void {
  const space = createSpaceFixture(target);
  const ask = async (body: object, path = "/api/generate") => {
    const response = await space.post(path, body);
    expect(response.status).toBe(200);
    return originalGenerateResponse.parse(await response.json());
  };
  testPaths(space);
  testPrompts(ask, space);

  test("the client's own request: 1,024 tokens of any model, lowered where they do not fit", async () => {
    const { contextTokens } = await space.service.info();
    const asked = contextTokens * 2;
    const body = {
      inputs: prompt,
      parameters: { max_new_tokens: asked, temperature: 0.7, return_full_text: false, grammar: { type: "choice", value: ["a"] } },
    };
    const answer = await ask(body);
    expect(answer.generated_text).toBe("a");
    expect(answer.warnings?.[0]).toContain(`from ${asked} tokens to`);
  });

  test("return_full_text puts the prompt before the answer; it is not the default", async () => {
    const plain = await ask({ inputs: prompt, parameters });
    const full = await ask({ inputs: prompt, parameters: { ...parameters, return_full_text: true } });
    expect(full.generated_text).toBe(prompt + plain.generated_text);
  });

  test("several answers at once", async () => {
    const { generated_texts: texts = [], generated_text: first } = await ask({
      inputs: prompt,
      parameters: { ...parameters, num_return_sequences: 3 },
    });
    expect(texts).toHaveLength(3);
    expect(first).toBe(texts[0]);
  });

  test("a stream is text-generation-inference's", async () => {
    const plain = await ask({ inputs: prompt, parameters });
    const events = await readJsonEvents<{ generated_text: string | null }>(
      await space.post("/api/generate", { inputs: prompt, parameters, stream: true }),
    );
    expect(events.at(-1)?.generated_text).toBe(plain.generated_text);
  });

  test("the original's shorthand for objects", async () => {
    const format = { type: "json_schema", schema: { title: "string", pros: "string[]" } };
    const { generated_text: text } = await ask({
      inputs: prompt,
      parameters: { ...parameters, max_new_tokens: 200, response_format: format },
    });
    expect(JSON.parse(text)).toEqual({ title: expect.any(String) as string, pros: expect.any(Array) as unknown[] });
  });

  test("two prompts, or none, are refused", async () => {
    for (const body of [{ inputs: "a", text: "b" }, {}, { data: [] }, { data: [5] }, { query: 5 }]) {
      const refused = await space.post("/api/generate", body);
      expect(refused.status).toBe(422);
      expect(typeof ((await refused.json()) as { error: unknown }).error).toBe("string");
    }
  });
}

function testPaths(space: GenerationFixture): void {
  const bodies = {
    inputs: { inputs: prompt, parameters },
    "prompt and params": { prompt, params: parameters },
    text: { text: prompt, ...parameters },
    query: { query: prompt, ...parameters },
  };
  describe.each(originalPaths)("%s", (path) => {
    test.each(Object.entries(bodies))("%s", async (_name, body) => {
      const response = await space.post(path, body);
      const answer = originalGenerateResponse.parse(await response.json());
      const { model, revision } = await space.service.info();
      expect(answer).toMatchObject({ model, model_version: revision, seed: 21, context_applied: false, abstraction_applied: false });
      expect(answer.generated_text).not.toBe("");
      expect(response.headers.get("x-model")).toBe(model);
    });

    test("Gradio's data", async () => {
      const answer = (await (await space.post(path, { data: [prompt, parameters], fn_index: 0, session_hash: "x" })).json()) as {
        data: unknown;
      };
      const { generated_text: text } = originalGenerateResponse.parse(answer);
      expect(answer.data).toEqual([text]);
      expect(answer).not.toHaveProperty("warnings");
    });
  });

  test("the root takes them too", async () => {
    for (const [name, body] of Object.entries(bodies)) {
      if (name === "inputs") continue;
      originalGenerateResponse.parse(await (await space.post("/", body)).json());
    }
    expect(await (await space.post("/", { data: [prompt, parameters] })).json()).toMatchObject({ data: [expect.any(String)] });
  });
}

function testPrompts(
  ask: (body: object) => Promise<{ usage: { prompt_tokens: number }; context_applied: boolean; abstraction_applied: boolean }>,
  space: GenerationFixture,
): void {
  const context = { company_name: "Acme", industry: ["lamps", "bags"] };

  test("contexts go before the prompt and are told, as objects and as JSON", async () => {
    const plain = await ask({ prompt, params: parameters });
    const asObject = await ask({ prompt, params: { ...parameters, context } });
    const asText = await ask({
      prompt,
      params: { ...parameters, context: JSON.stringify(context), abstraction_context: { pattern: "growth" } },
    });
    expect([plain.context_applied, asObject.context_applied, asText.context_applied]).toEqual([false, true, true]);
    expect([asObject.abstraction_applied, asText.abstraction_applied]).toEqual([false, true]);
    expect(asObject.usage.prompt_tokens).toBeGreaterThan(plain.usage.prompt_tokens);
    expect(asText.usage.prompt_tokens).toBeGreaterThan(asObject.usage.prompt_tokens);
    expect((await ask({ prompt, params: { ...parameters, context: {} } })).context_applied).toBe(false);
  });

  test("a history that repeats the prompt says it once", async () => {
    const history = [
      { role: "user", content: "Hello" },
      { role: "assistant", content: "Hi" },
    ];
    const once = await ask({ prompt, params: { ...parameters, conversation_history: history } });
    const twice = await ask({ prompt, params: { ...parameters, conversation_history: [...history, { role: "user", content: prompt }] } });
    expect(twice.usage.prompt_tokens).toBe(once.usage.prompt_tokens);
    expect(once.usage.prompt_tokens).toBe(
      await space.service.countTokens({
        messages: [
          { role: "user", content: "Hello" },
          { role: "assistant", content: "Hi" },
          { role: "user", content: prompt },
        ],
      }),
    );
  });

  test("chat_template false goes on with the prompt as it stands", async () => {
    const { usage } = await ask({ inputs: prompt, parameters: { ...parameters, chat_template: false } });
    expect(usage.prompt_tokens).toBe(await space.service.countTokens({ prompt }));
  });
}
