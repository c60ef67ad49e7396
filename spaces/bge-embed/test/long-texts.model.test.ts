/** Texts over 512 tokens: cut and reported, refused, or embedded in pieces. */
import { nearly } from "@repo/testing/text-embedding/nearly";
import { createSpaceFixture } from "@repo/testing/space-fixture";
import { describe, expect, test } from "vitest";
import { bgeSpace } from "./bge-space.ts";

/** Fields of our own answer that these tests read. */
interface Answer {
  embeddings: number[][];
  truncated: { index: number; tokens: number }[];
  chunked?: { index: number; tokens: number; chunks: number }[];
  error?: { code: string; message: string };
}

// One token each, so that tokens can be counted by hand; two more are the model's marks of begin and end.
const rivers = (count: number): string => Array.from({ length: count }, () => "river").join(" ");
const marks = 2;

const cosine = (a: readonly number[] = [], b: readonly number[] = []): number =>
  a.reduce((sum, value, index) => sum + value * (b[index] ?? Number.NaN), 0);

describe("by default", () => {
  const space = createSpaceFixture(bgeSpace);
  const embed = async (body: Record<string, unknown>): Promise<Answer> =>
    (await space.post("/embed", { input_type: "passage", ...body })).json() as Promise<Answer>;

  test("512 tokens are read whole; the 513th is cut, and the answer says of which text and how long it was", async () => {
    const { embeddings, truncated } = await embed({ texts: [rivers(510), "short", rivers(511), rivers(900)] });
    expect(truncated).toEqual([
      { index: 2, tokens: 511 + marks },
      { index: 3, tokens: 900 + marks },
    ]);
    expect(embeddings[2]).toEqual(embeddings[0]);
    expect(embeddings[3]).toEqual(embeddings[0]);
  });

  test("the instruction of a query takes its place among the 512", async () => {
    const instruction = space.service.tokenize("Represent this sentence for searching relevant passages: ", {
      addSpecialTokens: false,
    }).length;
    const room = 512 - marks - instruction;
    const { truncated } = await embed({ texts: [rivers(room), rivers(room + 1)], input_type: "query" });
    expect(truncated).toEqual([{ index: 1, tokens: 513 }]);
  });

  test("other families are told in a header, and OpenAI's in the body as well", async () => {
    const response = await space.post("/v1/embeddings", { input: ["short", rivers(600)] });
    expect(response.headers.get("x-truncated-inputs")).toBe("count=1; index=1; tokens=602");
    expect(await response.json()).toMatchObject({ truncated: [{ index: 1, tokens: 602 }] });
    const untouched = (await (await space.post("/v1/embeddings", { input: ["short"] })).json()) as object;
    expect(Object.keys(untouched)).toEqual(["object", "data", "model", "usage"]);
  });

  test("long_text refuse and truncate false refuse, with both numbers", async () => {
    for (const fields of [{ long_text: "refuse" }, { truncate: false }]) {
      const response = await space.post("/embed", { text: rivers(600), input_type: "passage", ...fields });
      const { error } = (await response.json()) as Answer;
      expect([response.status, error?.code]).toEqual([422, "input_too_long"]);
      expect(error?.message).toMatch(/602.*512/s);
    }
  });

  test("pieces that say the same average to what each of them says", async () => {
    // 1,000 tokens in pieces of 510 at most that share an eighth of that, 63: three, evenly long, of 376.
    const { embeddings, chunked, truncated } = await embed({ texts: [rivers(1000), rivers(376)], long_text: "chunk" });
    expect(chunked).toEqual([{ index: 0, tokens: 1002, chunks: 3 }]);
    expect(truncated).toEqual([]);
    expect(embeddings[0]).toEqual(nearly(embeddings[1]));
  });

  test("the end of a text that is embedded in pieces counts, and the vector has length 1", async () => {
    const sentence = (about: string): string => `${about} `.repeat(60);
    const tail = sentence("The violinist played a concerto by Bach for the orchestra.");
    const long = sentence("The stock market fell sharply on bad news from the banks.") + tail;
    const cut = await embed({ texts: [long, tail] });
    const pieces = await embed({ texts: [long, tail], long_text: "chunk" });
    const [whole = [], end = []] = pieces.embeddings;
    expect(Math.hypot(...whole)).toBeCloseTo(1, 5);
    expect(pieces.chunked?.map(({ index }) => index)).toEqual([0, 1]);
    expect(cosine(whole, end)).toBeGreaterThan(cosine(cut.embeddings[0], cut.embeddings[1]) + 0.05);
  });

  test("texts that fit are the same whether pieces are asked for or not", async () => {
    const texts = ["short", rivers(510)];
    const pieces = await embed({ texts, long_text: "chunk" });
    expect(pieces.embeddings).toEqual((await embed({ texts })).embeddings);
    expect(pieces.chunked).toBeUndefined();
  });

  test("a book is refused with how many pieces it would be", async () => {
    const response = await space.post("/embed", { text: rivers(40_000), long_text: "chunk" });
    expect(response.status).toBe(422);
    expect((await response.json()) as Answer).toMatchObject({
      error: { code: "input_too_long", message: expect.stringMatching(/pieces/) as string },
    });
  });

  test("cut and refused at once is a contradiction", async () => {
    const response = await space.post("/embed", { text: "a", truncate: true, long_text: "refuse" });
    expect(response.status).toBe(400);
  });
});

describe("with LONG_TEXT=chunk", () => {
  const space = createSpaceFixture(bgeSpace, { LONG_TEXT: "chunk" });

  test("clients that cannot ask for it get it too, and are told in a header", async () => {
    const response = await space.post("/v1/embeddings", { input: [rivers(1000), rivers(376)] });
    expect(response.headers.get("x-chunked-inputs")).toBe("count=1; index=0; tokens=1002; chunks=3");
    const { data } = (await response.json()) as { data: { embedding: number[] }[] };
    expect(data[0]?.embedding).toEqual(nearly(data[1]?.embedding));
  });

  test("a request that refuses long texts is followed", async () => {
    expect((await space.post("/embed", { text: rivers(600), truncate: false })).status).toBe(422);
  });
});
