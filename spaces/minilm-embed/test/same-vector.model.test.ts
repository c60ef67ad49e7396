/** One text, one vector: whatever client asks, and over whatever wire. */
import { InferenceClient } from "@huggingface/inference";
import { OpenAIEmbeddings } from "@langchain/openai";
import { expectVectorsClose } from "@repo/testing/expect-vectors-close";
import { Ollama } from "ollama";
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type RunningSpace, startSpace } from "./running-space.ts";

/** How a client family turns texts into vectors. */
type Embed = (texts: string[]) => Promise<number[][]>;

const texts = [
  "A man is eating food.",
  "Ein Mann isst.",
  "食べている男の人",
  "Мужчина ест",
  "👩‍👩‍👧‍👦 and a ﬁancé, e\u0301 and é",
  "x",
  "?!",
  "SELECT * FROM films WHERE title = 'Batman'; --",
  `over the limit: ${"the quick brown fox jumps over the lazy dog ".repeat(120)}`,
  "A man is eating food.",
];

let space: RunningSpace;
let expected: Float32Array[];

beforeAll(async () => {
  // Without a cache every client's vectors are computed anew, alone and in batches.
  space = await startSpace({ CACHE_MB: "0" });
  expected = (await space.service.embed({ texts })).vectors;
});
afterAll(() => space.close());

const json = async (path: string, body: unknown): Promise<unknown> => {
  const response = await space.post(path, body);
  expect(response.status).toBe(200);
  return response.json();
};
const openAi = () => new OpenAI({ baseURL: `${space.url}/v1`, apiKey: "any" });
const fromBase64 = (text: string): number[] => {
  const bytes = Buffer.from(text, "base64");
  return Array.from({ length: bytes.length / 4 }, (_, index) => bytes.readFloatLE(index * 4));
};

const families: [name: string, embed: Embed][] = [
  ["our own route", async (input) => ((await json("/embed", { texts: input })) as { embeddings: number[][] }).embeddings],
  [
    "our own route in base64",
    async (input) =>
      ((await json("/embed", { texts: input, encoding_format: "base64" })) as { embeddings: string[] }).embeddings.map(fromBase64),
  ],
  ["OpenAI's SDK", async (input) => (await openAi().embeddings.create({ model: "any", input })).data.map(({ embedding }) => embedding)],
  [
    "OpenAI's SDK asking for floats",
    async (input) =>
      (await openAi().embeddings.create({ model: "any", input, encoding_format: "float" })).data.map(({ embedding }) => embedding),
  ],
  [
    "LangChain's documents",
    (input) => new OpenAIEmbeddings({ apiKey: "any", configuration: { baseURL: `${space.url}/v1` } }).embedDocuments(input),
  ],
  [
    "LangChain's queries, one by one",
    (input) => {
      const embeddings = new OpenAIEmbeddings({ apiKey: "any", configuration: { baseURL: `${space.url}/v1` } });
      return Promise.all(input.map((text) => embeddings.embedQuery(text)));
    },
  ],
  [
    "Hugging Face's client",
    async (input) => (await new InferenceClient().endpoint(space.url).featureExtraction({ inputs: input })) as number[][],
  ],
  ["text-embeddings-inference", async (input) => (await json("/embed", { inputs: input, truncate: true })) as number[][]],
  [
    "text-embeddings-inference, one by one",
    async (input) => Promise.all(input.map(async (text) => ((await json("/embed", { inputs: text })) as number[][])[0] ?? [])),
  ],
  ["Ollama's client", async (input) => (await new Ollama({ host: space.url }).embed({ model: "all-minilm", input })).embeddings],
  [
    "Ollama's older call, one by one",
    async (input) => {
      const ollama = new Ollama({ host: space.url });
      return Promise.all(input.map(async (prompt) => (await ollama.embeddings({ model: "all-minilm", prompt })).embedding));
    },
  ],
];

test.each(families)("%s gets the service's vectors, in order", async (_name, embed) => {
  const vectors = await embed(texts);
  expect(vectors).toHaveLength(texts.length);
  for (const [index, vector] of vectors.entries()) expectVectorsClose(vector, expected[index] ?? [], { absolute: 1e-6 });
});

test.each(families)("%s gets vectors of length 1", async (_name, embed) => {
  for (const vector of await embed(texts)) expect(Math.hypot(...vector)).toBeCloseTo(1, 5);
});

test("different texts have different vectors, so that the comparison above means something", () => {
  const distinct = new Set(expected.map((vector) => Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString("base64")));
  expect(distinct.size).toBe(texts.length - 1);
});

describe("meaning", () => {
  const cosine = async (one: string, other: string): Promise<number> => {
    const [a, b] = (await openAi().embeddings.create({ model: "any", input: [one, other] })).data.map(({ embedding }) => embedding);
    return (a ?? []).reduce((sum, value, index) => sum + value * (b?.[index] ?? Number.NaN), 0);
  };

  test.each([
    ["A man is eating food.", "A man is having a meal.", "The stock market fell sharply today."],
    ["A woman plays the violin.", "The violinist is playing music.", "A cheetah chases its prey."],
    ["How do I reset my password?", "I forgot my password and cannot log in.", "The recipe needs two eggs and some flour."],
    [
      "a superhero in Gotham City fights crime at night",
      "a masked hero fights criminals in a dark city",
      "a documentary about coral reefs",
    ],
  ])("%j is closer to %j than to %j", async (text, related, unrelated) => {
    expect(await cosine(text, related)).toBeGreaterThan((await cosine(text, unrelated)) + 0.1);
  });
});
