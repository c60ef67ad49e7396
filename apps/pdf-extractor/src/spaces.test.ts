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

function connect(variables: Record<string, string> = {}) {
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
