import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { aspects } from "@repo/contracts/visual-embedding";
import { afterAll, expect, test } from "vitest";
import { toPicture } from "../test/pictures.ts";
import { writeTinyModel } from "../test/tiny-model.ts";
import { createService } from "./service.ts";

const directory = await writeTinyModel();
const service = await createService({ MODEL_DIRECTORY: directory, WORKERS: 1, DATA_DIRECTORY: directory });
afterAll(() => service.close());

const length = (vector: Float32Array) => Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
const cosine = (a: Float32Array = new Float32Array(), b: Float32Array = new Float32Array()) =>
  a.reduce((sum, value, at) => sum + value * (b[at] ?? Number.NaN), 0);

test("images become vectors of length 1, the same ones alone, in a batch, and from another file of the same pixels", async () => {
  const [red, green, blue] = await Promise.all([toPicture("#c00000"), toPicture("#00c000"), toPicture("#0000c0")]);
  const { vectors, identity } = await service.embedImages([red, green, blue]);
  expect(identity).toMatchObject({
    model: "test/tiny-siglip",
    dimensions: 1152,
    revision: expect.stringMatching(/^[0-9a-f]{40}$/) as string,
  });
  expect(vectors.map((vector) => [vector.length, Number(length(vector).toFixed(6))])).toEqual([1, 2, 3].map(() => [1152, 1]));
  const fresh = await createService({ MODEL_DIRECTORY: directory, WORKERS: 1, DATA_DIRECTORY: directory, CACHE_MB: 0 });
  const [alone] = (await fresh.embedImages([green])).vectors;
  const [again] = (await fresh.embedImages([await toPicture("#00c000", { kind: "webp" })])).vectors;
  await fresh.close();
  expect(cosine(alone, vectors[1])).toBeGreaterThan(0.999999);
  expect(cosine(again, vectors[1])).toBeGreaterThan(0.999);
  expect(cosine(vectors[0], vectors[1])).toBeLessThan(0.99);
});

test("texts are lower-cased, cut at 64 tokens with the end token kept, and the cut is told", async () => {
  const { vectors, tokenCounts, truncated } = await service.embedTexts(["A RED Surface", "a red surface", "red ".repeat(100)]);
  expect(vectors[0]).toEqual(vectors[1]);
  expect(tokenCounts).toEqual([4, 4, 64]);
  expect(truncated).toEqual([{ index: 2, tokens: 101 }]);
  expect(length(vectors[2] as Float32Array)).toBeCloseTo(1, 5);
});

test("what a caller does to a vector does not change the next caller's", async () => {
  const image = await toPicture("#808000");
  const [first] = (await service.embedImages([image])).vectors;
  const before = first?.slice();
  first?.fill(0);
  expect((await service.embedImages([image])).vectors[0]).toEqual(before);
});

test("labels are judged one by one: sigmoid(scale * cosine + bias), best first", async () => {
  const image = await toPicture("#00c000");
  const { images } = await service.classify([image], ["red", "green", "wood"], { template: "a photo of {}" });
  const [scores = []] = images;
  const { vectors } = await service.embedTexts(["a photo of red", "a photo of green", "a photo of wood"]);
  const [vector] = (await service.embedImages([image])).vectors;
  expect(scores.map(({ logit }) => logit)).toEqual(scores.map(({ logit }) => logit).toSorted((a, b) => b - a));
  for (const { label, score, logit } of scores) {
    const expected = 20 * cosine(vector, vectors[["red", "green", "wood"].indexOf(label)]) - 4;
    expect(logit).toBeCloseTo(expected, 4);
    expect(score).toBeCloseTo(1 / (1 + Math.exp(-expected)), 6);
  }
});

test("aspect vectors differ from the image's, from each other, and from image to image", async () => {
  const images = await Promise.all([toPicture("#c00000"), toPicture("#00c000"), toPicture("#c00000", { right: "#ffffff" })]);
  const { items, aspectRevision } = await service.embedAspects(images, { topLabels: 3 });
  expect(aspectRevision).toBe((await service.info()).aspectRevision);
  for (const { vector, aspects: own } of items) {
    for (const aspect of aspects) {
      expect(length(own[aspect].vector)).toBeCloseTo(1, 5);
      expect(own[aspect].labels).toHaveLength(3);
      expect(Math.abs(cosine(vector, own[aspect].vector))).toBeLessThan(0.9);
      for (const other of aspects.filter((name) => name !== aspect))
        expect(cosine(own[aspect].vector, own[other].vector)).toBeLessThan(0.9);
    }
  }
  for (const aspect of aspects) expect(cosine(items[0]?.aspects[aspect].vector, items[1]?.aspects[aspect].vector)).toBeLessThan(0.99999);
  const texts = await service.embedTextAspects(["a red surface"]);
  expect(texts.items[0]?.aspects.color.labels.map(({ label }) => label)).toContain("red");
});

test("aspects are the same after another start, which does not embed their words again", async () => {
  const image = await toPicture("#884400");
  const [first] = (await service.embedAspects([image])).items;
  const again = await createService({ MODEL_DIRECTORY: directory, WORKERS: 1, DATA_DIRECTORY: directory });
  const [second] = (await again.embedAspects([image])).items;
  // The image is all that had to be computed.
  expect(again.status().cache).toMatchObject({ entries: 1 });
  await again.close();
  for (const aspect of aspects) expect(cosine(first?.aspects[aspect].vector, second?.aspects[aspect].vector)).toBeGreaterThan(0.99999);
});

test("of several images the broken one is named, and none is answered", async () => {
  const good = await toPicture("#123456");
  const half = { bytes: good.bytes.subarray(0, 60), name: "half.png" };
  await expect(service.embedImages([good, half, good])).rejects.toMatchObject({
    code: "invalid_request",
    message: expect.stringContaining("Image 1 (half.png)") as string,
    details: { index: 1 },
  });
  await expect(service.embedImages([{ bytes: Buffer.from("hello there") }])).rejects.toMatchObject({
    code: "unsupported_media_type",
    details: { index: 0, reason: "unknown_type" },
  });
});

test("more than 32 images, none, and a caller that left are refused", async () => {
  const image = await toPicture("#654321");
  await expect(service.embedImages(Array.from({ length: 33 }, () => image))).rejects.toMatchObject({ code: "payload_too_large" });
  await expect(service.embedImages([])).rejects.toMatchObject({ code: "invalid_request" });
  await expect(service.embedImages([await toPicture("#111111")], { signal: AbortSignal.abort() })).rejects.toMatchObject({
    code: "cancelled",
  });
});

test("a folder whose file was changed, and one that is not there, are named without their path", async () => {
  const broken = await writeTinyModel();
  await writeFile(join(broken, "text.onnx"), "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n");
  const refusal = await createService({ MODEL_DIRECTORY: broken }).catch((thrown: unknown) => thrown as Error);
  expect(refusal).toMatchObject({ code: "model_unavailable", message: expect.stringMatching(/text\.onnx is a Git LFS pointer/) as string });
  expect((refusal as Error).message).not.toContain(broken);
  await expect(createService({ MODEL_DIRECTORY: "/nowhere" })).rejects.toMatchObject({ code: "model_unavailable" });
});
