import { request as openRequest } from "node:http";
import { gzipSync } from "node:zlib";
import { createJobQueue, type JobQueue } from "@repo/app-kit/job-queue";
import { CodedError } from "@repo/contracts/coded-error";
import { type ImportView, isFinishedImport } from "@repo/contracts/memory-transfer";
import { createServer } from "@repo/server-kit/create-server";
import { listen } from "@repo/server-kit/listen";
import { createSilentLogger } from "@repo/server-kit/log";
import { Secret } from "@repo/server-kit/secret";
import type { Server } from "@repo/server-kit/server";
import { createHashingEmbedder } from "@repo/server-kit/text-embedding/hashing-embedder";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { openTestMemories, type TestMemories } from "../../../test/open-test-memories.ts";
import { createAccessControl } from "../../access.ts";
import { createKeyStore } from "../../key-store.ts";
import { importLines, imports } from "../../schema.ts";
import { mountTransfer } from "./routes.ts";
import { createTransferService } from "./transfer-service.ts";

const adminKey = "an-administrator's-key";
const inner = createHashingEmbedder({ model: "outpost/fake", dimensions: 64 });
const until = { timeout: 20_000, interval: 20 };

let memories: TestMemories;
let queue: JobQueue;
let server: Server;
let adaKey: string;
/** Stands in front of every request to the embedder. */
let beforeEmbedding: (texts: readonly unknown[]) => Promise<void>;

beforeAll(async () => {
  memories = await openTestMemories({
    embedder: {
      info: inner.info,
      embed: async (request, context) => {
        await beforeEmbedding(request.texts);
        return await inner.embed(request, context);
      },
    },
  });
  const { database, service } = memories;
  const log = createSilentLogger();
  queue = await createJobQueue({ database, log });
  const keys = createKeyStore(database.db);
  adaKey = (await keys.create({ label: "Ada's", userId: "ada" })).key;
  const access = createAccessControl({
    keys,
    host: "127.0.0.1",
    adminKey: new Secret(adminKey),
    authDisabled: false,
    allowedOrigins: [],
    findSessionKeyHash: async () => await Promise.resolve(undefined),
  });
  server = createServer({ name: "test", version: "0", authenticate: access.authorize });
  const limits = { maxBytes: 1_000_000, maxLines: 1_000, maxLineBytes: 10_000 };
  const transfer = await createTransferService({ database, memories: service, queue, log, limits });
  mountTransfer(server, { db: database.db, access, transfer });
}, 60_000);
beforeEach(async () => {
  beforeEmbedding = async () => await Promise.resolve();
  await memories.service.reset();
  await memories.database.db.delete(imports);
});
afterAll(async () => {
  await queue?.close();
  await memories?.close();
});

async function call(path: string, { key = adminKey, headers = {}, ...init }: RequestInit & { key?: string } = {}): Promise<Response> {
  return await server.app.request(path, {
    ...init,
    headers: { authorization: `Bearer ${key}`, ...(headers as Record<string, string>) },
    ...(init.body instanceof ReadableStream ? { duplex: "half" } : {}),
  } as RequestInit);
}

async function upload(body: BodyInit, options: RequestInit & { key?: string; query?: string } = {}): Promise<ImportView> {
  const headers = body instanceof FormData ? {} : { "content-type": "application/x-ndjson" };
  const response = await call(`/imports${options.query ?? ""}`, {
    method: "POST",
    body,
    ...options,
    headers: { ...headers, ...(options.headers as Record<string, string>) },
  });
  expect(response.status).toBe(202);
  return (await response.json()) as ImportView;
}

const read = async (id: string): Promise<ImportView> => (await (await call(`/imports/${id}`)).json()) as ImportView;

async function finish(view: ImportView): Promise<ImportView> {
  await expect.poll(async () => isFinishedImport(await read(view.id)), until).toBe(true);
  return await read(view.id);
}

const toFile = (...lines: object[]): string => lines.map((line) => JSON.stringify(line)).join("\n");
const numbered = (count: number, user = "ada"): object[] =>
  Array.from({ length: count }, (_, index) => ({ memory: `note number ${index}`, user_id: user }));
const exportLines = async (query: string, key = adminKey): Promise<{ id: string; memory: string }[]> =>
  (await (await call(`/exports${query}`, { key })).text())
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as { id: string; memory: string });

test("a file becomes memories with vectors; exported and imported again it keeps ids and moments and doubles nothing", async () => {
  const made = { created_at: "2020-01-02T03:04:05.006Z", updated_at: "2021-01-01T00:00:00.000Z" };
  const first = {
    memory: "Likes tea",
    user_id: "ada",
    run_id: "r1",
    metadata: { topic: "food" },
    role: "user",
    expiration_date: "2999-12-31",
  };
  const done = await finish(await upload(toFile({ ...first, ...made }, ...numbered(200))));
  expect(done).toMatchObject({ state: "done", total: 201, done: 201, skipped: 0, failed: 0, problems: [], message: null });
  expect(await memories.store.count()).toBe(201);
  const [found] = await memories.service.search({ text: "note number 77", scope: { userId: "ada" }, limit: 1 });
  expect(found?.memory.text).toBe("note number 77");

  const file = await (await call("/exports?user_id=ada")).text();
  const lines = await exportLines("?user_id=ada");
  expect(lines).toHaveLength(201);
  expect(lines[0]).toMatchObject({ ...first, ...made });
  expect(await finish(await upload(file))).toMatchObject({ state: "done", done: 0, skipped: 201 });
  expect(await memories.store.count()).toBe(201);

  await memories.service.reset();
  expect(await finish(await upload(file))).toMatchObject({ done: 201, skipped: 0 });
  expect(await (await call("/exports?user_id=ada")).text()).toBe(file);
});

test("a form's file is read, packed or not", async () => {
  const form = new FormData();
  form.set("file", new File([gzipSync(toFile(...numbered(3)))], "notes.jsonl.gz"));
  expect(await finish(await upload(form))).toMatchObject({ file_name: "notes.jsonl.gz", done: 3 });
  const packed = await upload(gzipSync(toFile(...numbered(2))), { query: "?file_name=b.jsonl", headers: { "content-encoding": "gzip" } });
  expect(await finish(packed)).toMatchObject({ file_name: "b.jsonl", done: 2 });
});

test("broken lines are named, at most twenty, and the good ones become memories", async () => {
  const broken = Array.from({ length: 25 }, () => "{oops");
  const view = await finish(await upload([JSON.stringify({ text: "good", user_id: "ada" }), ...broken].join("\n")));
  expect(view).toMatchObject({ state: "done", total: 26, done: 1, failed: 25 });
  expect(view.problems).toHaveLength(20);
  expect(view.problems[0]).toEqual({ line: 2, message: "The line is not a JSON object." });
});

test("the same upload sent twice is one import", async () => {
  const headers = { "idempotency-key": "monday" };
  const first = await upload(toFile(...numbered(5)), { headers });
  const second = await upload(toFile(...numbered(5)), { headers });
  expect(second.id).toBe(first.id);
  await finish(first);
  expect(await memories.store.count()).toBe(5);
});

test("an upload that is cut off leaves nothing and may be sent again with the same key", async () => {
  const headers = { "idempotency-key": "tuesday", "content-type": "application/x-ndjson" };
  const bytes = new TextEncoder().encode(toFile(...numbered(600)));
  const cut = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(bytes);
    },
    async pull(controller) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      controller.error(new Error("connection reset"));
    },
  });
  const response = await call("/imports", { method: "POST", body: cut, headers });
  expect(response.status).toBe(400);
  const packed = gzipSync(bytes);
  const half = await call("/imports", { method: "POST", body: packed.subarray(0, packed.length - 20), headers });
  expect([half.status, ((await half.json()) as { detail: string }).detail]).toEqual([400, expect.stringContaining("ended too early")]);
  expect(await (await call("/imports")).json()).toEqual({ imports: [] });
  expect(await memories.database.db.$count(importLines)).toBe(0);
  expect(await finish(await upload(bytes, { headers }))).toMatchObject({ done: 600 });
});

test("a connection that breaks while a file arrives leaves nothing, and a refusal reaches a client that is still sending", async () => {
  const listener = await listen(server, { port: 0, hostname: "127.0.0.1" });
  const headers = { authorization: `Bearer ${adminKey}`, "content-type": "application/x-ndjson" };
  try {
    const arriving = openRequest(`${listener.url}/imports`, { method: "POST", headers });
    arriving.on("error", () => undefined);
    arriving.write(`${toFile(...numbered(700))}\n`);
    await expect
      .poll(async () => ((await (await call("/imports")).json()) as { imports: ImportView[] }).imports[0]?.total, until)
      .toBe(500);
    arriving.destroy();
    await expect.poll(async () => await (await call("/imports")).json(), until).toEqual({ imports: [] });
    const response = await fetch(`${listener.url}/imports`, { method: "POST", headers, body: "x".repeat(8_000_000) });
    expect([response.status, (await response.json()) as object]).toMatchObject([413, { code: "payload_too_large" }]);
  } finally {
    await listener.close({ force: true });
  }
});

test.each([
  ["an empty file", "", 400],
  ["a file of empty lines", "\n\n", 400],
  ["too many lines", toFile(...numbered(1_001)), 413],
  ["a gzip bomb", gzipSync("\n".repeat(2_000_000)), 413],
])("%s is refused and leaves nothing", async (_what, body, status) => {
  const response = await call("/imports", { method: "POST", body, headers: { "content-type": "application/x-ndjson" } });
  expect(response.status).toBe(status);
  expect(await (await call("/imports")).json()).toEqual({ imports: [] });
});

test("what is no file is refused by its type", async () => {
  const response = await call("/imports", { method: "POST", body: "<a/>", headers: { "content-type": "text/xml" } });
  expect(response.status).toBe(415);
  const form = new FormData();
  form.set("file", "just words");
  expect((await call("/imports", { method: "POST", body: form })).status).toBe(400);
});

test("a user's key imports and exports that user's memories only", async () => {
  await finish(await upload(toFile({ memory: "Bob's secret", user_id: "bob", id: "00000000-0000-4000-8000-000000000001" })));
  const mine = toFile(
    { memory: "mine" },
    { memory: "not mine", user_id: "bob" },
    { memory: "taken over", id: "00000000-0000-4000-8000-000000000001" },
  );
  const view = await finish(await upload(mine, { key: adaKey }));
  expect(view).toMatchObject({ user_id: "ada", done: 1, failed: 2 });
  expect(view.problems.map(({ line }) => line)).toEqual([2, 3]);
  expect(await exportLines("", adaKey)).toMatchObject([{ memory: "mine", user_id: "ada" }]);
  expect((await exportLines("?user_id=bob")).map(({ memory }) => memory)).toEqual(["Bob's secret"]);
  const bobs = (await (await call("/imports")).json()) as { imports: ImportView[] };
  const foreign = bobs.imports.find(({ user_id }) => user_id === null)?.id ?? "";
  for (const path of [`/imports/${foreign}`, `/imports/${foreign}/events`]) expect((await call(path, { key: adaKey })).status).toBe(404);
  expect((await call(`/imports/${foreign}`, { key: adaKey, method: "DELETE" })).status).toBe(404);
  expect((await call("/exports?user_id=bob", { key: adaKey })).status).toBe(403);
  expect((await call("/imports?user_id=bob", { key: adaKey, method: "POST", body: "{}" })).status).toBe(403);
  for (const path of ["/imports", "/exports", `/imports/${foreign}`]) expect((await call(path, { key: "wrong" })).status).toBe(401);
});

test("an id that stands twice in a file is one memory", async () => {
  const id = "00000000-0000-4000-8000-000000000002";
  const lines = [{ memory: "first", user_id: "ada", id }, ...numbered(130), { memory: "second", user_id: "ada", id }];
  const view = await finish(await upload(toFile(...lines, { memory: "third", user_id: "bob", id })));
  expect(view).toMatchObject({ total: 133, done: 131, skipped: 1, failed: 1 });
  expect((await memories.service.get(id)).text).toBe("first");
});

test("while the Space is away the import waits and says why, however long it takes", async () => {
  let calls = 0;
  beforeEmbedding = async () => {
    calls += 1;
    if (calls <= 5) throw new CodedError("model_unavailable", "The Space sleeps.");
    return await Promise.resolve();
  };
  const view = await upload(toFile(...numbered(200)));
  await expect.poll(async () => (await read(view.id)).message, until).toBe("Waiting: The Space sleeps.");
  expect((await read(view.id)).state).toBe("running");
  expect(await finish(view)).toMatchObject({ state: "done", done: 200, message: null });
});

test("a text that cannot be embedded is a problem of its line only", async () => {
  beforeEmbedding = async (texts) => {
    if (texts.includes("note number 50")) throw new CodedError("inference_failed", "The model failed.");
    return await Promise.resolve();
  };
  const view = await finish(await upload(toFile(...numbered(100))));
  expect(view).toMatchObject({ state: "done", done: 99, failed: 1 });
  expect(view.problems).toEqual([{ line: 51, message: "The text cannot be embedded: The model failed." }]);
});

test("what waiting cannot mend fails the import with its reason, and it goes on when asked to", async () => {
  beforeEmbedding = async () => await Promise.reject(new CodedError("unauthorized", "The Space wants another key."));
  const view = await finish(await upload(toFile(...numbered(70))));
  expect(view).toMatchObject({ state: "failed", done: 0, message: "The Space wants another key." });
  beforeEmbedding = async () => await Promise.resolve();
  expect((await call(`/imports/${view.id}/retry`, { method: "POST" })).status).toBe(200);
  await expect.poll(async () => await read(view.id), until).toMatchObject({ state: "done", done: 70, message: null });
});

test("a cancelled import stops, keeps what is done and drops the rest", async () => {
  const gate = Promise.withResolvers<void>();
  let calls = 0;
  beforeEmbedding = async () => {
    calls += 1;
    if (calls > 2) await gate.promise;
  };
  const view = await upload(toFile(...numbered(500)));
  await expect.poll(async () => (await read(view.id)).done, until).toBe(128);
  const cancelled = (await (await call(`/imports/${view.id}`, { method: "DELETE" })).json()) as ImportView;
  expect(cancelled).toMatchObject({ state: "cancelled", done: 128 });
  gate.resolve();
  expect(await finish(await upload(toFile({ memory: "next", user_id: "ada" })))).toMatchObject({ state: "done" });
  expect(await read(view.id)).toMatchObject({ state: "cancelled", done: 128 });
  expect(await memories.store.count()).toBe(129);
  expect(await memories.database.db.$count(importLines)).toBe(0);
});

test("events tell an import's progress up to its end, and a page that comes back is sent away", async () => {
  const view = await upload(toFile(...numbered(300)));
  const stream = await (await call(`/imports/${view.id}/events`)).text();
  const events = stream.split("\n").flatMap((line) => (line.startsWith("data: ") ? [JSON.parse(line.slice(6)) as ImportView] : []));
  expect(events.at(-1)).toMatchObject({ state: "done", done: 300 });
  expect(stream).toContain("id: end");
  expect((await call(`/imports/${view.id}/events`, { headers: { "last-event-id": "end" } })).status).toBe(204);
  expect((await call("/imports/no-such/events")).status).toBe(404);
});

test("an export as JSON is one object, also of nothing", async () => {
  expect(await (await call("/exports?format=json&user_id=nobody")).json()).toEqual({ results: [] });
  expect(await (await call("/exports?user_id=nobody")).text()).toBe("");
  await finish(await upload(toFile(...numbered(2))));
  const response = await call("/exports?format=json");
  expect(response.headers.get("content-disposition")).toMatch(/^attachment; filename="memories-.*\.json"$/);
  expect(await response.json()).toMatchObject({ results: [{ user_id: "ada" }, { user_id: "ada" }] });
});
