/** DIMENSIONS_POLICY with the numbers that people's collections have: 1,536 of OpenAI's models, and smaller ones. */
import { createSpaceFixture, type SpaceFixture } from "@repo/testing/space-fixture";
import { nearly } from "@repo/testing/text-embedding/nearly";
import OpenAI from "openai";
import { describe, expect, test } from "vitest";
import { bgeSpace } from "./bge-space.ts";

const texts = ["My sister has a flat in Lisbon.", "She moved to Portugal.", "The stock market fell sharply today."];

/** The vectors that OpenAI's SDK gets. */
async function embed(space: SpaceFixture, dimensions?: number): Promise<number[][]> {
  const client = new OpenAI({ baseURL: `${space.url}/v1`, apiKey: "any", maxRetries: 0 });
  const { data } = await client.embeddings.create({ model: "any", input: texts, ...(dimensions === undefined ? {} : { dimensions }) });
  return data.map(({ embedding }) => embedding);
}

/** The cosine of every pair. */
function cosines(vectors: readonly (readonly number[])[]): number[] {
  const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);
  return vectors.flatMap((a) => vectors.map((b) => dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b))));
}

describe("reject, the default", () => {
  const space = createSpaceFixture(bgeSpace);

  test("768 is what comes without being asked for, and may be asked for", async () => {
    const vectors = await embed(space);
    expect(vectors.map(({ length }) => length)).toEqual(texts.map(() => 768));
    expect(await embed(space, 768)).toEqual(vectors);
  });

  test.each([1536, 1024, 384, 1])("%i is refused with the number to use and the setting that would allow it", async (dimensions) => {
    await expect(embed(space, dimensions)).rejects.toMatchObject({
      status: 400,
      param: "dimensions",
      message: expect.stringMatching(new RegExp(`\\b768\\b.*\\b${dimensions}\\b.*DIMENSIONS_POLICY`, "s")) as string,
    });
    const own = await space.post("/embed", { texts, dimensions });
    expect([own.status, await own.json()]).toMatchObject([400, { error: { code: "invalid_request" } }]);
  });

  test.each(["0", "-1", "1.5", '"768"', "1e400"])("%s is no number of dimensions", async (dimensions) => {
    const body = `{"input":"a","dimensions":${dimensions}}`;
    const response = await fetch(`${space.url}/v1/embeddings`, { method: "POST", headers: { "content-type": "application/json" }, body });
    expect(response.status).toBe(400);
  });
});

describe("ignore", () => {
  const space = createSpaceFixture(bgeSpace, { DIMENSIONS_POLICY: "ignore" });

  test("whatever is asked for, 768 come", async () => {
    const vectors = await embed(space);
    expect(await embed(space, 1536)).toEqual(vectors);
    expect(await embed(space, 100)).toEqual(vectors);
  });
});

describe("adapt", () => {
  const space = createSpaceFixture(bgeSpace, { DIMENSIONS_POLICY: "adapt" });

  test("1,536 are the 768 and zeros, so that every cosine and every length stays", async () => {
    const vectors = await embed(space);
    const wide = await embed(space, 1536);
    expect(wide).toEqual(vectors.map((vector) => [...vector, ...Array.from({ length: 768 }, () => 0)]));
    expect(cosines(wide)).toEqual(cosines(vectors));
  });

  test("256 are the first of the 768, scaled to length 1 again", async () => {
    const vectors = await embed(space);
    const cut = await embed(space, 256);
    expect(cut.map((vector) => Math.hypot(...vector))).toEqual(cut.map(() => expect.closeTo(1, 5) as number));
    const expected = vectors.map((vector) => {
      const beginning = vector.slice(0, 256);
      return beginning.map((value) => value / Math.hypot(...beginning));
    });
    expect(cut).toEqual(expected.map(nearly));
  });

  test("every family of routes answers with the length it was asked for", async () => {
    const [wide] = await embed(space, 1536);
    const own = (await (await space.post("/embed", { text: texts[0], input_type: "passage", dimensions: 1536 })).json()) as {
      dimensions: number;
      embedding: number[];
    };
    expect([own.dimensions, own.embedding]).toEqual([1536, nearly(wide)]);
    const tei = await (await space.post("/embed", { inputs: texts[0], dimensions: 1536 })).json();
    expect(tei).toEqual([nearly(wide)]);
    const ollama = (await (await space.post("/api/embed", { input: texts[0], dimensions: 1536 })).json()) as { embeddings: number[][] };
    expect(ollama.embeddings).toEqual([nearly(wide)]);
  });

  test("more than any model has is refused, in place of gigabytes of zeros", async () => {
    await expect(embed(space, 1_000_000_000)).rejects.toMatchObject({ status: 400, param: "dimensions" });
  });
});
