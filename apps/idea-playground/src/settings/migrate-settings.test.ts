import { Secret } from "@repo/server-kit/secret";
import { eq } from "drizzle-orm";
import { beforeAll, expect, test } from "vitest";
import { appSettings } from "../schema.ts";
import { openDatabaseTimeoutMs, openSharedDatabase, openTestServices } from "../../test/open-test-services.ts";
import { migrateSettings } from "./migrate-settings.ts";
import { createSettingsStore } from "./settings-store.ts";

beforeAll(openSharedDatabase, openDatabaseTimeoutMs);

const key = new Secret("a key of thirty-two characters or more");

/** The row as the original wrote it: tokens in clear, fields of its own, three tiers. */
const original = {
  enabled: true,
  default_tier: "company",
  spaces: {
    base: { space_url: "https://huggingface.co/spaces/acme/company-base-llm", api_endpoint: "/api/predict", auth_token: "hf_base" },
    company: { space_url: "https://acme-company.hf.space/", api_endpoint: "/api/generate", auth_token: "", model_version: "v3" },
    abstraction: { space_url: "", api_endpoint: "/run", auth_token: "" },
  },
  notes: "kept as it is",
};

test("an empty database gets both rows, and a second run does nothing", async (context) => {
  const { database } = await openTestServices(context);
  expect(await migrateSettings(database.db, key)).toHaveLength(2);
  expect(await migrateSettings(database.db, key)).toEqual([]);
});

test("the original's row is read as it is, and its tokens are encrypted", async (context) => {
  const { database } = await openTestServices(context);
  const { db } = database;
  const flags = { multiTieredAI: { enabled: false, visible: true }, useMockAI: { enabled: true, visible: false } };
  await db.insert(appSettings).values([
    { key: "huggingface_spaces", value: original },
    { key: "feature_flags", value: flags },
  ]);
  expect(await migrateSettings(db, key)).toEqual(["The base tier's token encrypted.", expect.stringContaining("feature_flags") as string]);
  const rows = await db.select().from(appSettings);
  expect(JSON.stringify(rows)).not.toContain("hf_base");
  const store = createSettingsStore(db, key);
  const settings = await store.read();
  expect(store.openToken(settings, "base")?.reveal()).toBe("hf_base");
  expect(settings.spaces).toMatchObject({ default_tier: "company", notes: "kept as it is" });
  expect(settings.spaces.spaces.company).toMatchObject({ model_version: "v3" });
  expect(settings.flags.useMultiTieredAI, "known by its older name").toBe(false);
  expect(rows.find((row) => row.key === "feature_flags")?.value).toMatchObject(flags);
  expect(await migrateSettings(db, key)).toEqual([]);
});

test("a token in clear is refused where there is nothing to encrypt it with, and stays", async (context) => {
  const { database } = await openTestServices(context);
  const { db } = database;
  await db.insert(appSettings).values({ key: "huggingface_spaces", value: original });
  await expect(migrateSettings(db, undefined)).rejects.toMatchObject({
    code: "invalid_request",
    message: expect.stringContaining("SECRET_KEY") as string,
  });
  const [row] = await db.select().from(appSettings).where(eq(appSettings.key, "huggingface_spaces"));
  expect(row?.value).toEqual(original);
});

test("a token that was encrypted with another key is not sent, and not lost", async (context) => {
  const { database } = await openTestServices(context);
  const { db } = database;
  await createSettingsStore(db, key).changeTier("base", { token: "hf_base" });
  const other = createSettingsStore(db, new Secret("another key of thirty-two characters"));
  expect(other.openToken(await other.read(), "base")).toBeUndefined();
  await other.changeTier("base", { space_url: "acme/x" });
  const store = createSettingsStore(db, key);
  expect(store.openToken(await store.read(), "base")?.reveal()).toBe("hf_base");
});
