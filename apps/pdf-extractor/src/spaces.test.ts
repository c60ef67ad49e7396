import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { promisify } from "node:util";
import { CodedError } from "@repo/contracts/coded-error";
import { createSilentLogger } from "@repo/server-kit/log";
import sharp from "sharp";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startVisualSpace, type VisualSpace } from "../test/visual-space.ts";
import type { CallAttempt } from "./ai-calls/call-log.ts";
import { configSchema } from "./config.ts";
import { createSpaces } from "./spaces.ts";

let space: VisualSpace;
let photo: { bytes: Uint8Array };
beforeAll(async () => {
  const background = { r: 200, g: 40, b: 40 };
  photo = {
    bytes: await sharp({ create: { width: 8, height: 8, channels: 3, background } })
      .png()
      .toBuffer(),
  };
  space = await startVisualSpace();
});
afterAll(async () => await space.close());

function connect(variables: Record<string, string | undefined> = {}) {
  const attempts: CallAttempt[] = [];
  const config = configSchema.parse({ SIGLIP_SPACE_URL: space.url, LOCAL_FALLBACK: "false", SPACE_WAKE_BUDGET_MS: "1000", ...variables });
  const calls = {
    record: async (attempt: CallAttempt) => void (await Promise.resolve(attempts.push(attempt))),
    spentSince: async () => await Promise.resolve(0),
  };
  const spaces = createSpaces({ config, log: createSilentLogger(), calls, storedIdentity: async () => await Promise.resolve(undefined) });
  return { spaces, attempts, embedder: spaces.embedderFor({ task: "test" }) };
}

const failureOf = async (promise: Promise<unknown>): Promise<CodedError> =>
  await promise.then(
    () => Promise.reject(new Error("It did not fail.")),
    (error: CodedError) => error,
  );

test("a batch is one request and one line of the log, with what it cost", async () => {
  const { embedder, attempts, spaces } = connect({ COST_PER_IMAGE_USD: "0.002" });
  space.batches.length = 0;
  const { items } = await embedder.embedAspects(Array.from({ length: 32 }, () => photo));
  expect([items.length, space.batches]).toEqual([32, [32]]);
  expect(attempts).toMatchObject([{ number: 1, batchSize: 32, cost: 0.064, model: "huggingface/test/colours", task: "test" }]);
  expect(spaces.status()).toMatchObject({
    mode: "space",
    state: "awake",
    answeredBy: "primary",
    message: null,
    model: { model: "test/colours" },
  });
  await spaces.close();
});

test("HUGGINGFACE_MAX_RETRIES further attempts are made, and each is logged; what is wrong with a picture is not tried again", async () => {
  const { embedder, attempts, spaces } = connect({ HUGGINGFACE_MAX_RETRIES: "2" });
  space.before(() => {
    throw new CodedError("inference_failed", "no");
  });
  expect((await failureOf(embedder.embedAspects([photo]))).code).toBe("inference_failed");
  expect(attempts.map(({ number, error }) => [number, error?.code])).toEqual([
    [1, "inference_failed"],
    [2, "inference_failed"],
    [3, "inference_failed"],
  ]);
  space.before(undefined);
  attempts.length = 0;
  expect((await failureOf(embedder.embedAspects([photo, { bytes: Buffer.from("no picture") }]))).details).toMatchObject({ index: 1 });
  expect(attempts.map(({ number, error }) => [number, error?.code])).toEqual([[1, "invalid_request"]]);
  await spaces.close();
});

test("another model than the configured one is refused, and its answer is logged as a failure", async () => {
  const { embedder, attempts, spaces } = connect({ VISUAL_EMBEDDING_PRIMARY_MODEL: "google/siglip2-so400m-patch14-384" });
  expect((await failureOf(embedder.embedTexts(["red"]))).code).toBe("model_mismatch");
  expect(attempts).toMatchObject([{ error: { code: "model_mismatch" }, model: "huggingface/google/siglip2-so400m-patch14-384" }]);
  await spaces.close();
});

test("a Space that is replaced by one with another model is noticed once, and is used from then on", async () => {
  const { embedder, spaces } = connect();
  await embedder.embedTexts(["red"]);
  space.serve({ revision: "2" });
  expect((await failureOf(embedder.embedTexts(["red"]))).code).toBe("model_mismatch");
  expect((await embedder.embedTexts(["red"])).identity.revision).toBe("2");
  space.serve({ revision: "1" });
  await spaces.close();
});

test("the older name of the address works, empty variables are as unset ones, and remote without an address says what to do", async () => {
  const { embedder, spaces } = connect({ SIGLIP_SPACE_URL: space.url });
  await embedder.embedTexts(["red"]);
  await spaces.close();
  const older = configSchema.parse({ HUGGINGFACE_API_URL: space.url });
  expect([older.SIGLIP_SPACE_URL, older.HUGGINGFACE_API_URL]).toEqual([undefined, space.url]);
  const calls = { record: async () => await Promise.resolve(), spentSince: async () => await Promise.resolve(0) };
  const options = { log: createSilentLogger(), calls, storedIdentity: async () => await Promise.resolve(undefined) };
  expect(() => createSpaces({ ...options, config: configSchema.parse({ VISUAL_EMBEDDING_MODE: "remote" }) })).toThrow("SIGLIP_SPACE_URL");
  const off = createSpaces({ ...options, config: configSchema.parse({ VISUAL_EMBEDDING_ENABLED: "false" }) });
  expect((await failureOf(off.embedderFor({ task: "test" }).embedTexts(["red"]))).code).toBe("model_unavailable");
});

/** A server of the original's form, which knows nothing else. */
async function startInferenceApi(answer: (request: { path: string; type: string; body: Buffer }) => { status?: number; json: unknown }) {
  const asked: { path: string; type: string; body: Buffer }[] = [];
  const server = createServer((request, response) => {
    void buffer(request).then((body) => {
      const got = { path: request.url ?? "", type: request.headers["content-type"] ?? "", body };
      asked.push(got);
      const { status = 200, json } = got.path.startsWith("/models/") ? answer(got) : { status: 404, json: { error: "Not Found" } };
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(json));
    });
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, asked, close: async () => await promisify(server.close.bind(server))() };
}

const vectorOf = (first: number): number[] => Array.from({ length: 1152 }, (_, at) => (at === 0 ? first : 1));
const inferenceApi = (url: string) => ({ SIGLIP_SPACE_URL: undefined, HUGGINGFACE_API_URL: url, HUGGINGFACE_API_KEY: "hf_test" });

test("HUGGINGFACE_API_URL may name a server of the original's form: an image a request, its bytes as the body", async () => {
  let count = 0;
  const answers = (number: number) => [vectorOf(3), [vectorOf(3)], { embeddings: [vectorOf(3)] }][number % 3];
  const api = await startInferenceApi(() => ({ json: answers(count++) }));
  const { embedder, attempts, spaces } = connect({ ...inferenceApi(api.url), COST_PER_IMAGE_USD: "0.002", HUGGINGFACE_BATCH_SIZE: "2" });
  for (let call = 0; call < 2; call += 1) {
    const { items, identity, aspectRevision } = await embedder.embedAspects([photo, photo, photo]);
    expect(identity).toEqual({ model: "google/siglip2-so400m-patch14-384", revision: "hosted", dimensions: 1152 });
    expect(aspectRevision).toBe("none");
    for (const { vector, aspects } of items) {
      expect(Math.hypot(...vector)).toBeCloseTo(1, 5);
      expect(vector[0]).toBeCloseTo(3 * (vector[1] as number), 5);
      expect(aspects.color).toEqual({ vector: new Float32Array(1152), labels: [] });
    }
  }
  const images = api.asked.filter(({ path }) => path === "/models/google/siglip2-so400m-patch14-384");
  expect(images).toHaveLength(6);
  for (const { type, body } of images) expect([type, body.equals(photo.bytes)]).toEqual(["image/png", true]);
  // That it is no Space is found out once, and logged as what it was.
  expect(attempts.map(({ batchSize, error, cost }) => [batchSize, error?.code, cost])).toEqual([
    [3, "not_found", 0.006],
    ...Array.from({ length: 6 }, () => [1, undefined, 0.002]),
  ]);
  await spaces.close();
  await api.close();
});

test("what such a server cannot do is said: texts, vectors of another length, which image is broken", async () => {
  const api = await startInferenceApi(({ type, body }) =>
    type.startsWith("application/json")
      ? { status: 400, json: { error: "inputs must be an image" } }
      : body.length > 100_000
        ? { json: [1, 2, 3] }
        : { json: vectorOf(1) },
  );
  const { embedder, spaces } = connect({ ...inferenceApi(api.url), HUGGINGFACE_MAX_RETRIES: "0" });
  const failure = await failureOf(embedder.embedTextAspects(["dark oak"]));
  expect([failure.code, failure.message]).toEqual(["invalid_request", expect.stringContaining("has vectors of images only")]);
  const large = { bytes: Buffer.concat([photo.bytes, Buffer.alloc(100_000)]) };
  expect((await failureOf(embedder.embedAspects([large]))).message).toContain("something else than a vector of 1152 numbers");
  const broken = await failureOf(embedder.embedAspects([photo, { bytes: Buffer.from("no picture") }]));
  expect([broken.code, broken.details]).toMatchObject(["unsupported_media_type", { index: 1 }]);
  await spaces.close();
  await api.close();
});
