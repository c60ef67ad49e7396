import { CodedError } from "@repo/contracts/coded-error";
import { desc } from "drizzle-orm";
import { beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { llmQueryLogs } from "../schema.ts";
import {
  openDatabaseTimeoutMs,
  openSharedDatabase,
  openTestServices,
  type TestServices,
  useTextSpace,
} from "../../test/open-test-services.ts";
import type { StructureEvent } from "./language-model.ts";
import { startForeignServer } from "../../test/start-foreign-server.ts";

beforeAll(openSharedDatabase, openDatabaseTimeoutMs);

const failureOf = async (promise: Promise<unknown>): Promise<CodedError> => {
  const thrown = await promise.then(
    () => new Error("It did not fail."),
    (error: unknown) => error,
  );
  if (!CodedError.isInstance(thrown)) throw thrown;
  return thrown;
};

const logOf = async ({ queryLog, database }: TestServices) => {
  await queryLog.flush();
  return await database.db.select().from(llmQueryLogs).orderBy(desc(llmQueryLogs.createdAt));
};

test("a question is answered by the Space of its tier, and the log knows", async (context) => {
  const [base, company] = [await useTextSpace(context), await useTextSpace(context, { model: "acme/words" })];
  const services = await openTestServices(context, { LLM_SPACE_URL: base.url });
  await services.store.changeTier("company", { space_url: company.url, model_version: "2026-11" });
  const answer = await services.model.generate("Name a tool", "company", { company_name: "Acme" });
  expect(answer).toMatchObject({
    tier: "company",
    answeredBy: "company",
    fallbackPath: [],
    model: "acme/words",
    modelVersion: "2026-11",
    contextApplied: true,
    cached: false,
  });
  expect(answer.text).not.toBe("");
  expect(company.generator.lastRequest).toMatchObject({
    input: { messages: [{ role: "user", content: 'Context: {"company_name":"Acme"}\n\nPrompt: Name a tool' }] },
    sampling: { temperature: 0.7 },
  });
  expect(base.generator.lastRequest).toBeUndefined();
  const [row] = await logOf(services);
  expect(row).toMatchObject({ operation: "generate", tier: "company", answeredBy: "company", errorCode: null, queryText: "Name a tool" });
  expect(row?.generatedTokens).toBeGreaterThan(0);
  expect(row?.firstTokenMs).toBeGreaterThan(0);
});

test("temperature 0 and maxLength reach the Space, and history does not repeat the prompt", async (context) => {
  const base = await useTextSpace(context);
  const { model } = await openTestServices(context, { LLM_SPACE_URL: base.url });
  const conversationHistory = [
    { role: "user" as const, content: "Hello" },
    { role: "assistant" as const, content: "Hello, what is it?" },
    { role: "user" as const, content: "Name a tool" },
  ];
  await model.generate("Name a tool", "base", undefined, { temperature: 0, maxLength: 7, conversationHistory });
  expect(base.generator.lastRequest).toMatchObject({
    input: { messages: [{ content: "user: Hello\nassistant: Hello, what is it?\n\nName a tool" }] },
    sampling: { temperature: 0, maxNewTokens: 7 },
  });
});

test("an answer may be longer than this model writes: it writes as much as it can", async (context) => {
  const base = await useTextSpace(context, { contextTokens: 60, maxNewTokens: 50 });
  const { model } = await openTestServices(context, { LLM_SPACE_URL: base.url });
  await model.generate("Name a tool", "base", undefined, { maxNewTokens: 4_000 });
  expect(base.generator.lastRequest?.sampling?.maxNewTokens).toBeLessThanOrEqual(50);
});

test("a tier without a Space, asleep, with a wrong key, or failing is stood in for by base, and says why", async (context) => {
  const [base, company] = [await useTextSpace(context), await useTextSpace(context, { apiKeys: ["the-right-key"] })];
  const services = await openTestServices(context, { LLM_SPACE_URL: base.url });
  const { store, model } = services;
  const ask = async () => await model.generate("Name a tool", "company");

  expect(await ask()).toMatchObject({
    tier: "company",
    answeredBy: "base",
    fallbackPath: [{ tier: "company", reason: expect.stringContaining("No Space is set") as string }],
  });
  await store.changeTier("company", { space_url: company.url });
  expect(await ask()).toMatchObject({ answeredBy: "base", fallbackPath: [{ tier: "company", code: "unauthorized" }] });
  company.behave({ kind: "asleep" });
  expect(await ask()).toMatchObject({ answeredBy: "base", fallbackPath: [{ tier: "company" }] });
  company.behave({ kind: "broken" });
  expect(await ask()).toMatchObject({ answeredBy: "base", fallbackPath: [{ tier: "company" }] });
  const [row] = await logOf(services);
  expect(row).toMatchObject({ tier: "company", answeredBy: "base", errorCode: null });
  expect(row?.fallbackPath).toHaveLength(1);
});

test("a sleeping Space is left out at once the next time, and asked again when it is awake", async (context) => {
  const [base, company] = [await useTextSpace(context), await useTextSpace(context)];
  const { store, model } = await openTestServices(context, { LLM_SPACE_URL: base.url, SPACE_WAKE_BUDGET_MS: "20000" });
  await store.changeTier("company", { space_url: company.url });
  company.behave({ kind: "asleep" });
  await model.generate("One", "company");
  expect(await model.generate("Two", "company")).toMatchObject({
    answeredBy: "base",
    fallbackPath: [{ reason: expect.stringContaining("waking up") as string }],
  });
  expect(company.generator.lastRequest, "it was not asked").toBeUndefined();
  company.behave(undefined);
  await expect.poll(async () => (await model.generate("Three", "company")).answeredBy, { timeout: 10_000, interval: 300 }).toBe("company");
});

test("where nobody answers, the error names everybody and why", async (context) => {
  const { model, ...services } = await openTestServices(context);
  const error = await failureOf(model.generate("Name a tool", "user"));
  expect(error).toMatchObject({ code: "model_unavailable", details: { fallbackPath: [{ tier: "user" }, { tier: "base" }] } });
  const [row] = await logOf({ model, ...services });
  expect(row).toMatchObject({ tier: "user", answeredBy: null, errorCode: "model_unavailable" });
});

test("what is wrong with the question is told at once, and nobody else is asked", async (context) => {
  const [base, company] = [await useTextSpace(context), await useTextSpace(context, { contextTokens: 20 })];
  const { store, model } = await openTestServices(context, { LLM_SPACE_URL: base.url });
  await store.changeTier("company", { space_url: company.url });
  expect(await failureOf(model.generate("many words ".repeat(100), "company", {}, { maxNewTokens: 5 }))).toMatchObject({
    code: "input_too_long",
  });
  expect(await failureOf(model.generate("  "))).toMatchObject({ code: "invalid_request" });
  expect(base.generator.lastRequest).toBeUndefined();
});

test("switches turn off Spaces, tiers and the four tiers", async (context) => {
  const [base, company] = [await useTextSpace(context), await useTextSpace(context)];
  const { store, model } = await openTestServices(context, { LLM_SPACE_URL: base.url });
  await store.changeTier("company", { space_url: company.url });
  await store.changeFlags({ useHFCompanyModel: false });
  expect(await model.generate("One", "company")).toMatchObject({ answeredBy: "base" });
  await store.changeFlags({ useHFCompanyModel: true, useMultiTieredAI: false });
  expect(await model.generate("One", "company")).toMatchObject({ tier: "base", answeredBy: "base", fallbackPath: [] });
  await store.changeSpaces({ enabled: false });
  expect(await failureOf(model.generate("One"))).toMatchObject({ code: "model_unavailable" });
});

test("the same question at temperature 0, or with a seed, is asked once; what a stand-in said is not kept", async (context) => {
  const base = await useTextSpace(context);
  const { model } = await openTestServices(context, { LLM_SPACE_URL: base.url });
  const asked = () => base.paths.filter((path) => path.startsWith("/generate-text")).length;
  const options = { temperature: 0 };
  const [first, second] = await Promise.all([model.generate("Same", "base", {}, options), model.generate("Same", "base", {}, options)]);
  expect(second.text).toBe(first.text);
  expect(await model.generate("Same", "base", {}, options)).toMatchObject({ text: first.text, cached: true });
  expect(asked()).toBe(1);
  await model.generate("Same", "base", {}, { seed: 4 });
  await model.generate("Same", "base", {}, { seed: 4 });
  expect(asked()).toBe(2);
  await model.generate("Same");
  await model.generate("Same");
  await model.generate("Same", "base", {}, { ...options, cache: false });
  expect(asked()).toBe(5);
  await model.generate("Same", "company", {}, options);
  expect((await model.generate("Same", "company", {}, options)).cached).toBe(false);
});

test("words stream, an end follows, and leaving the loop ends the work at the Space", async (context) => {
  const base = await useTextSpace(context, { tokenDelayMs: 10 });
  const { model } = await openTestServices(context, { LLM_SPACE_URL: base.url });
  const texts: string[] = [];
  const ends: unknown[] = [];
  for await (const event of model.stream("Tell me", "base", {}, { maxNewTokens: 30, seed: 1 })) {
    if (event.type === "text") texts.push(event.text);
    else ends.push(event);
  }
  expect(ends).toMatchObject([{ text: texts.join(""), answeredBy: "base" }]);
  expect(texts.length).toBeGreaterThan(1);
  for await (const event of model.stream("Tell me more", "base", {}, { maxNewTokens: 500 })) if (event.type === "text") break;
  await expect.poll(() => base.generator.running, { timeout: 20_000 }).toBe(0);
  expect(base.generator.cancelled).toBe(1);
});

test("a signal ends a question, at the Space too", async (context) => {
  const base = await useTextSpace(context, { tokenDelayMs: 20 });
  const { model } = await openTestServices(context, { LLM_SPACE_URL: base.url });
  const controller = new AbortController();
  const asking = failureOf(model.generate("Tell me", "base", {}, { signal: controller.signal, maxNewTokens: 500, stop: ["never"] }));
  await expect.poll(() => base.generator.running, { timeout: 20_000 }).toBe(1);
  controller.abort();
  expect(await asking).toMatchObject({ code: "cancelled" });
  await expect.poll(() => base.generator.running, { timeout: 20_000 }).toBe(0);
});

test("structures fit zod, JSON Schema and the short dialect, held to them by our Space", async (context) => {
  const base = await useTextSpace(context);
  const { model } = await openTestServices(context, { LLM_SPACE_URL: base.url });
  const idea = z.object({
    title: z.string().min(1).max(40),
    kind: z.enum(["saw", "axe"]),
    price: z.number().int().min(-999_999).max(999_999),
  });
  const { value, how } = await model.generateStructure("An idea", idea);
  expect(idea.parse(value)).toEqual(value);
  expect(how, "limits that the server cannot enforce are checked here").not.toBe("constrained");
  const short = await model.generateStructure("An idea", { title: "string", pros: "string[]" });
  expect(short.how).toBe("constrained");
  expect(short.value.title).toBeTypeOf("string");
  expect(Array.isArray(short.value.pros)).toBe(true);
  const schema = { type: "object", properties: { a: { type: "boolean" } }, required: ["a"], additionalProperties: false };
  expect((await model.generateStructure("An idea", schema)).value).toEqual({ a: expect.any(Boolean) as boolean });
  expect(base.generator.lastRequest).toMatchObject({ sampling: { temperature: 0.2 }, grammar: { type: "json_schema", schema } });
});

test("a structure grows while it streams", async (context) => {
  const base = await useTextSpace(context);
  const { model } = await openTestServices(context, { LLM_SPACE_URL: base.url });
  const partials: Record<string, unknown>[] = [];
  let value: unknown;
  for await (const event of model.streamStructure("An idea", { title: "string", pros: "string[]" })) {
    if (event.type === "partial") partials.push(event.value);
    else if (event.type === "end") ({ value } = event);
  }
  expect(partials.at(-1)).toEqual(value);
  expect(partials.length).toBeGreaterThan(2);
  expect(Object.keys(partials[1] ?? {})).toEqual(["title"]);
});

test("a stream says who does not answer before the next one is asked", async (context) => {
  const base = await useTextSpace(context);
  const company = await useTextSpace(context);
  company.behave({ kind: "broken" });
  const { store, model } = await openTestServices(context, { LLM_SPACE_URL: base.url });
  await store.changeTier("company", { space_url: company.url });
  const events: StructureEvent<{ title: string }>[] = [];
  for await (const event of model.streamStructure("An idea", { title: "string" }, "company")) events.push(event);
  expect(events[0]).toMatchObject({ type: "fallback", attempt: { tier: "company", reason: expect.any(String) as string } });
  expect(events.at(-1)).toMatchObject({ type: "end", answeredBy: "base", fallbackPath: [{ tier: "company" }] });
  expect(events.filter(({ type }) => type === "fallback")).toHaveLength(1);
});

test("a server that holds nothing to a schema is shown its mistakes once", async (context) => {
  const replies = ['Sure! {"title": "Saw", "pros": "sharp"}', '```json\n{"title": "Saw", "pros": ["sharp"]}\n```'];
  const server = await startForeignServer(context, () => replies.shift() ?? "no more");
  const { model } = await openTestServices(context, { LLM_SPACE_URL: server.url });
  const { value, how } = await model.generateStructure("An idea", { title: "string", pros: "string[]" });
  expect(value).toEqual({ title: "Saw", pros: ["sharp"] });
  expect(how).toBe("repaired");
  expect(server.prompts.at(-1)).toContain("/pros must be array");
  expect(server.prompts.at(-1)).toContain('"pros": "sharp"');
});

test("a tier whose answers never fit is stood in for by one that can be held to the schema", async (context) => {
  const base = await useTextSpace(context);
  const server = await startForeignServer(context, () => "I would rather not.");
  const { store, model } = await openTestServices(context, { LLM_SPACE_URL: base.url });
  await store.changeTier("abstraction", { space_url: server.url });
  expect(await model.generateStructure("An idea", { title: "string" }, "abstraction")).toMatchObject({
    answeredBy: "base",
    how: "constrained",
    fallbackPath: [{ tier: "abstraction", code: "inference_failed" }],
  });
});

test("variations are distinct, drawn by one request, and what is missing is counted", async (context) => {
  const base = await useTextSpace(context);
  const { model } = await openTestServices(context, { LLM_SPACE_URL: base.url });
  const found = await model.generateVariations("Slogans", 4, "base", {}, { maxNewTokens: 12, seed: 2 });
  expect(found.variations.length + found.failed).toBe(4);
  expect(new Set(found.variations).size).toBe(found.variations.length);
  expect(base.paths.filter((path) => path.startsWith("/generate-text")).length).toBeLessThanOrEqual(3);
  const fixed = await model.generateVariations("Slogans", 3, "base", {}, { temperature: 0 });
  expect(fixed).toMatchObject({ requested: 3, failed: 2, problems: [expect.stringContaining("temperature 0") as string] });
  expect(await failureOf(model.generateVariations("Slogans", 17))).toMatchObject({ code: "invalid_request" });
});

test("some variations of another make's server may fail", async (context) => {
  let asked = 0;
  const server = await startForeignServer(context, () => {
    asked += 1;
    return asked % 2 === 0 ? undefined : `Slogan number ${asked} of a kind ${"x".repeat(asked)}`;
  });
  const { model } = await openTestServices(context, { LLM_SPACE_URL: server.url });
  const found = await model.generateVariations("Slogans", 2);
  expect(found.variations.length).toBeGreaterThan(0);
  expect(found.failed).toBe(2 - found.variations.length);
});

test("an A/B split sends its share to the staging Space, and the same person always to the same one", async (context) => {
  const [live, staging] = [await useTextSpace(context), await useTextSpace(context)];
  const { store, model } = await openTestServices(context);
  await store.changeTier("base", { space_url: live.url, staging_url: staging.url, staging_percent: 50 });
  const variants = await Promise.all(
    Array.from(
      { length: 40 },
      async (_, index) => (await model.generate("One", "base", {}, { caller: `person ${index}`, maxNewTokens: 2 })).variant,
    ),
  );
  expect(new Set(variants)).toEqual(new Set(["live", "staging"]));
  const again = await model.generate("Two", "base", {}, { caller: "person 7", maxNewTokens: 2 });
  expect(again.variant).toBe(variants[7]);
  staging.behave({ kind: "broken" });
  await store.changeTier("base", { staging_percent: 100 });
  expect(await model.generate("Three", "base")).toMatchObject({ variant: "live", fallbackPath: [{ tier: "base", variant: "staging" }] });
});
