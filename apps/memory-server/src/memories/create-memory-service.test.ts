import { CodedError } from "@repo/contracts/coded-error";
import type { EmbedTexts } from "@repo/contracts/embed-text";
import { createHashingEmbedder } from "@repo/server-kit/text-embedding/hashing-embedder";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { openTestMemories, type TestMemories } from "../../test/open-test-memories.ts";
import { createMemoryService } from "./create-memory-service.ts";
import type { FactSource } from "./memory-service.ts";

let memories: TestMemories;
const asked: EmbedTexts[] = [];
let pause: Promise<void> | undefined;
const inner = createHashingEmbedder({ model: "outpost/fake", dimensions: 256 });

beforeAll(async () => {
  memories = await openTestMemories({
    embedder: {
      info: inner.info,
      embed: async (request, context) => {
        asked.push(request);
        await pause;
        return await inner.embed(request, context);
      },
    },
  });
}, 60_000);
beforeEach(async () => {
  await memories.service.reset();
  asked.length = 0;
  pause = undefined;
});
afterAll(async () => await memories.close());

const ada = { userId: "ada" };
const say = (...texts: string[]) => texts.map((content) => ({ role: "user", content }));

test("what was added is found by its words, best first, with scores in 0..1", async () => {
  await memories.service.add({ messages: say("the cat sleeps on the sofa", "trains leave at noon", "the cat eats fish"), scope: ada });
  const found = await memories.service.search({ text: "the cat sleeps", scope: ada });
  expect(found.map(({ memory }) => memory.text)).toEqual(["the cat sleeps on the sofa", "the cat eats fish", "trains leave at noon"]);
  const scores = found.map(({ score }) => score);
  expect(scores).toEqual(scores.toSorted((a, b) => b - a));
  expect(scores.every((score) => score >= 0 && score <= 1)).toBe(true);
  expect(asked.map(({ inputType }) => inputType)).toEqual(["passage", "query"]);
});

test("limit, lowest score and metadata filters narrow a search", async () => {
  const { service } = memories;
  await service.add({ messages: say("apples are red"), scope: ada, metadata: { topic: "fruit", stars: 5 } });
  await service.add({ messages: say("apples are green"), scope: ada, metadata: { topic: "fruit", stars: 2 } });
  await service.add({ messages: say("apples fell on Newton"), scope: ada, metadata: { topic: "physics" } });
  expect(await service.search({ text: "apples are red", scope: ada, limit: 1 })).toHaveLength(1);
  expect(await service.search({ text: "apples are red", scope: ada, limit: 0 })).toEqual([]);
  expect((await service.search({ text: "apples are red", scope: ada, minScore: 0.95 })).map(({ memory }) => memory.text)).toEqual([
    "apples are red",
  ]);
  const filter = {
    all: [
      { field: "topic", operator: "eq", value: "fruit" },
      { field: "stars", operator: "gte", value: 3 },
    ],
  } as const;
  expect((await service.search({ text: "apples", scope: ada, filter })).map(({ memory }) => memory.text)).toEqual(["apples are red"]);
  expect((await service.list({ scope: ada, filter, limit: 10 })).total).toBe(1);
});

test("the same text is stored once per owner, and said to be there already", async () => {
  const { service } = memories;
  const [first] = await service.add({ messages: say("I like tea"), scope: ada });
  const again = await service.add({ messages: say("I like tea", "I like cake", "I like cake"), scope: ada });
  expect(again.map(({ event }) => event)).toEqual(["NONE", "ADD", "NONE"]);
  expect(again[0]?.id).toBe(first?.id);
  const [other] = await service.add({ messages: say("I like tea"), scope: { userId: "bob" } });
  expect(other?.event).toBe("ADD");
  expect((await service.list({ scope: {}, limit: 10 })).total).toBe(3);
  expect(asked.flatMap(({ texts }) => texts)).toEqual(["I like tea", "I like cake", "I like tea"]);
});

test("two requests that add the same at once store it once", async () => {
  const { service } = memories;
  const gate = Promise.withResolvers<void>();
  pause = gate.promise;
  const both = [1, 2].map(async () => await service.add({ messages: say("I moved to Rome"), scope: ada }));
  await expect.poll(() => asked.length).toBe(2);
  gate.resolve();
  const [one, two] = await Promise.all(both);
  expect(new Set([one?.[0]?.event, two?.[0]?.event])).toEqual(new Set(["ADD", "NONE"]));
  expect(one?.[0]?.id).toBe(two?.[0]?.id);
  expect((await service.list({ scope: ada, limit: 10 })).total).toBe(1);
});

test("a memory is embedded again only when its text is another one, and its history tells everything", async () => {
  const { service } = memories;
  const [added] = await service.add({
    messages: [{ role: "user", content: "I live in Paris", name: "Ada" }],
    scope: ada,
    metadata: { a: 1 },
  });
  const id = added?.id ?? "";
  await service.update(id, { metadata: { b: 2 } });
  await service.update(id, { text: "I live in Paris" });
  expect(asked).toHaveLength(1);
  const updated = await service.update(id, { text: "I live in Oslo", expiresOn: "2999-01-01" });
  expect(asked).toHaveLength(2);
  expect(updated).toMatchObject({ text: "I live in Oslo", metadata: { a: 1, b: 2, actor_id: "Ada" }, expiresOn: "2999-01-01" });
  expect((await service.search({ text: "I live in Oslo", scope: ada }))[0]).toMatchObject({ memory: { id }, score: expect.closeTo(1, 5) });
  await service.remove(id);
  await expect(service.get(id)).rejects.toMatchObject({ code: "not_found" });
  expect(await memories.store.count()).toBe(0);
  const history = await service.history(id);
  expect(history.map(({ event, oldText, newText }) => [event, oldText, newText])).toEqual([
    ["ADD", null, "I live in Paris"],
    ["UPDATE", "I live in Paris", "I live in Paris"],
    ["UPDATE", "I live in Paris", "I live in Paris"],
    ["UPDATE", "I live in Paris", "I live in Oslo"],
    ["DELETE", "I live in Oslo", null],
  ]);
  expect(history.at(-1)).toMatchObject({ isDeleted: true, actorId: "Ada", role: "user" });
});

test("a memory whose last day is over is hidden until it is asked for, and may be said again", async () => {
  const { service } = memories;
  await service.add({ messages: say("the shop closes early"), scope: ada, expiresOn: "2020-01-01" });
  expect((await service.list({ scope: ada, limit: 10 })).memories).toEqual([]);
  expect(await service.search({ text: "the shop closes early", scope: ada })).toEqual([]);
  expect(await service.search({ text: "the shop closes early", scope: ada, includeExpired: true })).toHaveLength(1);
  expect((await service.add({ messages: say("the shop closes early"), scope: ada }))[0]?.event).toBe("ADD");
});

test("nothing is stored when the embedder fails", async () => {
  pause = Promise.reject(new CodedError("model_unavailable", "The Space sleeps."));
  pause.catch(() => undefined);
  await expect(memories.service.add({ messages: say("lost"), scope: ada })).rejects.toMatchObject({ code: "model_unavailable" });
  expect((await memories.service.list({ scope: {}, limit: 1 })).total).toBe(0);
});

test("a memory cannot be without its vector: when the vector cannot be written, neither is the memory", async () => {
  const broken = createMemoryService({
    db: memories.database.db,
    embedder: inner,
    store: { ...memories.store, upsert: async () => await Promise.reject(new CodedError("model_unavailable", "No room.")) },
  });
  await expect(broken.add({ messages: say("half"), scope: ada })).rejects.toMatchObject({ code: "model_unavailable" });
  expect((await memories.service.list({ scope: {}, limit: 1 })).total).toBe(0);
});

test("another model than the stored vectors' is refused and names the way out", async () => {
  const { service, database, store } = memories;
  await service.add({ messages: say("of the first model"), scope: ada });
  const other = createMemoryService({
    db: database.db,
    embedder: createHashingEmbedder({ model: "outpost/other", dimensions: 256 }),
    store,
  });
  const refusal = { code: "model_mismatch", message: expect.stringContaining("reembed") };
  await expect(other.search({ text: "of the first model", scope: ada })).rejects.toMatchObject(refusal);
  await expect(other.add({ messages: say("of the second"), scope: ada })).rejects.toMatchObject(refusal);
  expect(await service.search({ text: "of the first model", scope: ada })).toHaveLength(1);
});

test("a batch is inserted once, whole, with what belongs into its transaction", async () => {
  const { service } = memories;
  const rows = [1, 2, 3].map((n) => ({
    id: `00000000-0000-4000-8000-00000000000${n}`,
    text: `line ${n}`,
    scope: ada,
    createdAt: new Date("2020-05-05T00:00:00Z"),
  }));
  const failing = async (): Promise<void> => await Promise.reject(new Error("power cut"));
  await expect(service.insertBatch(rows, {}, failing)).rejects.toThrow("power cut");
  expect((await service.list({ scope: ada, limit: 10 })).total).toBe(0);
  expect(await service.insertBatch(rows.slice(0, 2))).toEqual({ inserted: 2 });
  expect(await service.insertBatch(rows)).toEqual({ inserted: 1 });
  expect(asked.at(-1)?.texts).toEqual(["line 3"]);
  expect((await service.get(rows[0]?.id ?? "")).createdAt).toEqual(new Date("2020-05-05T00:00:00Z"));
});

test("facts are stored in place of messages; when they cannot be had, the messages are, with a warning", async () => {
  const { database, store } = memories;
  const create = (facts: FactSource) => createMemoryService({ db: database.db, embedder: inner, store, facts });
  const working = create({ extract: async () => await Promise.resolve(["Likes tea", "Lives in Rome"]) });
  const messages = say("I like tea, and I live in Rome");
  const added = await working.add({ messages, scope: ada });
  expect(added.map(({ text }) => text)).toEqual(["Likes tea", "Lives in Rome"]);
  expect((await working.add({ messages, scope: ada, infer: false })).map(({ text }) => text)).toEqual(["I like tea, and I live in Rome"]);
  const failing = create({ extract: async () => await Promise.reject(new CodedError("model_unavailable", "It sleeps.")) });
  const plain = await failing.add({ messages: say("I sail"), scope: ada });
  expect([plain[0]?.text, plain.warnings?.[0]]).toEqual(["I sail", expect.stringContaining("It sleeps.")]);
});

test("what the system says and what is empty are not remembered", async () => {
  const { service } = memories;
  const added = await service.add({ messages: [{ role: "system", content: "be nice" }, ...say(" ", "I paint")], scope: ada });
  expect(added.map(({ text }) => text)).toEqual(["I paint"]);
  await expect(service.add({ messages: [{ role: "system", content: "be nice" }], scope: ada })).rejects.toMatchObject({
    code: "invalid_request",
  });
});

test("a scope sees its own memories only", async () => {
  const { service } = memories;
  const [added] = await service.add({ messages: say("a secret"), scope: ada });
  const id = added?.id ?? "";
  const bob = { userId: "bob" };
  const refused = { code: "not_found" };
  await expect(service.get(id, bob)).rejects.toMatchObject(refused);
  await expect(service.update(id, { text: "mine now" }, bob)).rejects.toMatchObject(refused);
  await expect(service.history(id, bob)).rejects.toMatchObject(refused);
  await expect(service.remove(id, bob)).rejects.toMatchObject(refused);
  expect(await service.search({ text: "a secret", scope: bob })).toEqual([]);
  expect(await service.entities(bob)).toEqual([]);
  expect((await service.get(id)).text).toBe("a secret");
});

test("everything of an owner can be removed, nothing of nobody", async () => {
  const { service } = memories;
  await service.add({ messages: say("one", "two"), scope: { userId: "ada", runId: "r1" } });
  await service.add({ messages: say("three"), scope: ada });
  expect(await service.removeMany({ runId: "r1" })).toBe(2);
  await expect(service.removeMany({})).rejects.toMatchObject({ code: "invalid_request" });
  expect(await service.entities()).toMatchObject([{ type: "user", id: "ada", memories: 1 }]);
});

test("an aborted request stores nothing", async () => {
  const controller = new AbortController();
  controller.abort(new CodedError("cancelled", "The caller left."));
  const { database, store } = memories;
  const facts: FactSource = { extract: async (_messages, context) => await Promise.reject(context?.signal?.reason as Error) };
  const service = createMemoryService({ db: database.db, embedder: inner, store, facts });
  await expect(service.add({ messages: say("late"), scope: ada }, { signal: controller.signal })).rejects.toMatchObject({
    code: "cancelled",
  });
});
