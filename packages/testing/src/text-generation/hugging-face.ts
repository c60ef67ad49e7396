/** @huggingface/inference against this Space as its endpointUrl, and what LangChain's HuggingFaceInference makes of it. */
import { InferenceClient } from "@huggingface/inference";
import { expect, test } from "vitest";
import { createSpaceFixture } from "../space-fixture.ts";
import type { GenerationFixture, GenerationSpace } from "./generation-space.ts";
import { failureOf, idea, ideaSchema } from "./idea-schema.ts";

const parameters = { max_new_tokens: 16, temperature: 1, seed: 3 };
const inputs = "The lamp";
const connect = (space: GenerationFixture, key = ""): InferenceClient => new InferenceClient(key, { endpointUrl: space.url });

/** textGeneration and chatCompletion, whole and streamed, and errors as this client shows them. */
export function testHuggingFaceClient(target: GenerationSpace): void {
  const space = createSpaceFixture(target);
  const locked = createSpaceFixture(target, { SPACE_API_KEYS: "space-key" });

  test("textGeneration and textGenerationStream give one text", async () => {
    const { generated_text: whole } = await connect(space).textGeneration({ inputs, parameters });
    let text = "";
    let last: { generated_text: string | null } | undefined;
    for await (const event of connect(space).textGenerationStream({ inputs, parameters })) {
      // Typed as text-generation-inference's events, which is what LangChain reads.
      if (!event.token.special) text += event.token.text;
      last = event;
    }
    expect(text).toBe(whole);
    expect(last?.generated_text).toBe(whole);
    expect(whole.startsWith(inputs)).toBe(false);
  });

  test("LangChain's fields are understood: return_full_text, stop, top_k, repetition_penalty", async () => {
    const neutral = { ...parameters, top_k: 0, top_p: 1, repetition_penalty: 1, do_sample: true };
    const { generated_text: plain } = await connect(space).textGeneration({ inputs, parameters: neutral });
    const full = await connect(space).textGeneration({ inputs, parameters: { ...neutral, return_full_text: true, stop: ["never said"] } });
    expect(full.generated_text).toBe(inputs + plain);
  });

  test("chatCompletion and chatCompletionStream give one text", async () => {
    const request = { messages: [{ role: "user", content: "A slogan" }], max_tokens: 16, seed: 3, temperature: 1 };
    const whole = await connect(space).chatCompletion(request);
    let text = "";
    for await (const chunk of connect(space).chatCompletionStream(request)) text += chunk.choices[0]?.delta.content ?? "";
    expect(text).toBe(whole.choices[0]?.message.content);
  });

  test("a grammar in text-generation-inference's words, and Python's rewriting of json_schema", async () => {
    const grammar = { type: "json", value: ideaSchema };
    const { generated_text: text } = await connect(space).textGeneration({
      inputs,
      parameters: { ...parameters, max_new_tokens: 200, grammar } as never,
    });
    idea.parse(JSON.parse(text));
    const rewritten = { type: "json_object", value: ideaSchema } as never;
    const chat = await connect(space).chatCompletion({
      messages: [{ role: "user", content: "x" }],
      max_tokens: 200,
      response_format: rewritten,
    });
    expect(idea.safeParse(JSON.parse(chat.choices[0]?.message.content ?? "")).success).toBe(true);
  });

  test("refusals are told in words, whole and streamed", async () => {
    const wrong = { inputs, parameters: { ...parameters, temperature: -1 } };
    // Its message of a whole answer's error is "[object Object]" for OpenAI's errors, whoever sends them; the body has the words.
    const whole = await failureOf(connect(space).textGeneration(wrong));
    expect(whole).toMatchObject({ httpResponse: { status: 400, body: { message: expect.stringContaining("temperature") as string } } });
    const streamed = await failureOf(connect(space).textGenerationStream(wrong).next());
    expect(streamed.message).toContain("temperature");
    const chat = await failureOf(connect(space).chatCompletion({ messages: [], max_tokens: 5 }));
    expect(chat).toMatchObject({ httpResponse: { body: { message: expect.stringContaining("messages") as string } } });
  });

  test("accessToken is the Space's key", async () => {
    expect((await connect(locked, "space-key").textGeneration({ inputs, parameters })).generated_text).not.toBe("");
    expect(await failureOf(connect(locked, "hf_other").textGeneration({ inputs, parameters }))).toMatchObject({
      httpResponse: { status: 401 },
    });
  });
}
