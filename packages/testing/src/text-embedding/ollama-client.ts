/** Ollama's own client against this Space. */
import { Ollama } from "ollama";
import { beforeAll, expect, test } from "vitest";
import type { EmbeddingSpace } from "./embedding-space.ts";
import { nearly } from "./nearly.ts";
import { createSpaceFixture } from "../space-fixture.ts";

/** Ollama's client: vectors, both generations of its embedding call, model management, errors, keys. */
export function testOllamaClient(target: EmbeddingSpace): void {
  const model = target.names.ollama;
  const space = createSpaceFixture(target);
  const locked = createSpaceFixture(target, { SPACE_API_KEYS: "space-key" });
  let ollama: Ollama;
  beforeAll(() => {
    ollama = new Ollama({ host: space.url });
  });

  test("embed takes a string or a list and always answers a list", async () => {
    const { vectors } = await space.service.embed({ texts: ["one", "two"] });
    const many = await ollama.embed({ model, input: ["one", "two"], keep_alive: "5m", options: { temperature: 0 } });
    expect(many.embeddings).toEqual(vectors.map(nearly));
    const tokens = ["one", "two"].flatMap((text) => space.service.tokenize(text, { addSpecialTokens: true })).length;
    expect(many).toMatchObject({ model, prompt_eval_count: tokens, load_duration: 0 });
    expect(Number.isInteger(many.total_duration)).toBe(true);
    const one = await ollama.embed({ model, input: "one" });
    expect(one.embeddings).toEqual(many.embeddings.slice(0, 1));
  });

  test("embed of an empty list answers an empty list", async () => {
    expect((await ollama.embed({ model, input: [] })).embeddings).toEqual([]);
  });

  test("the older embeddings call answers one vector", async () => {
    const { vectors } = await space.service.embed({ texts: ["one"] });
    expect((await ollama.embeddings({ model, prompt: "one" })).embedding).toEqual(nearly(vectors[0]));
  });

  test("list, show, pull and version find the model in place", async () => {
    const info = await space.service.info();
    const { models } = await ollama.list();
    expect(models).toMatchObject([{ name: info.model, model: info.model, digest: info.revision }]);
    expect(Number.isNaN(Date.parse(String(models[0]?.modified_at)))).toBe(false);
    const shown = await ollama.show({ model });
    expect(shown).toMatchObject({
      capabilities: ["embedding"],
      model_info: { "bert.embedding_length": info.dimensions, "bert.context_length": info.maxTokens },
    });
    expect(await ollama.pull({ model })).toEqual({ status: "success" });
    const statuses: string[] = [];
    for await (const progress of await ollama.pull({ model, stream: true })) statuses.push(progress.status);
    expect(statuses).toEqual(["success"]);
    expect((await ollama.version()).version).toMatch(/^\d+\.\d+\.\d+/);
  });

  test("what goes wrong is the client's message, as Ollama words it: one string", async () => {
    const { maxTokens } = await space.service.info();
    const tooLong = ollama.embed({ model, input: "word ".repeat(maxTokens + 1), truncate: false });
    await expect(tooLong).rejects.toMatchObject({ status_code: 400, message: expect.stringContaining(String(maxTokens)) as string });
    const many = ollama.embed({ model, input: Array.from({ length: 2049 }, () => "a") });
    await expect(many).rejects.toMatchObject({ status_code: 413, message: expect.stringContaining("2048") as string });
    const wrong = ollama.embed({ model, input: 5 as unknown as string });
    await expect(wrong).rejects.toMatchObject({ status_code: 400, message: expect.stringContaining("input must be a string") as string });
  });

  test("a key is sent as a header", async () => {
    const keyed = new Ollama({ host: locked.url, headers: { Authorization: "Bearer space-key" } });
    expect((await keyed.embed({ model, input: "a" })).embeddings).toHaveLength(1);
    await expect(new Ollama({ host: locked.url }).list()).rejects.toMatchObject({
      status_code: 401,
      message: expect.stringContaining("X-API-Key") as string,
    });
  });
}
