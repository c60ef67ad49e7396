/** LangChain's OpenAIEmbeddings against this Space, with its defaults: batches of 512, two at a time. */
import { OpenAIEmbeddings } from "@langchain/openai";
import { expect, test } from "vitest";
import type { EmbeddingSpace } from "./embedding-space.ts";
import { fingerprint } from "./nearly.ts";
import { createSpaceFixture, type SpaceFixture } from "../space-fixture.ts";

const embeddings = (at: SpaceFixture, apiKey: string) => new OpenAIEmbeddings({ apiKey, configuration: { baseURL: `${at.url}/v1` } });

/** LangChain's OpenAIEmbeddings: batches, empty documents, queries, keys, dimensions. */
export function testLangchainClient(target: EmbeddingSpace): void {
  const space = createSpaceFixture(target);
  const locked = createSpaceFixture(target, { SPACE_API_KEYS: "space-key" });

  test("documents over several batches come back in the order they were given", async () => {
    const texts = Array.from({ length: 1100 }, (_, index) => `document ${index}`);
    const { vectors } = await space.service.embed({ texts });
    const answered = await embeddings(space, "any").embedDocuments(texts);
    expect(answered.map(fingerprint)).toEqual(vectors.map(fingerprint));
  });

  test("a document without text has a vector like any other", async () => {
    const [empty = []] = await embeddings(space, "any").embedDocuments([""]);
    expect(Math.hypot(...empty)).toBeCloseTo(1, 5);
  });

  test("a query finds the document that means the same", async () => {
    const documents = ["The stock market fell sharply today.", "A man is having a meal.", "A cheetah chases its prey."];
    const client = embeddings(space, "any");
    const [query, vectors] = await Promise.all([client.embedQuery("A man is eating food."), client.embedDocuments(documents)]);
    const scores = vectors.map((vector) => vector.reduce((sum, value, index) => sum + value * (query[index] ?? Number.NaN), 0));
    expect(scores.indexOf(Math.max(...scores))).toBe(1);
  });

  test("a wrong key is told at once, not tried again", async () => {
    await expect(embeddings(locked, "wrong-key").embedQuery("a")).rejects.toThrow("The key is not one of this service's keys.");
    expect(await embeddings(locked, "space-key").embedQuery("a")).toHaveLength((await locked.service.info()).dimensions);
  });

  test("dimensions that the model does not have are refused in words", async () => {
    const client = new OpenAIEmbeddings({ apiKey: "any", dimensions: 100, configuration: { baseURL: `${space.url}/v1` } });
    await expect(client.embedQuery("a")).rejects.toThrow("and not 100");
  });
}
