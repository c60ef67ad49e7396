/** OpenAI's own SDK against this Space, with its defaults. */
import OpenAI, { APIUserAbortError, AuthenticationError, BadRequestError, NotFoundError, RateLimitError } from "openai";
import { beforeAll, describe, expect, test } from "vitest";
import type { EmbeddingSpace } from "./embedding-space.ts";
import { makeLongTexts } from "./long-texts.ts";
import { fingerprint } from "./nearly.ts";
import { holdRequest } from "./raw-http.ts";
import { createSpaceFixture, type SpaceFixture } from "../space-fixture.ts";
import { isBusy, isIdle, waitUntil } from "../wait-until.ts";

const model = "text-embedding-3-small";

/** The SDK as a caller makes it; only inside tests, when the Space runs. */
const connect = (space: SpaceFixture, apiKey = "any"): OpenAI => new OpenAI({ baseURL: `${space.url}/v1`, apiKey });
/** The same without its own retries. */
const connectOnce = (space: SpaceFixture): OpenAI => new OpenAI({ baseURL: `${space.url}/v1`, apiKey: "any", maxRetries: 0 });

/** OpenAI's SDK: vectors, limits, models, keys, a full server, a full queue, and leaving. */
export function testOpenAiClient(target: EmbeddingSpace): void {
  const space = createSpaceFixture(target, { DIMENSIONS_POLICY: "reject" });
  testEmbeddings(space);
  testRefusals(space);
  testModels(space);
  testAbort(space);
  testKeys(createSpaceFixture(target, { SPACE_API_KEYS: "first-key, second-key" }));
  testFullServer(createSpaceFixture(target, { MAX_CONCURRENT_REQUESTS: "1" }));
  testFullQueue(createSpaceFixture(target, { MAX_QUEUED_TOKENS: "512" }));
}

/** What the SDK throws. */
async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => expect.fail("the call succeeded"),
    (thrown: unknown) => thrown,
  );
}

function testEmbeddings(space: SpaceFixture): void {
  let client: OpenAI;
  beforeAll(() => {
    client = connect(space);
  });

  describe("embeddings.create", () => {
    test("base64 on the wire, the SDK's default, and float give the same numbers", async () => {
      const input = ["A man is eating food.", "Someone is having lunch."];
      const wire = await space.post("/v1/embeddings", { model, input, encoding_format: "base64" });
      expect(await wire.json()).toMatchObject({
        data: [{ embedding: expect.any(String) as string }, { embedding: expect.any(String) as string }],
      });
      const decoded = await client.embeddings.create({ model, input });
      const float = await client.embeddings.create({ model, input, encoding_format: "float" });
      expect(decoded.data.map(({ embedding }) => embedding)).toEqual(float.data.map(({ embedding }) => embedding.map(Math.fround)));
      expect(float.data.map(({ index, object }) => [index, object])).toEqual([
        [0, "embedding"],
        [1, "embedding"],
      ]);
    });

    test("a string is one vector of the model's length, and the answer names the model that made it", async () => {
      const answer = await client.embeddings.create({ model, input: "one" });
      const info = await space.service.info();
      expect(answer).toMatchObject({ object: "list", model: info.model });
      expect(answer.data.map(({ embedding }) => embedding.length)).toEqual([info.dimensions]);
    });

    test("2,048 inputs are answered in order", async () => {
      const input = Array.from({ length: 2048 }, (_, index) => `number ${index}`);
      const { data } = await client.embeddings.create({ model, input });
      expect(data.map(({ index }) => index)).toEqual(input.map((_, index) => index));
      const { vectors } = await space.service.embed({ texts: input });
      expect(data.map(({ embedding }) => fingerprint(embedding))).toEqual(vectors.map(fingerprint));
    });

    test("2,049 inputs are refused with the limit", async () => {
      const thrown = await failureOf(client.embeddings.create({ model, input: Array.from({ length: 2049 }, () => "a") }));
      expect(thrown).toMatchObject({ status: 413, code: "payload_too_large", message: expect.stringContaining("2048") as string });
    });

    test("usage counts the tokens that the model read", async () => {
      const input = ["A man is eating food.", "unbelievably", ""];
      const { usage } = await client.embeddings.create({ model, input });
      const tokens = input.flatMap((text) => space.service.tokenize(text, { addSpecialTokens: true })).length;
      expect(usage).toEqual({ prompt_tokens: tokens, total_tokens: tokens });
    });
  });
}

function testRefusals(space: SpaceFixture): void {
  let client: OpenAI;
  beforeAll(() => {
    client = connect(space);
  });

  describe("embeddings.create", () => {
    test("dimensions may be the model's own; others are refused and the message says which", async () => {
      const { dimensions } = await space.service.info();
      expect((await client.embeddings.create({ model, input: "a", dimensions })).data[0]?.embedding).toHaveLength(dimensions);
      const thrown = await failureOf(client.embeddings.create({ model, input: "a", dimensions: 128 }));
      expect(thrown).toBeInstanceOf(BadRequestError);
      expect(thrown).toMatchObject({ param: "dimensions", code: "invalid_request", type: "invalid_request_error" });
      expect((thrown as BadRequestError).message).toContain(`set it to ${dimensions}`);
    });

    test("an empty string is a text; an empty list is refused", async () => {
      const answer = await client.embeddings.create({ model, input: ["", "a"] });
      expect(answer.data.map(({ embedding }) => Math.hypot(...embedding))).toEqual([expect.closeTo(1, 5), expect.closeTo(1, 5)]);
      const thrown = await failureOf(client.embeddings.create({ model, input: [] }));
      expect(thrown).toBeInstanceOf(BadRequestError);
      expect((thrown as BadRequestError).message).toContain("the list of inputs is empty");
    });

    // "Hello world" and "goodbye" in cl100k: what LangChain for Python sends unless it is told otherwise.
    test.each<[string, number[] | number[][]]>([
      [
        "lists of token ids, as LangChain for Python sends by default,",
        [
          [9906, 1917],
          [19045, 29474],
        ],
      ],
      ["one list of token ids", [9906, 1917]],
      ["an empty list among lists of token ids", [[], [9906]]],
    ])("%s is refused with the setting to change", async (_name, input) => {
      const thrown = await failureOf(client.embeddings.create({ model, input }));
      expect(thrown).toBeInstanceOf(BadRequestError);
      expect(thrown).toMatchObject({ param: "input", message: expect.stringContaining("check_embedding_ctx_length=False") as string });
    });

    test("text beside token ids is refused", async () => {
      const thrown = await failureOf(client.embeddings.create({ model, input: ["a", [9906]] as unknown as string[] }));
      expect(thrown).toMatchObject({ status: 400, message: expect.stringContaining("input") as string });
    });
  });
}

function testModels(space: SpaceFixture): void {
  let client: OpenAI;
  beforeAll(() => {
    client = connect(space);
  });

  describe("models", () => {
    test("the served model is listed and retrieved by its name, slash and all", async () => {
      const listed: OpenAI.Models.Model[] = [];
      for await (const entry of client.models.list()) listed.push(entry);
      const { model: id } = await space.service.info();
      expect(listed).toMatchObject([{ id, object: "model" }]);
      expect(await client.models.retrieve(id)).toEqual(listed[0]);
    });

    test("another model is not there", async () => {
      const thrown = await failureOf(client.models.retrieve("gpt-5"));
      expect(thrown).toBeInstanceOf(NotFoundError);
      expect((thrown as NotFoundError).message).toContain((await space.service.info()).model);
    });
  });
}

function testKeys(locked: SpaceFixture): void {
  describe("keys", () => {
    const withKey = (apiKey: string): OpenAI => connect(locked, apiKey);

    test.each(["first-key", "second-key"])("%s opens the Space", async (key) => {
      expect((await withKey(key).embeddings.create({ model, input: "a" })).data).toHaveLength(1);
      expect((await withKey(key).models.list()).data).toHaveLength(1);
    });

    test("a wrong key is an AuthenticationError with our message, and the key is not repeated", async () => {
      for (const work of [withKey("wrong-key").embeddings.create({ model, input: "a" }), withKey("wrong-key").models.list()]) {
        const thrown = await failureOf(Promise.resolve(work));
        expect(thrown).toBeInstanceOf(AuthenticationError);
        expect((thrown as AuthenticationError).message).toBe("401 The key is not one of this service's keys.");
        expect((thrown as AuthenticationError).requestID).toMatch(/\S/);
      }
    });
  });
}

function testFullServer(small: SpaceFixture): void {
  describe("a server that is full", () => {
    test("is a RateLimitError with the time to wait when the SDK may not retry, and an answer when it may", async () => {
      const held = await holdRequest(small.url, "/v1/embeddings", JSON.stringify({ input: "held" }));
      const hasty = connectOnce(small);
      const thrown = await failureOf(hasty.embeddings.create({ model, input: "a" }));
      expect(thrown).toBeInstanceOf(RateLimitError);
      expect(thrown).toMatchObject({
        type: "rate_limit_error",
        code: "overloaded",
        message: expect.stringContaining("already answering") as string,
      });
      const { headers } = thrown as RateLimitError;
      expect(Number(headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
      expect(Number(headers.get("retry-after-ms"))).toBeGreaterThan(0);
      expect(headers.get("x-should-retry")).toBe("true");

      const statuses: number[] = [];
      const recording: typeof fetch = async (input, init) => {
        const response = await fetch(input, init);
        statuses.push(response.status);
        return response;
      };
      const patient = new OpenAI({ baseURL: `${small.url}/v1`, apiKey: "any", fetch: recording });
      const answer = patient.embeddings.create({ model, input: "a" });
      await waitUntil(
        async () => statuses,
        ({ length }) => length > 0,
      );
      await held.finish();
      expect((await answer).data).toHaveLength(1);
      expect([statuses[0], statuses.at(-1)]).toEqual([429, 200]);
    });
  });
}

function testFullQueue(small: SpaceFixture): void {
  describe("a queue that is full", () => {
    test("is a RateLimitError with the time until there is room, and open again when the work is gone", async () => {
      const hasty = connectOnce(small);
      const controller = new AbortController();
      const big = failureOf(
        hasty.embeddings.create({ model, input: makeLongTexts(2048, "fills the queue") }, { signal: controller.signal }),
      );
      await waitUntil(small.status, ({ queue }) => (queue?.tokens ?? 0) > 512);
      const thrown = await failureOf(hasty.embeddings.create({ model, input: "one more" }));
      expect(thrown).toBeInstanceOf(RateLimitError);
      expect(thrown).toMatchObject({ type: "rate_limit_error", code: "overloaded" });
      const { headers } = thrown as RateLimitError;
      const retryAfterMs = Number(headers.get("retry-after-ms"));
      expect(retryAfterMs).toBeGreaterThan(0);
      expect(Number(headers.get("retry-after"))).toBe(Math.ceil(retryAfterMs / 1000));
      controller.abort();
      expect(await big).toBeInstanceOf(APIUserAbortError);
      await waitUntil(small.status, isIdle);
      expect((await hasty.embeddings.create({ model, input: "one more" })).data).toHaveLength(1);
    });
  });
}

function testAbort(space: SpaceFixture): void {
  describe("AbortSignal", () => {
    test("the SDK's caller is freed at once and the Space drops the work", async () => {
      const controller = new AbortController();
      const input = makeLongTexts(2048, "aborted by the SDK");
      const { cache: before } = await space.status();
      const answer = failureOf(connect(space).embeddings.create({ model, input }, { signal: controller.signal }));
      await waitUntil(space.status, isBusy);
      controller.abort();
      expect(await answer).toBeInstanceOf(APIUserAbortError);
      const { cache: after } = await waitUntil(space.status, isIdle);
      // Had the work been done for nobody, its vectors would have been kept.
      expect(after?.entries).toBe(before?.entries);
    });
  });
}
