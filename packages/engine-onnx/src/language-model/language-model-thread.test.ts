import { rm } from "node:fs/promises";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { writeTinyLanguageModel } from "../../test/tiny-language-model.ts";
import { createTextGenerator, type OnnxTextGenerator, type TextGeneratorOptions } from "./create-text-generator.ts";

// Threads that start and load a model: seconds each where others use the machine too.
vi.setConfig({ testTimeout: 180_000 });

const workerEntry = new URL("../../test/dying-language-model-worker.ts", import.meta.url);
let directory: string;
let expected: string;
let generator: OnnxTextGenerator | undefined;

const request = (...stop: string[]) => ({
  input: { prompt: "the rain in the" },
  sampling: { maxNewTokens: 30, temperature: 1, seed: 3, stop },
});

beforeAll(async () => {
  directory = await writeTinyLanguageModel();
  const sound = await open();
  expected = (await sound.generate(request())).answers[0]?.text as string;
  await sound.close();
}, 180_000);

afterEach(async () => {
  await generator?.close();
  generator = undefined;
});

afterAll(() => rm(directory, { recursive: true, force: true }));

async function open(options: Partial<TextGeneratorOptions> = {}): Promise<OnnxTextGenerator> {
  generator = await createTextGenerator({ directory, cacheDirectory: `${directory}/cache`, threads: 1, ...options });
  return generator;
}

test("when the thread dies, what it was writing goes on in another one, and nothing is told twice", async () => {
  const dying = await open({ workerEntry });
  const other = dying.generate({ ...request(), answers: 2 });
  let text = "";
  for await (const event of dying.stream(request("die once"))) if (event.type === "token") text += event.token.text;
  expect(text).toBe(expected);
  expect((await other).answers[0]?.text).toBe(expected);
  expect(dying.status().workers).toMatchObject([{ restarts: 1 }]);
});

test("when the thread hangs, it is replaced, and a probe fails meanwhile", async () => {
  const hanging = await open({ workerEntry, watchdogMs: 1000 });
  const answer = hanging.generate(request("hang once"));
  await vi.waitFor(() => expect(hanging.stats().generatedTokens).toBeGreaterThanOrEqual(5), 5000);
  await expect(hanging.probe()).rejects.toMatchObject({ code: "model_unavailable" });
  expect((await answer).answers[0]?.text).toBe(expected);
  await hanging.probe();
});

test("a request that is there when two threads die fails, and the next one is served", async () => {
  const dying = await open({ workerEntry });
  await expect(dying.generate(request("die always"))).rejects.toMatchObject({ code: "inference_failed" });
  expect((await dying.generate(request())).answers[0]?.text).toBe(expected);
});
