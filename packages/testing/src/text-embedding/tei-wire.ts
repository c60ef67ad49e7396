/**
 * The wire of text-embeddings-inference, for which there is no client package: what its own documentation says a server
 * takes and gives, written out here without our contracts.
 * @source https://huggingface.github.io/text-embeddings-inference/
 */
import { beforeAll, describe, expect, test } from "vitest";
import type { EmbeddingSpace } from "./embedding-space.ts";
import { nearly } from "./nearly.ts";
import { createSpaceFixture, type SpaceFixture } from "../space-fixture.ts";

const texts = ["A man is eating food.", "Someone is having lunch.", "A cheetah chases its prey."];

/** What the parts of the suite share: the Space, what it must answer, and a call that has to succeed. */
interface TeiWire {
  space: SpaceFixture;
  /** The service's own vectors of {@link texts}, there once tests run. */
  expected: () => Float32Array[];
  post: <Answer>(path: string, body: unknown) => Promise<Answer>;
}

/** text-embeddings-inference's routes, with the errors and headers that its clients read. */
export function testTeiWire(target: EmbeddingSpace): void {
  const space = createSpaceFixture(target);
  let vectors: Float32Array[];
  beforeAll(async () => {
    vectors = (await space.service.embed({ texts })).vectors;
  });
  async function post<Answer>(path: string, body: unknown): Promise<Answer> {
    const response = await space.post(path, body);
    expect(response.status).toBe(200);
    return response.json() as Promise<Answer>;
  }
  const wire: TeiWire = { space, post, expected: () => vectors };
  testEmbed(wire);
  testTokenVectors(wire);
  testTokens(wire);
  testFacts(wire);
  testErrors(wire);
  testKeys(createSpaceFixture(target, { SPACE_API_KEYS: "space-key" }));
}

function testEmbed({ space, expected, post }: TeiWire): void {
  describe("/embed", () => {
    test("answers a list of vectors, for a list and for a string", async () => {
      expect(await post("/embed", { inputs: texts })).toEqual(expected().map(nearly));
      expect(await post("/embed", { inputs: texts[0] })).toEqual(expected().slice(0, 1).map(nearly));
    });

    test("takes every documented field, null included", async () => {
      const body = { inputs: texts, truncate: null, truncation_direction: "Right", prompt_name: null, normalize: null, dimensions: null };
      expect(await post("/embed", body)).toEqual(expected().map(nearly));
    });

    test("token ids of the model's own vocabulary mean their text", async () => {
      const ids = texts.map((text) => space.service.tokenize(text, { addSpecialTokens: false }).map(({ id }) => id));
      expect(await post("/embed", { inputs: ids })).toEqual(expected().map(nearly));
      expect(await post("/embed", { inputs: ids[0] })).toEqual(expected().slice(0, 1).map(nearly));
    });

    test("normalize false gives another length in the same direction", async () => {
      const rows = await post<number[][]>("/embed", { inputs: texts, normalize: false });
      const { vectors } = await space.service.embed({ texts, normalize: false });
      expect(rows).toEqual(vectors.map(nearly));
      const lengths = rows.map((row) => Math.hypot(...row));
      expect(Math.min(...lengths.map((length) => Math.abs(length - 1)))).toBeGreaterThan(1e-3);
      expect(rows.map((row, index) => row.map((value) => value / (lengths[index] ?? Number.NaN)))).toEqual(expected().map(nearly));
    });

    test("over-long text is cut at the asked end, or refused", async () => {
      const { maxTokens } = await space.service.info();
      const long = `${"first ".repeat(maxTokens)}${"last ".repeat(maxTokens)}`.trim();
      const ends = ["first ", "last "].map((word) => word.repeat(maxTokens - 2));
      const { vectors } = await space.service.embed({ texts: ends });
      const right = await post("/embed", { inputs: long, truncate: true, truncation_direction: "right" });
      const left = await post("/embed", { inputs: long, truncate: true, truncation_direction: "Left" });
      expect([right, left]).toEqual(vectors.map((vector) => [nearly(vector)]));
      const refused = await space.post("/embed", { inputs: long, truncate: false });
      expect(refused.status).toBe(422);
      expect(await refused.json()).toEqual({ error: expect.stringContaining(String(maxTokens)) as string, error_type: "Validation" });
    });

    test("tells where the time went in TEI's headers", async () => {
      const { headers } = await space.post("/embed", { inputs: "timed" });
      expect(headers.get("x-compute-type")).toBe("cpu");
      expect(Number(headers.get("x-compute-characters"))).toBe("timed".length);
      expect(Number(headers.get("x-compute-tokens"))).toBe(space.service.tokenize("timed", { addSpecialTokens: true }).length);
      for (const name of ["x-compute-time", "x-total-time", "x-tokenization-time", "x-queue-time", "x-inference-time"])
        expect(`${name} ${headers.get(name)}`).toMatch(/ \d+$/);
    });
  });
}

function testTokenVectors({ space, expected, post }: TeiWire): void {
  test("/embed_all gives a vector per token, whose mean is the text's direction", async () => {
    const { dimensions, pooling } = await space.service.info();
    const perText = await post<number[][][]>("/embed_all", { inputs: texts });
    expect(perText.map((rows) => rows.length)).toEqual(
      texts.map((text) => space.service.tokenize(text, { addSpecialTokens: true }).length),
    );
    for (const [index, rows] of perText.entries()) {
      expect(new Set(rows.map((row) => row.length))).toEqual(new Set([dimensions]));
      const pooled = Array.from({ length: dimensions }, (_, at) =>
        pooling === "mean" ? rows.reduce((sum, row) => sum + (row[at] ?? Number.NaN), 0) / rows.length : (rows[0]?.[at] ?? Number.NaN),
      );
      const length = Math.hypot(...pooled);
      // The token vectors and the pooled one leave the model by different ways; only their direction is compared.
      expect(pooled.map((value) => value / length)).toEqual(
        Array.from(expected()[index] ?? [], (value) => expect.closeTo(value, 4) as number),
      );
    }
  });

  test("/similarity gives the cosine of every sentence with the source", async () => {
    const [source, ...sentences] = texts;
    const scores = await post<number[]>("/similarity", { inputs: { source_sentence: source, sentences }, parameters: { truncate: true } });
    const cosine = (vector: Float32Array) => vector.reduce((sum, value, index) => sum + value * (expected()[0]?.[index] ?? Number.NaN), 0);
    expect(scores).toEqual(nearly(expected().slice(1).map(cosine)));
    expect(await post("/similarity", { inputs: { source_sentence: source, sentences: [source] } })).toEqual([expect.closeTo(1, 5)]);
  });
}

function testTokens({ post }: TeiWire): void {
  describe("/tokenize and /decode", () => {
    type Token = { id: number; text: string; special: boolean; start: number | null; stop: number | null };

    test("tokens carry their place in the text, and decode to it again", async () => {
      const text = "the quick brown fox";
      const [tokens = []] = await post<Token[][]>("/tokenize", { inputs: text });
      expect(tokens.filter(({ special }) => special).map(({ start, stop }) => [start, stop])).toEqual([
        [null, null],
        [null, null],
      ]);
      for (const token of tokens.filter(({ special }) => !special))
        expect(text.slice(token.start ?? -1, token.stop ?? -1)).toBe(token.text);
      expect(await post("/decode", { ids: tokens.map(({ id }) => id) })).toEqual([text]);
    });

    test("special tokens can be left out of tokens and kept in text", async () => {
      const [plain = []] = await post<Token[][]>("/tokenize", { inputs: ["fox"], add_special_tokens: false });
      expect(plain.map(({ special }) => special)).not.toContain(true);
      const [whole = []] = await post<Token[][]>("/tokenize", { inputs: ["fox"] });
      const ids = whole.map(({ id }) => id);
      const [kept = ""] = await post<string[]>("/decode", { ids: [ids], skip_special_tokens: false });
      expect(kept).toContain(whole[0]?.text);
      expect(await post("/decode", { ids: [ids, ids] })).toEqual(["fox", "fox"]);
    });
  });
}

function testFacts({ space }: TeiWire): void {
  test("/info has the fields that Hugging Face's client reads", async () => {
    const info = await (await fetch(`${space.url}/info`)).json();
    const served = await space.service.info();
    expect(info).toMatchObject({
      model_id: served.model,
      model_sha: served.revision,
      model_dtype: served.precision,
      model_type: { embedding: { pooling: served.pooling } },
      max_input_length: served.maxTokens,
      max_concurrent_requests: 512,
      max_client_batch_size: 2048,
      max_batch_tokens: expect.any(Number) as number,
      auto_truncate: true,
      tokenization_workers: expect.any(Number) as number,
      version: expect.stringMatching(/^\d+\.\d+/) as string,
    });
    for (const name of ["max_batch_requests", "sha", "docker_label"]) expect(info).toHaveProperty(name);
  });

  test("/health and /ping answer 200 once the model is there", async () => {
    expect((await fetch(`${space.url}/health`)).status).toBe(200);
    expect((await fetch(`${space.url}/ping`)).status).toBe(200);
  });
}

function testErrors({ space }: TeiWire): void {
  describe("errors are {error, error_type}", () => {
    const many = Array.from({ length: 33 }, () => "a");
    test.each([
      { name: "an empty list", path: "/embed", body: { inputs: [] }, answer: [400, "Empty"] },
      { name: "no inputs", path: "/embed_all", body: {}, answer: [422, "Validation"] },
      { name: "a number", path: "/embed", body: { inputs: 5 }, answer: [422, "Validation"] },
      { name: "an unknown prompt", path: "/embed", body: { inputs: "a", prompt_name: "no such prompt" }, answer: [422, "Validation"] },
      { name: "other dimensions", path: "/embed", body: { inputs: "a", dimensions: 7 }, answer: [422, "Validation"] },
      { name: "a third end", path: "/embed", body: { inputs: "a", truncation_direction: "up" }, answer: [422, "Validation"] },
      { name: "no sentences", path: "/similarity", body: { inputs: { source_sentence: "a", sentences: [] } }, answer: [400, "Empty"] },
      { name: "ids that are words", path: "/decode", body: { ids: ["fox"] }, answer: [422, "Validation"] },
      { name: "an id outside the vocabulary", path: "/embed", body: { inputs: [[2_000_000_000]] }, answer: [422, "Validation"] },
      { name: "33 texts for token vectors", path: "/embed_all", body: { inputs: many }, answer: [413, "Validation"] },
    ])("$name", async ({ path, body, answer: [status, type] }) => {
      const response = await space.post(path, body);
      expect([response.status, await response.json()]).toEqual([
        status,
        { error: expect.stringMatching(/\w/) as string, error_type: type },
      ]);
    });
  });
}

function testKeys(locked: SpaceFixture): void {
  describe("keys", () => {
    test.each([
      ["with Bearer", { authorization: "Bearer space-key" }, 200],
      ["raw, as LlamaIndex sends it", { authorization: "space-key" }, 200],
      ["as X-API-Key", { "x-api-key": "space-key" }, 200],
      ["as X-API-Key beside a Hub token", { "x-api-key": "space-key", authorization: "Bearer hf_another" }, 200],
      ["wrong", { authorization: "Bearer other" }, 401],
      ["missing", {}, 401],
    ])("%s", async (_name, headers, status) => {
      const response = await locked.post("/embed", { inputs: texts, truncate: true }, { headers });
      expect(response.status).toBe(status);
      const answer: unknown = await response.json();
      expect(Array.isArray(answer) ? answer.length : 0).toBe(status === 200 ? texts.length : 0);
    });

    test("are refused before the body is read: in TEI's shape on its own paths, in ours on /embed, which both share", async () => {
      const headers = { authorization: "Bearer other" };
      const similarity = await locked.post("/similarity", { inputs: { source_sentence: "a", sentences: ["b"] } }, { headers });
      expect(await similarity.json()).toEqual({ error: "The key is not one of this service's keys.", error_type: "Unauthorized" });
      const embed = await locked.post("/embed", { inputs: "a" }, { headers });
      expect(await embed.json()).toMatchObject({ error: { code: "unauthorized", message: "The key is not one of this service's keys." } });
    });
  });
}
