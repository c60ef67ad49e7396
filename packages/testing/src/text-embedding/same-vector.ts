/** One text, one vector: whatever client asks, and over whatever wire. */
import { InferenceClient } from "@huggingface/inference";
import { OpenAIEmbeddings } from "@langchain/openai";
import { Ollama } from "ollama";
import OpenAI from "openai";
import { beforeAll, describe, expect, test } from "vitest";
import { expectVectorsClose } from "../expect-vectors-close.ts";
import type { EmbeddingSpace } from "./embedding-space.ts";
import { fingerprint } from "./nearly.ts";
import { createSpaceFixture, type SpaceFixture } from "../space-fixture.ts";

/** How a client family turns texts into vectors. */
type Embed = (space: SpaceFixture, texts: string[]) => Promise<number[][]>;

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

const json = async (space: SpaceFixture, path: string, body: unknown): Promise<unknown> => {
  const response = await space.post(path, body);
  expect(response.status).toBe(200);
  return response.json();
};
const openAi = (space: SpaceFixture) => new OpenAI({ baseURL: `${space.url}/v1`, apiKey: "any" });
const fromBase64 = (text: string): number[] => {
  const bytes = Buffer.from(text, "base64");
  return Array.from({ length: bytes.length / 4 }, (_, index) => bytes.readFloatLE(index * 4));
};

/** Our own routes: the only ones that may take a text for a query without being told. */
const ownFamilies: [name: string, embed: Embed][] = [
  ["our own route", async (space, input) => ((await json(space, "/embed", { texts: input })) as { embeddings: number[][] }).embeddings],
  [
    "our own route in base64",
    async (space, input) =>
      ((await json(space, "/embed", { texts: input, encoding_format: "base64" })) as { embeddings: string[] }).embeddings.map(fromBase64),
  ],
];

const families: [name: string, embed: Embed][] = [
  [
    "OpenAI's SDK",
    async (space, input) => (await openAi(space).embeddings.create({ model: "any", input })).data.map(({ embedding }) => embedding),
  ],
  [
    "OpenAI's SDK asking for floats",
    async (space, input) =>
      (await openAi(space).embeddings.create({ model: "any", input, encoding_format: "float" })).data.map(({ embedding }) => embedding),
  ],
  [
    "LangChain's documents",
    (space, input) => new OpenAIEmbeddings({ apiKey: "any", configuration: { baseURL: `${space.url}/v1` } }).embedDocuments(input),
  ],
  [
    "LangChain's queries, one by one",
    (space, input) => {
      const embeddings = new OpenAIEmbeddings({ apiKey: "any", configuration: { baseURL: `${space.url}/v1` } });
      return Promise.all(input.map((text) => embeddings.embedQuery(text)));
    },
  ],
  [
    "Hugging Face's client",
    async (space, input) => (await new InferenceClient().endpoint(space.url).featureExtraction({ inputs: input })) as number[][],
  ],
  ["text-embeddings-inference", async (space, input) => (await json(space, "/embed", { inputs: input, truncate: true })) as number[][]],
  [
    "text-embeddings-inference, one by one",
    async (space, input) =>
      Promise.all(input.map(async (text) => ((await json(space, "/embed", { inputs: text })) as number[][])[0] ?? [])),
  ],
  ["Ollama's client", async (space, input) => (await new Ollama({ host: space.url }).embed({ model: "all-minilm", input })).embeddings],
  [
    "Ollama's older call, one by one",
    async (space, input) => {
      const ollama = new Ollama({ host: space.url });
      return Promise.all(input.map(async (prompt) => (await ollama.embeddings({ model: "all-minilm", prompt })).embedding));
    },
  ],
];

/** Every client gets the service's vector for a text, and the vectors tell meanings apart. */
export function testSameVector(target: EmbeddingSpace): void {
  // Without a cache every client's vectors are computed anew, alone and in batches.
  const space = createSpaceFixture(target, { CACHE_MB: "0" });
  let passages: Float32Array[];
  let ownDefault: Float32Array[];
  beforeAll(async () => {
    passages = (await space.service.embed({ texts, inputType: "passage" })).vectors;
    ownDefault = (await space.service.embed({ texts, inputType: target.nativeInputType })).vectors;
  });
  const expectSame = (vectors: number[][], expected: Float32Array[]): void => {
    for (const [index, vector] of vectors.entries()) expectVectorsClose(vector, expected[index] ?? [], { absolute: 1e-6 });
  };

  test.each(ownFamilies)("%s gets the service's vectors, in order", async (_name, embed) => {
    const vectors = await embed(space, texts);
    expect(vectors).toHaveLength(texts.length);
    expectSame(vectors, ownDefault);
  });

  test.each(families)("%s gets the service's vectors, in order", async (_name, embed) => {
    const vectors = await embed(space, texts);
    expect(vectors).toHaveLength(texts.length);
    expectSame(vectors, passages);
  });

  test.each([...ownFamilies, ...families])("%s gets vectors of length 1", async (_name, embed) => {
    for (const vector of await embed(space, texts)) expect(Math.hypot(...vector)).toBeCloseTo(1, 5);
  });

  test("different texts have different vectors, so that the comparison above means something", () => {
    expect(new Set(passages.map(fingerprint)).size).toBe(texts.length - 1);
  });

  describe("meaning", () => {
    const cosine = async (one: string, other: string): Promise<number> => {
      const [a, b] = (await openAi(space).embeddings.create({ model: "any", input: [one, other] })).data.map(({ embedding }) => embedding);
      return (a ?? []).reduce((sum, value, index) => sum + value * (b?.[index] ?? Number.NaN), 0);
    };

    test.each(target.meanings)("%j is closer to %j than to %j", async (text, related, unrelated) => {
      expect(await cosine(text, related)).toBeGreaterThan((await cosine(text, unrelated)) + target.meaningMargin);
    });
  });
}
