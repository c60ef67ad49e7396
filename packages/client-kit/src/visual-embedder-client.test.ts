import { expect, test } from "vitest";
import { failureOf } from "../test/failure-of.ts";
import { identity, json, startLocalSpace, type Answer } from "../test/local-space.ts";
import { createVisualEmbedderClient } from "./visual-embedder-client.ts";

const images = Array.from({ length: 7 }, (_, index) => ({
  bytes: new Uint8Array(index + 1),
  name: `image-${index}.png`,
  type: "image/png",
}));
const toBase64 = (vector: Float32Array) => Buffer.from(vector.buffer).toString("base64");
const vectorOf = (first: number) => Float32Array.of(first, 0, 0, 1);

/** Sizes of the files in a form, in order. The bodies are zeros of as many bytes. */
function sizesOf(body: string): number[] {
  return [...body.matchAll(/filename="image-(\d+)\.png"/g)].map(([, index]) => Number(index) + 1);
}

/** Vectors that begin with the size of their image. */
const embedImages: Answer = (response, request, index) =>
  json(200, {
    ...identity,
    count: sizesOf(request.body).length,
    embeddings: sizesOf(request.body).map((size) => toBase64(vectorOf(size))),
  })(response, request, index);

test("any number of images goes in batches, and the vectors come back in order", async (context) => {
  const space = await startLocalSpace(context, { "/embed/image": embedImages });
  const client = createVisualEmbedderClient({ url: space.url }, { maxImagesPerCall: 3 });
  const { vectors, identity: answered } = await client.embedImages(images);
  expect(vectors.map((vector) => vector[0])).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect(vectors[0]).toEqual(vectorOf(1));
  expect(answered).toEqual(identity);
  expect(client.identity()).toEqual(identity);
  const batches = space.seen.filter(({ path }) => path === "/embed/image").map(({ body }) => sizesOf(body).length);
  expect(batches.toSorted((a, b) => b - a)).toEqual([3, 3, 1]);
});

test("a batch holds no more bytes than it may, and a larger image goes alone", async (context) => {
  const space = await startLocalSpace(context, { "/embed/image": embedImages });
  const client = createVisualEmbedderClient({ url: space.url }, { maxBytesPerCall: 6 });
  await client.embedImages(images);
  const batches = space.seen.filter(({ path }) => path === "/embed/image").map(({ body }) => sizesOf(body).join("+"));
  expect(batches.toSorted((a, b) => a.localeCompare(b))).toEqual(["1+2+3", "4", "5", "6", "7"]);
});

test("what is wrong with an image names its place among all of them", async (context) => {
  const broken: Answer = (response, request, index) =>
    sizesOf(request.body).includes(6)
      ? json(400, {
          error: {
            code: "invalid_request",
            message: "Image 1: broken",
            requestId: "r",
            retryable: false,
            details: { index: 1, reason: "broken" },
          },
        })(response, request, index)
      : embedImages(response, request, index);
  const space = await startLocalSpace(context, { "/embed/image": broken });
  const client = createVisualEmbedderClient({ url: space.url }, { maxImagesPerCall: 2 });
  const failure = await failureOf(client.embedImages(images));
  expect(failure).toMatchObject({ code: "invalid_request", details: { index: 5, reason: "broken" } });
});

test("vectors of another model, of a wrong number or with other lengths are errors", async (context) => {
  const space = await startLocalSpace(context, { "/embed/image": embedImages });
  const expectedIdentity = { ...identity, revision: "other" };
  const strict = createVisualEmbedderClient({ url: space.url }, { expectedIdentity });
  expect((await failureOf(strict.embedImages(images))).code).toBe("model_mismatch");
  for (const embeddings of [[toBase64(vectorOf(1))], images.map(() => [1, 2]), images.map(() => "no vector")]) {
    space.on("/embed/image", json(200, { ...identity, count: embeddings.length, embeddings }));
    expect((await failureOf(createVisualEmbedderClient({ url: space.url }).embedImages(images))).code).toBe("inference_failed");
  }
  expect((await failureOf(createVisualEmbedderClient({ url: space.url }).embedImages([]))).code).toBe("invalid_request");
});

test("aspects come back as vectors and words, all of one revision", async (context) => {
  const aspect = (first: number) => ({ embedding: toBase64(vectorOf(first)), labels: [{ label: "red", score: 0.5 }] });
  const answer =
    (revision: string): Answer =>
    (response, request, index) =>
      json(200, {
        ...identity,
        aspect_revision: revision,
        results: sizesOf(request.body).map((size) => ({
          embedding: toBase64(vectorOf(size)),
          aspects: { color: aspect(10), texture: aspect(20), material: aspect(30), style: aspect(40) },
        })),
      })(response, request, index);
  const space = await startLocalSpace(context, { "/embed/aspects": answer("a1") });
  const client = createVisualEmbedderClient({ url: space.url }, { maxImagesPerCall: 4, maxCallsInFlight: 1 });
  const { items, aspectRevision } = await client.embedAspects(images, { topLabels: 1 });
  expect([items.length, aspectRevision]).toEqual([7, "a1"]);
  expect(items[6]).toEqual({
    vector: vectorOf(7),
    aspects: Object.fromEntries(
      Object.entries({ color: 10, texture: 20, material: 30, style: 40 }).map(([name, first]) => [
        name,
        { vector: vectorOf(first), labels: [{ label: "red", score: 0.5 }] },
      ]),
    ),
  });
  space.on("/embed/aspects", (response, request, index) => answer(`a${index}`)(response, request, index));
  expect((await failureOf(client.embedAspects(images))).code).toBe("inference_failed");
});

test("texts tell their tokens and which of them were cut, whatever batch they were in", async (context) => {
  const space = await startLocalSpace(context, {
    "/embed/text": (response, request, index) => {
      const { texts } = JSON.parse(request.body) as { texts: string[] };
      return json(200, {
        ...identity,
        count: texts.length,
        embeddings: texts.map((text) => toBase64(vectorOf(text.length))),
        token_counts: texts.map((text) => text.length),
        truncated: texts.flatMap((text, at) => (text.length > 3 ? [{ index: at, tokens: 99 }] : [])),
      })(response, request, index);
    },
  });
  const client = createVisualEmbedderClient({ url: space.url }, { maxTextsPerCall: 2 });
  const answer = await client.embedTexts(["a", "bb", "ccc", "dddd"]);
  expect(answer.vectors.map((vector) => vector[0])).toEqual([1, 2, 3, 4]);
  expect(answer).toMatchObject({ tokenCounts: [1, 2, 3, 4], truncated: [{ index: 3, tokens: 99 }] });
  expect(await client.probe()).toEqual(identity);
});
