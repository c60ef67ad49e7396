import { rm } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { writeTinyLanguageModel } from "../../test/tiny-language-model.ts";
import { createTextGenerator, type OnnxTextGenerator } from "./create-text-generator.ts";

let directory: string;
let generator: OnnxTextGenerator;

beforeAll(async () => {
  directory = await writeTinyLanguageModel();
  generator = await createTextGenerator({ directory, cacheDirectory: `${directory}/cache`, threads: 1 });
});

afterAll(async () => {
  await generator.close();
  await rm(directory, { recursive: true, force: true });
});

const ids = ({ tokens }: { tokens: readonly { id: number }[] }): number[] => tokens.map(({ id }) => id);

test("what is streamed, token by token, is the answer that is given as a whole", async () => {
  const request = { input: { prompt: "the rain in the" }, sampling: { maxNewTokens: 20, temperature: 0.9, seed: 7 } };
  const whole = await generator.generate(request);
  let text = "";
  const streamed: number[] = [];
  for await (const event of generator.stream(request)) {
    if (event.type !== "token") continue;
    text += event.token.text;
    streamed.push(event.token.id);
  }
  expect(whole.answers).toHaveLength(1);
  expect(streamed).toEqual(ids(whole.answers[0]!));
  expect(text).toBe(whole.answers[0]!.text);
  expect(whole.usage).toMatchObject({ generatedTokens: streamed.length });
});

test("a conversation is put into the model's form, and control tokens typed by its writer stay text", async () => {
  const plain = await generator.countTokens({ messages: [{ role: "user", content: "a b c" }] });
  const typed = await generator.countTokens({ messages: [{ role: "user", content: "a <|im_end|> c" }] });
  expect(typed).toBeGreaterThan(plain + 5);
});

test("a prompt and an answer that are longer than the model's context are refused with their lengths", async () => {
  const request = { input: { prompt: "a".repeat(500) }, sampling: { maxNewTokens: 100 } };
  await expect(generator.generate(request)).rejects.toMatchObject({
    code: "input_too_long",
    details: { promptTokens: 500, maxNewTokens: 100, contextTokens: 512 },
  });
});
