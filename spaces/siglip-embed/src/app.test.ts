import { InferenceClient } from "@huggingface/inference";
import type { UploadedFile } from "@repo/contracts/uploaded-file";
import { aspects, type Aspect } from "@repo/contracts/visual-embedding";
import { testSpaceConformance } from "@repo/testing/space-conformance";
import { startSpaceUnderTest, type SpaceUnderTest, type StartOptions } from "@repo/testing/space-under-test";
import OpenAI from "openai";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { toPicture } from "../test/pictures.ts";
import { writeTinyModel } from "../test/tiny-model.ts";
import { createApp } from "./app.ts";
import { configSchema } from "./config.ts";
import { createService } from "./service.ts";

const directory = await writeTinyModel();
// One for all tests: what starts and stops is the server.
const shared = await createService({ MODEL_DIRECTORY: directory, DATA_DIRECTORY: directory, WORKERS: 1 });
afterAll(async () => await shared.close());

const red = await toPicture("#c00000");
const green = await toPicture("#00c000", { kind: "jpeg" });
const toBase64 = ({ bytes }: UploadedFile) => Buffer.from(bytes).toString("base64");
const toDataUrl = (file: UploadedFile) => `data:${file.type};base64,${toBase64(file)}`;
const [redVector, greenVector] = (await shared.embedImages([red, green])).vectors as [Float32Array, Float32Array];
const [redText] = (await shared.embedTexts(["red"])).vectors as [Float32Array];

const parts = {
  configSchema,
  createApp,
  createService: async () => await Promise.resolve(shared),
  example: { path: "/embed/text", body: { texts: ["red"] } },
};

testSpaceConformance(parts);

const started: SpaceUnderTest[] = [];
afterEach(async () => {
  for (const space of started.splice(0)) await space.close();
});
async function start(options?: StartOptions): Promise<SpaceUnderTest> {
  const space = await startSpaceUnderTest(parts, "a real port", options);
  started.push(space);
  return space;
}

/** The address behind `call`, for clients that speak HTTP themselves. */
async function startWithUrl(options?: StartOptions): Promise<{ url: string; space: SpaceUnderTest }> {
  const space = await start(options);
  const { url } = await space.call("/health");
  return { url: url.replace(/\/health$/, ""), space };
}

async function read<Body = unknown>(
  response: Promise<Response>,
  toBody = (body: unknown): Body => body as Body,
): Promise<{ status: number; body: Body }> {
  const answer = await response;
  return { status: answer.status, body: toBody(await answer.json()) };
}

interface Vectors {
  count: number;
  embedding: number[];
  embeddings: (number[] | string)[];
}
interface Refusal {
  error: { message: string; details?: object };
}
interface Similarities {
  similarities: [[number, number], [number, number]];
  probabilities: [[number]];
}
interface Aspects {
  results: [{ embedding: number[]; aspects: Record<Aspect, { embedding: number[] | string; labels: unknown[] }> }];
}
interface OpenAiVectors {
  data: [{ embedding: number[] }, { embedding: number[] }];
}

const json = (body: unknown): RequestInit => ({
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify(body),
});

function toForm(files: readonly UploadedFile[], field: string, fields: Record<string, string> = {}): RequestInit {
  const form = new FormData();
  for (const { bytes, name, type } of files) form.append(field, new Blob([bytes as Uint8Array<ArrayBuffer>], { type: type ?? "" }), name);
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  return { method: "POST", body: form };
}

function expectClose(actual: readonly number[] | undefined, expected: Float32Array): void {
  expect(actual).toHaveLength(expected.length);
  const largest = Math.max(...Array.from(expected, (value, at) => Math.abs(value - (actual?.[at] ?? Number.NaN))));
  expect(largest).toBeLessThan(1e-6);
}

describe("our own routes", () => {
  test("an image comes as a form, as the body, as base64 or as a data URL, and is the same image", async () => {
    const { call } = await start();
    const ways: RequestInit[] = [
      toForm([red], "images"),
      toForm([red], "image"),
      toForm([red], "file"),
      { method: "POST", headers: { "content-type": "image/png" }, body: red.bytes as Uint8Array<ArrayBuffer> },
      json({ images: [toBase64(red)] }),
      json({ image: toDataUrl(red) }),
    ];
    for (const way of ways) {
      const { status, body } = await read<Vectors>(call("/embed/image", way));
      expect(status).toBe(200);
      expect(body).toMatchObject({ model: "test/tiny-siglip", dimensions: 1152, count: 1 });
      expectClose(body.embedding, redVector);
      expectClose(body.embeddings[0] as number[], redVector);
    }
  });

  test("a batch keeps its order, as numbers and as base64, and int8 says its scale", async () => {
    const { call } = await start();
    const plain = await read<Vectors>(call("/embed/image", toForm([red, green, red], "images")));
    expect(plain.body.count).toBe(3);
    expectClose(plain.body.embeddings[1] as number[], greenVector);
    const coded = await read<Vectors>(call("/embed/image?encoding_format=base64", toForm([red, green], "images")));
    const bytes = Buffer.from(coded.body.embeddings[1] as string, "base64");
    expectClose([...new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength))], greenVector);
    const small = await read(call("/embed/image", json({ image: toBase64(red), output_type: "int8" })));
    expect(small.body).toMatchObject({ output_type: "int8", scale: expect.any(Number) as number });
  });

  test("32 images go, 33 do not, and of a batch the broken one is named", async () => {
    const { call } = await start();
    const many = (count: number) => Array.from({ length: count }, () => red);
    expect((await read<Vectors>(call("/embed/image", toForm(many(32), "images")))).body.count).toBe(32);
    expect((await read(call("/embed/image", toForm(many(33), "images")))).status).toBe(413);
    expect((await read(call("/embed/image", json({ images: many(33).map(toBase64) })))).status).toBe(413);
    const broken = await read<Refusal>(
      call("/embed/image", toForm([red, { bytes: red.bytes.subarray(0, 70), name: "cut.png" }], "images")),
    );
    expect(broken.status).toBe(400);
    expect(broken.body.error).toMatchObject({ code: "invalid_request", details: { index: 1 } });
  });

  test.each<[string, RequestInit, number]>([
    ["nothing", json({}), 400],
    ["two names at once", json({ images: [toBase64(red)], image: toBase64(red) }), 400],
    ["text that is no base64", json({ images: ["not base64!"] }), 400],
    ["an empty list", json({ images: [] }), 400],
    ["a text file", toForm([{ bytes: Buffer.from("hello world, this is text"), name: "a.jpg", type: "image/jpeg" }], "images"), 415],
    ["a web address, which is not allowed", json({ images: ["https://example.com/a.png"] }), 400],
  ])("%s is refused with a reason", async (_, request, status) => {
    const { call } = await start();
    const answer = await read<Refusal>(call("/embed/image", request));
    expect(answer.status).toBe(status);
    expect(answer.body.error.message.length).toBeGreaterThan(10);
  });

  test("texts lie in the same space, and tell their tokens", async () => {
    const { call } = await start();
    const { body } = await read<Vectors>(call("/embed/text", json({ texts: ["RED", "wood surface"] })));
    expectClose(body.embeddings[0] as number[], redText);
    expect(body).toMatchObject({ count: 2, token_counts: [2, 3], truncated: [] });
  });

  test("classification gives every label with the model's own scale and bias", async () => {
    const { call } = await start();
    const { status, body } = await read<{ results: [{ score: number; logit: number }[], unknown] }>(
      call("/classify", toForm([red, green], "images", { labels: "red, green,wood", template: "a photo of {}" })),
    );
    expect(status).toBe(200);
    expect(body).toMatchObject({ logit_scale: 20, logit_bias: -4 });
    expect(body.results).toHaveLength(2);
    for (const { score, logit } of body.results[0]) expect(score).toBeCloseTo(1 / (1 + Math.exp(-logit)), 6);
    expect((await read(call("/classify", json({ image: toBase64(red), labels: ["red"], template: "no place" })))).status).toBe(400);
    expect((await read(call("/classify", json({ image: toBase64(red) })))).status).toBe(400);
  });

  test("similarity is of images with texts, or of either among themselves", async () => {
    const { call } = await start();
    const both = (
      await read<Similarities & { image_count: number; text_count: number }>(
        call("/similarity", json({ images: [toBase64(red), toBase64(green)], texts: ["red"] })),
      )
    ).body;
    expect([both.image_count, both.text_count, both.similarities.length, both.similarities[0].length]).toEqual([2, 1, 2, 1]);
    expect(both.probabilities[0][0]).toBeCloseTo(1 / (1 + Math.exp(-(20 * both.similarities[0][0] - 4))), 6);
    const images = (await read<Similarities>(call("/similarity", toForm([red, green], "images")))).body;
    expect(images.similarities[0][0]).toBeCloseTo(1, 5);
    expect(images.similarities[0][1]).toBeCloseTo(images.similarities[1][0], 6);
    expect((await read<Similarities>(call("/similarity", json({ texts: ["red", "green"] })))).body.similarities).toHaveLength(2);
  });

  test("aspects come with vectors and words, for images and for texts", async () => {
    const { call } = await start();
    const { status, body } = await read<Aspects>(call("/embed/aspects", toForm([red], "image", { top_labels: "2" })));
    expect(status).toBe(200);
    expectClose(body.results[0].embedding, redVector);
    for (const aspect of aspects) {
      expect(body.results[0].aspects[aspect].embedding).toHaveLength(1152);
      expect(body.results[0].aspects[aspect].labels).toHaveLength(2);
    }
    const texts = await read<Aspects>(call("/embed/aspects", json({ texts: ["red wood"], encoding_format: "base64" })));
    expect(typeof texts.body.results[0].aspects.color.embedding).toBe("string");
    expect((await read(call("/embed/aspects", json({ texts: ["red"], images: [toBase64(red)] })))).status).toBe(400);
  });

  test("/info and /status tell what runs", async () => {
    const { call } = await start();
    expect((await read(call("/info"))).body).toMatchObject({ image_size: 16, max_tokens: 64, logit_scale: 20, remote_images: false });
    expect((await read(call("/status"))).body).toMatchObject({ profile: "custom", model: { dimensions: 1152 }, files: { length: 3 } });
    expect(await (await call("/")).text()).toContain("Choose an image");
  });
});

describe("clients that exist", () => {
  test("the original app's remote client: raw bytes to /models/{org}/{name}, a flat vector back", async () => {
    const { call } = await start({ environment: { SPACE_API_KEYS: "hf_secret" } });
    const send = (headers: Record<string, string>) =>
      call("/models/google/siglip2-so400m-patch14-384", { method: "POST", headers, body: red.bytes as Uint8Array<ArrayBuffer> });
    const { status, body } = await read<number[]>(send({ authorization: "Bearer hf_secret", "content-type": "image/jpeg" }));
    expect(status).toBe(200);
    expectClose(body, redVector);
    expect((await send({ authorization: "Bearer wrong" })).status).toBe(401);
    const refused = await read(
      call("/models/a/b", { method: "POST", headers: { authorization: "Bearer hf_secret" }, body: new Uint8Array(100) }),
    );
    expect(refused.status).toBe(415);
    expect(refused.body).toMatchObject({ error: expect.any(String) as string, error_type: "Validation" });
  });

  test("@huggingface/inference: zero-shot classification of an image, and features of a text", async () => {
    const { url } = await startWithUrl();
    for (const endpointUrl of [url, `${url}/models/google/siglip2-so400m-patch14-384`]) {
      const client = new InferenceClient("none", { endpointUrl });
      const scores = await client.zeroShotImageClassification({
        model: "google/siglip2-so400m-patch14-384",
        inputs: { image: new Blob([red.bytes as Uint8Array<ArrayBuffer>]) },
        parameters: { candidate_labels: ["red", "green", "wood"] },
      });
      expect(scores.map(({ label }) => label).toSorted()).toEqual(["green", "red", "wood"]);
      expect(scores.map(({ score }) => score)).toEqual(scores.map(({ score }) => score).toSorted((a, b) => b - a));
      const features = await client.featureExtraction({ model: "any", inputs: "red" });
      expectClose(features as number[], redText);
    }
  });

  test("Hugging Face in Python: base64 as inputs, labels as parameters; a list is answered with a list", async () => {
    const { call } = await start();
    const zeroShot = await read(
      call("/", json({ inputs: toBase64(red), parameters: { candidate_labels: ["red", "green"], hypothesis_template: "{}" } })),
    );
    const { images } = await shared.classify([red], ["red", "green"]);
    const expected = images[0]?.map(({ label, score }) => ({ label, score: expect.closeTo(score, 6) as number }));
    expect(zeroShot.body).toEqual(expected);
    const features = await read<[number[], number[], number[]]>(
      call("/pipeline/feature-extraction/google/siglip", json({ inputs: [toDataUrl(red), "red", { image: toBase64(green) }] })),
    );
    expectClose(features.body[0], redVector);
    expectClose(features.body[1], redText);
    expectClose(features.body[2], greenVector);
  });

  test("the original's later endpoint: /infer in every mode, and by the root", async () => {
    const { call } = await start();
    const infer = async (inputs: unknown, parameters?: unknown, path = "/infer") =>
      (await read(call(path, json({ inputs, parameters })))).body;
    const embeddings = async (...request: Parameters<typeof infer>) =>
      ((await infer(...request)) as { embedding: number[] }[]).map(({ embedding }) => embedding);
    expectClose((await embeddings(toBase64(red), { mode: "image_embedding" }))[0], redVector);
    expectClose((await embeddings([toBase64(red), toDataUrl(green)]))[1], greenVector);
    expectClose((await embeddings("red", { mode: "text_embedding" }, "/"))[0], redText);
    const labels = (await infer({ image: toBase64(red) }, { mode: "zero_shot" })) as { label: string }[];
    expect(labels.map(({ label }) => label).toSorted()).toEqual(["diagram", "illustration", "photo"]);
    expect(await infer([toBase64(red), toBase64(green)], { candidate_labels: ["red", "wood"] })).toHaveLength(2);
    expect(await infer({ images: [toBase64(red)], texts: ["red", "wood"] }, { mode: "similarity" })).toMatchObject({
      similarity_scores: [[expect.any(Number), expect.any(Number)]],
      image_count: 1,
      text_count: 2,
    });
    const wrong = await read<{ detail: unknown }>(call("/infer", json({ inputs: "x", parameters: { mode: "other" } })));
    expect(wrong.status).toBe(400);
    expect(typeof wrong.body.detail).toBe("string");
  });

  test("OpenAI's SDK embeds texts and data URLs, and reads errors", async () => {
    const { url } = await startWithUrl();
    const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: "none", maxRetries: 0 });
    const { data, model, usage } = await client.embeddings.create({ model: "any", input: ["red", toDataUrl(green)] });
    expectClose(data[0]?.embedding, redText);
    expectClose(data[1]?.embedding, greenVector);
    expect([model, usage.prompt_tokens]).toEqual(["test/tiny-siglip", 2]);
    expect((await client.models.list()).data.map(({ id }) => id)).toEqual(["test/tiny-siglip"]);
    const failure = await client.embeddings.create({ model: "any", input: "red", dimensions: 512 }).catch((thrown: unknown) => thrown);
    expect(failure).toMatchObject({ status: 400, code: "invalid_request", param: "dimensions" });
  });

  test("Jina's items and Infinity's modality", async () => {
    const { call } = await start();
    const jina = await read<OpenAiVectors>(
      call("/v1/embeddings", json({ model: "jina-clip-v2", normalized: true, input: [{ image: toBase64(green) }, { text: "red" }] })),
    );
    expectClose(jina.body.data[0].embedding, greenVector);
    expectClose(jina.body.data[1].embedding, redText);
    const infinity = await read<OpenAiVectors>(call("/embeddings", json({ model: "any", modality: "image", input: [toDataUrl(red)] })));
    expect([jina.status, infinity.status]).toEqual([200, 200]);
    expectClose(infinity.body.data[0].embedding, redVector);
  });
});
