import { CodedError } from "@repo/contracts/coded-error";
import { createHashingEmbedder } from "@repo/server-kit/text-embedding/hashing-embedder";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { openTestConsole, type TestConsole } from "../../../test/open-test-console.ts";
import { openTestMemories } from "../../../test/open-test-memories.ts";

let memoryConsole: TestConsole;
let isSpaceDown = false;

beforeAll(async () => {
  const embedder = createHashingEmbedder({ model: "outpost/fake", dimensions: 256 });
  const memories = await openTestMemories({
    embedder: {
      info: embedder.info,
      embed: async (request, context) => {
        if (isSpaceDown) throw new CodedError("model_unavailable", "The Space is asleep. It was asked to wake up.");
        return await embedder.embed(request, context);
      },
    },
  });
  memoryConsole = await openTestConsole({
    memories,
    // Vectors of what was stored, and made-up ones for rows that a test wrote by itself.
    readVectors: async (ids) => {
      const stored = await memories.store.read(ids);
      return new Map(
        ids.map((id, position) => [id, stored.get(id) ?? Float32Array.from({ length: 256 }, (_, axis) => Math.sin(position * axis))]),
      );
    },
  });
}, 60_000);
beforeEach(async () => {
  isSpaceDown = false;
  await memoryConsole.memories.service.reset();
});
afterAll(async () => await memoryConsole.close());

async function get(path: string): Promise<{ status: number; text: string; headers: Headers }> {
  const response = await memoryConsole.server.app.request(path);
  return { status: response.status, text: await response.text(), headers: response.headers };
}

async function post(path: string, fields: Record<string, string> = {}): Promise<{ status: number; text: string; location: string }> {
  const response = await memoryConsole.server.app.request(path, { method: "POST", body: new URLSearchParams(fields) });
  return { status: response.status, text: await response.text(), location: response.headers.get("location") ?? "" };
}

async function add(text: string, userId = "ada"): Promise<string> {
  const [change] = await memoryConsole.memories.service.add({
    messages: [{ role: "user", content: text }],
    scope: { userId },
    infer: false,
  });
  return change?.id ?? "";
}

const hostile = `"><script>alert(1)</script><img src=x onerror=alert(2)>'`;

/** Markup that a security policy or a hostile text would trip over. */
function findSuspicious(text: string): string[] {
  return [...text.matchAll(/<script(?![^>]* src=")[^>]*>|<img[^>]*>|<[a-z]+[^>"]*\s(?:style|on[a-z]+)="/g)].map(([match]) => match);
}

test("hostile texts, ids and metadata are text on every page, and nothing is inline", async () => {
  const { service } = memoryConsole.memories;
  const scope = { userId: hostile, agentId: hostile };
  const messages = ["one", "two", "three"].map((word) => ({ role: "user", content: `${hostile} ${word}` }));
  const [first] = await service.add({ messages, scope, metadata: { [hostile]: hostile }, infer: false });
  const owner = new URLSearchParams({ user_id: hostile, query: hostile });
  for (const path of [
    "/",
    "/console/memories",
    `/console/memories?${owner}`,
    `/console/fragments/results?${owner}`,
    `/console/memories/${first?.id}`,
    `/console/map?${owner}`,
    `/console/transfer?${owner}`,
    `/console/memories?notice=${encodeURIComponent(hostile)}&undo=${encodeURIComponent(hostile)}`,
  ]) {
    const { status, text, headers } = await get(path);
    expect([path, status]).toEqual([path, 200]);
    expect(findSuspicious(text)).toEqual([]);
    expect(headers.get("content-security-policy")).toContain("default-src 'self'");
  }
});

test("an empty server shows how to add the first memory, by a program and by hand", async () => {
  const { text } = await get("/");
  expect(text).toContain("curl http://localhost/memories");
  expect(text).toContain('action="/console/memories/add"');
  expect((await get("/console/memories?user_id=nobody")).text).toContain("Nothing is remembered here yet.");
  expect((await get("/console/map")).text).toContain("A map needs at least 3 memories.");
});

test("owners are listed with their counts; one memory is one", async () => {
  await add("tea", "ada");
  const { text } = await get("/");
  expect(text).toMatch(/user_id=ada[^]*?<\/svg> 1</);
  expect((await get("/console/memories?user_id=ada")).text).toContain("1 memory<");
});

test("ten thousand memories come in pages, and the map says what it leaves out", async () => {
  await memoryConsole.memories.database.db.execute(sql`
    insert into memories (id, user_id, text, hash, created_at)
    select gen_random_uuid(), 'ada', 'memory ' || n, md5('memory ' || n), now() - n * interval '1 minute' from generate_series(1, 10000) n`);
  const first = await get("/console/memories?user_id=ada");
  expect(first.text).toContain("10,000 memories");
  expect([...first.text.matchAll(/<li class="memory"/g)]).toHaveLength(50);
  expect(first.text).toContain("Page 1 of 200");
  const last = await get("/console/memories?user_id=ada&page=200");
  expect(last.text).toContain("memory 10000");
  expect(last.text).not.toContain("Older →");
  expect((await get("/console/memories?user_id=ada&page=201")).text).toContain("There are fewer pages.");
  const map = await get("/console/map?user_id=ada");
  expect([...map.text.matchAll(/<title>memory/g)]).toHaveLength(2_000);
  expect(map.text).toContain("It shows the newest 2,000 of 10,000.");
});

test("a huge text is cut in the list and whole on its own page; any script keeps its direction", async () => {
  const huge = `start ${"💡 فكرة ".repeat(11_000)} end`;
  const id = await add(huge);
  const list = await get("/console/memories?user_id=ada");
  expect(list.text.length).toBeLessThan(20_000);
  expect(list.text).toContain("Read and edit");
  expect(list.text).toContain('<p class="text" dir="auto">start 💡');
  expect((await get(`/console/memories/${id}`)).text).toContain(huge);
});

test("plain text is kept as it is, with metadata and a last day", async () => {
  const { location, status } = await post("/console/memories/add", {
    user_id: "ada",
    kind: "text",
    text: "Likes tea:\r\ngreen",
    metadata: "topic: drinks\r\nstars: 5\r\nfavourite: true",
    expires_on: "2999-12-31",
  });
  expect([status, location]).toEqual([303, expect.stringMatching(/^\/console\/memories\?user_id=ada&notice=added#m-/)]);
  const { memories } = await memoryConsole.memories.service.list({ scope: { userId: "ada" }, limit: 10 });
  expect(memories).toMatchObject([
    { text: "Likes tea:\ngreen", metadata: { topic: "drinks", stars: 5, favourite: true }, expiresOn: "2999-12-31" },
  ]);
  expect((await post("/console/memories/add", { user_id: "ada", text: "Likes tea:\ngreen" })).location).toContain("notice=known");
});

test("a conversation becomes its messages", async () => {
  await post("/console/memories/add", { user_id: "ada", kind: "conversation", text: "user: I live in Oslo.\nassistant: Noted." });
  const { memories } = await memoryConsole.memories.service.list({ scope: { userId: "ada" }, limit: 10 });
  expect(Object.fromEntries(memories.map(({ text, role }) => [role, text]))).toEqual({ user: "I live in Oslo.", assistant: "Noted." });
});

test.for<[string, Record<string, string>]>([
  ["no owner", { text: "tea" }],
  ["no text", { user_id: "ada", text: "  " }],
  ["metadata that are no names and values", { user_id: "ada", text: "tea", metadata: "just words" }],
  ["a day that does not exist", { user_id: "ada", text: "tea", expires_on: "2026-02-31" }],
  ["a text that is too long", { user_id: "ada", text: "x".repeat(100_001) }],
  ["an id that is too long", { user_id: "x".repeat(300), text: "tea" }],
])("a form with %s is refused with a page that says why", async ([, fields]) => {
  const { status, text } = await post("/console/memories/add", fields);
  expect(status).toBe(400);
  expect(text).toContain('role="alert"');
  expect((await memoryConsole.memories.service.list({ scope: {}, limit: 1 })).total).toBe(0);
});

test("a form that is too large is not read", async () => {
  expect((await post("/console/memories/add", { user_id: "ada", text: "x".repeat(3_000_000) })).status).toBe(413);
});

test("a memory is changed in place, and its history tells old and new", async () => {
  const id = await add("Lives in Vienna");
  const back = "/console/memories?user_id=ada&page=1";
  const saved = await post(`/console/memories/${id}/update`, { text: "Lives in Oslo", back });
  expect(saved.location).toBe(`${back}&notice=saved#m-${id}`);
  const { text } = await get(`/console/memories/${id}`);
  expect(text).toContain("<del>Lives in Vienna</del>");
  expect(text).toContain("<ins>Lives in Oslo</ins>");
  expect((await post(`/console/memories/${id}/update`, { text: "Lives in Oslo", back })).location).toContain("notice=unchanged");
});

test("a form sends nobody to another server", async () => {
  const id = await add("tea");
  for (const back of ["//evil.example/x", "https://evil.example", "/\\evil.example", "javascript:alert(1)"]) {
    const { location } = await post(`/console/memories/${id}/update`, { text: "tea", back });
    expect(new URL(location, "http://here.example").host).toBe("here.example");
  }
});

test("what was deleted comes back whole by Undo, while its history stays", async () => {
  const { service } = memoryConsole.memories;
  const [change] = await service.add({
    messages: [{ role: "user", content: "Has a cat" }],
    scope: { userId: "ada" },
    metadata: { pet: 1 },
  });
  const before = await service.get(change?.id ?? "");
  const { location } = await post(`/console/memories/${before.id}/delete`, { back: "/console/memories?user_id=ada" });
  expect(location).toContain(`notice=deleted&undo=${before.id}`);
  expect((await get(location)).text).toContain("Undo");
  expect((await get(`/console/memories/${before.id}`)).text).toContain("Deleted memory");
  expect((await post("/console/memories/restore", { id: before.id })).location).toContain("notice=restored");
  expect(await service.get(before.id)).toMatchObject({ text: "Has a cat", metadata: { pet: 1 }, createdAt: before.createdAt });
  expect((await post("/console/memories/restore", { id: before.id })).location).toContain("notice=expired");
});

test("all memories of one owner are deleted, nobody else's, and never everybody's", async () => {
  await add("tea", "ada");
  await add("coffee", "bob");
  expect((await post("/console/memories/delete-all")).status).toBe(400);
  expect((await post("/console/memories/delete-all", { user_id: "ada" })).location).toContain("notice=all-deleted");
  const { memories } = await memoryConsole.memories.service.list({ scope: {}, limit: 10 });
  expect(memories.map(({ userId }) => userId)).toEqual(["bob"]);
});

test("a search shows scores, best first, and the map marks what was found", async () => {
  for (const text of ["the cat sleeps", "trains leave at noon", "the cat eats fish"]) await add(text);
  const { text } = await get("/console/fragments/results?user_id=ada&query=cat+sleeps");
  expect(text.indexOf("the cat sleeps")).toBeLessThan(text.indexOf("the cat eats fish"));
  expect(text).toMatch(/aria-label="Score: \d+%"/);
  expect((await get("/console/map?user_id=ada&query=cat")).text).toContain('class="highlight"');
});

test("while the Space is away lists work, a search says why there is none, and what was typed is refused, not lost", async () => {
  await add("the cat sleeps");
  isSpaceDown = true;
  const { status, text } = await get("/console/memories?user_id=ada&query=cat");
  expect(status).toBe(200);
  expect(text).toContain("The Space is asleep.");
  const added = await post("/console/memories/add", { user_id: "ada", text: "new" });
  expect([added.status, added.text]).toEqual([503, expect.stringContaining("The Space is asleep.")]);
});

test("unknown memories, keys and imports are pages that say so", async () => {
  const id = crypto.randomUUID();
  for (const path of [`/console/memories/${id}`, `/console/imports/${id}`]) {
    const { status, headers } = await get(path);
    expect([path, status, headers.get("content-type")]).toEqual([path, 404, "text/html; charset=UTF-8"]);
  }
  expect((await post(`/console/keys/${id}/revoke`)).status).toBe(404);
  expect((await post(`/console/memories/${id}/delete`)).status).toBe(404);
});

test("a file is imported by form, its progress is a page, and lines that cannot be read are listed", { timeout: 60_000 }, async () => {
  const form = new FormData();
  const lines = [{ memory: "Likes <b>tea</b>" }, { memory: "Has a cat", metadata: { pet: true } }, { note: "no text" }];
  form.set("file", new File([lines.map((line) => JSON.stringify(line)).join("\n")], "my <memories>.jsonl"));
  const response = await memoryConsole.server.app.request("/console/imports?user_id=ada", { method: "POST", body: form });
  const location = response.headers.get("location") ?? "";
  expect([response.status, location]).toEqual([303, expect.stringMatching(/^\/console\/imports\//)]);
  await expect.poll(async () => (await get(location)).text, { timeout: 30_000, interval: 200 }).toContain("data-finished");
  const { text } = await get(location);
  expect(text).toContain("2 remembered");
  expect(text).toContain("<b>Line 3</b>");
  expect(text).toContain("my &lt;memories&gt;.jsonl");
  expect(findSuspicious(text)).toEqual([]);
  expect((await get("/console/transfer?user_id=ada")).text).toContain("my &lt;memories&gt;.jsonl");
  expect((await get("/console/memories?user_id=ada")).text).toContain("Likes &lt;b&gt;tea&lt;/b&gt;");
});

test("the Space's state is a stream, and local mode is said on every page", async () => {
  const response = await memoryConsole.server.app.request("/console/events");
  const reader = response.body?.getReader();
  const { value } = (await reader?.read()) ?? {};
  await reader?.cancel();
  expect(new TextDecoder().decode(value)).toContain('"state":"awake"');
  expect((await get("/console/keys")).text).toContain("Local mode");
});
