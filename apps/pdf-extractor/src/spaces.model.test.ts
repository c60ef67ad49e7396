import { readFile } from "node:fs/promises";
import { createSilentLogger } from "@repo/server-kit/log";
import { findFreePort } from "@repo/testing/built-process";
import { expect, test } from "vitest";
import type { CallAttempt } from "./ai-calls/call-log.ts";
import { configSchema } from "./config.ts";
import { createSpaces } from "./spaces.ts";

const swatch = new URL("../../../models/pocket-siglip/fixtures/swatch-000.jpg", import.meta.url);

async function connect(variables: Record<string, string>, storedRevision?: string) {
  const attempts: CallAttempt[] = [];
  const calls = {
    record: async (attempt: CallAttempt) => void (await Promise.resolve(attempts.push(attempt))),
    spentSince: async () => await Promise.resolve(0),
  };
  const stored = storedRevision === undefined ? undefined : { model: "outpost/pocket-siglip", revision: storedRevision, dimensions: 1152 };
  const config = configSchema.parse({ COST_PER_IMAGE_USD: "1", HUGGINGFACE_MAX_RETRIES: "1", SPACE_WAKE_BUDGET_MS: "1000", ...variables });
  const spaces = createSpaces({ config, log: createSilentLogger(), calls, storedIdentity: async () => await Promise.resolve(stored) });
  return { spaces, attempts, embedder: spaces.embedderFor({ task: "test" }) };
}

test("local mode and the stand-in for a Space that is away are the same model, and its calls cost nothing", async () => {
  const photo = { bytes: await readFile(swatch) };
  const local = await connect({ VISUAL_EMBEDDING_MODE: "local" });
  const alone = await local.embedder.embedAspects([photo]);
  expect(local.spaces.status()).toMatchObject({ mode: "local", answeredBy: "primary", model: alone.identity });
  expect(local.attempts).toMatchObject([{ number: 1, model: "outpost/pocket-siglip", cost: 0 }]);
  await local.spaces.close();

  const nobody = `http://127.0.0.1:${await findFreePort()}`;
  const standIn = await connect({ SIGLIP_SPACE_URL: nobody }, alone.identity.revision);
  const answer = await standIn.embedder.embedAspects([photo]);
  expect(answer.items[0]?.vector).toEqual(alone.items[0]?.vector);
  expect(standIn.spaces.status()).toMatchObject({ mode: "space", answeredBy: "fallback" });
  expect(standIn.attempts.at(-1)).toMatchObject({ model: "outpost/pocket-siglip", cost: 0 });
  expect(standIn.attempts.slice(0, -1).every(({ error }) => error !== undefined)).toBe(true);
  await standIn.spaces.close();

  const other = await connect({ SIGLIP_SPACE_URL: nobody }, "another");
  await expect(other.embedder.embedAspects([photo])).rejects.toMatchObject({ code: "model_mismatch" });
  await other.spaces.close();

  const none = await connect({ SIGLIP_SPACE_URL: nobody, VISUAL_EMBEDDING_FALLBACK_MODEL: "openai/clip-vit-base-patch32" });
  await expect(none.embedder.embedAspects([photo])).rejects.toMatchObject({ code: "model_unavailable" });
  await none.spaces.close();
});
