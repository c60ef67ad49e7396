import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { openTestApp, type TestApp } from "../test/open-test-app.ts";

const adminKey = "administrator-key-of-the-test";
let app: TestApp;
let adaKey: string;
let bobKey: string;

beforeAll(async () => {
  app = await openTestApp({ ADMIN_API_KEY: adminKey });
  adaKey = (await app.keys.create({ label: "ada", userId: "ada" })).key;
  bobKey = (await app.keys.create({ label: "bob", userId: "bob" })).key;
}, 60_000);
beforeEach(async () => await app.service.reset());
afterAll(async () => await app.close());

interface Answer {
  status: number;
  body: Record<string, unknown> & { results: Record<string, unknown>[] };
}

async function call(
  method: string,
  path: string,
  options: { key?: string; body?: unknown; raw?: string; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const { key = adminKey, body, raw, headers } = options;
  const text = raw ?? (body === undefined ? undefined : JSON.stringify(body));
  const response = await app.server.app.request(path, {
    method,
    headers: {
      ...(key === "" ? {} : { authorization: `Bearer ${key}` }),
      ...(text === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    },
    ...(text === undefined ? {} : { body: text }),
  });
  const answered = await response.text();
  return {
    status: response.status,
    body: (answered.startsWith("{") || answered.startsWith("[") ? JSON.parse(answered) : {}) as Answer["body"],
  };
}

async function addOne(text: string, owner: Record<string, unknown> = { user_id: "ada" }): Promise<string> {
  const { body } = await call("POST", "/memories", { body: { messages: [{ role: "user", content: text }], ...owner } });
  return String(body.results[0]?.["id"]);
}

test("a memory's whole life by Mem0's routes", async () => {
  const added = await call("POST", "/memories", {
    body: {
      messages: [{ role: "user", content: "I like tea", name: "Ada" }],
      user_id: "ada",
      agent_id: "helper",
      metadata: { topic: "drinks" },
    },
  });
  expect(added).toEqual({ status: 200, body: { results: [{ id: expect.any(String), memory: "I like tea", event: "ADD", role: "user" }] } });
  const id = String(added.body.results[0]?.["id"]);
  const memory = {
    id,
    memory: "I like tea",
    hash: "6d3a0c5ff3a5fb8e0aab6d6c0dba3c9c",
    metadata: { topic: "drinks" },
    user_id: "ada",
    agent_id: "helper",
    run_id: null,
    actor_id: "Ada",
    role: "user",
    expiration_date: null,
    created_at: expect.stringMatching(/^\d{4}-.*Z$/),
    updated_at: expect.any(String),
  };
  const got = await call("GET", `/memories/${id.toUpperCase()}`);
  expect(got.body).toEqual({ ...memory, hash: expect.stringMatching(/^[0-9a-f]{32}$/) });
  const listed = await call("GET", "/memories?user_id=ada&agent_id=helper");
  expect(listed.body).toEqual({ results: [got.body], total: 1 });
  const found = await call("POST", "/search", { body: { query: "tea", filters: { user_id: "ada", topic: "drinks" } } });
  expect(found.body.results).toEqual([{ ...got.body, score: expect.any(Number) }]);
  expect(
    await call("PUT", `/memories/${id}`, { body: { text: "I like coffee", metadata: { sure: true }, expiration_date: "2999-12-31" } }),
  ).toEqual({
    status: 200,
    body: { message: "Memory updated successfully!" },
  });
  expect((await call("GET", `/memories/${id}`)).body).toMatchObject({
    memory: "I like coffee",
    metadata: { topic: "drinks", sure: true },
    expiration_date: "2999-12-31",
  });
  expect((await call("PUT", `/memories/${id}`, { body: { expiration_date: null } })).status).toBe(200);
  expect((await call("GET", `/memories/${id}`)).body).toMatchObject({ expiration_date: null });
  expect((await call("DELETE", `/memories/${id}`)).status).toBe(200);
  expect((await call("GET", `/memories/${id}`)).status).toBe(404);
  const history = (await call("GET", `/memories/${id}/history`)).body as unknown as { event: string }[];
  expect(history.map(({ event }) => event)).toEqual(["ADD", "UPDATE", "UPDATE", "DELETE"]);
});

test("lists are cut, skipped through and say how many there are", async () => {
  for (const text of ["one", "two", "three"]) await addOne(text);
  expect((await call("GET", "/memories?user_id=ada&top_k=2")).body).toMatchObject({
    results: [{ memory: "three" }, { memory: "two" }],
    total: 3,
  });
  expect((await call("GET", "/memories?user_id=ada&limit=2&offset=2")).body).toMatchObject({ results: [{ memory: "one" }], total: 3 });
  expect((await call("GET", "/memories?user_id=ada&top_k=0")).body).toEqual({ results: [], total: 3 });
});

test("entities are listed and deleted, reset forgets everything", async () => {
  await addOne("one");
  await addOne("two", { agent_id: "helper" });
  const entities = (await call("GET", "/entities")).body as unknown as Record<string, unknown>[];
  expect(entities.map(({ type, id, total_memories }) => [type, id, total_memories])).toEqual([
    ["user", "ada", 1],
    ["agent", "helper", 1],
  ]);
  expect((await call("DELETE", "/entities/agent/helper")).status).toBe(200);
  expect((await call("DELETE", "/entities/planet/mars")).status).toBe(400);
  expect((await call("GET", "/memories")).body).toMatchObject({ total: 1 });
  expect((await call("POST", "/reset")).status).toBe(200);
  expect((await call("GET", "/memories")).body).toMatchObject({ total: 0 });
});

test("the older server's way to add and to search", async () => {
  const saved = await call("POST", "/memory", {
    body: {
      messages: [
        { role: "user", content: "I sail" },
        { role: "assistant", content: "Nice" },
      ],
      user_id: "ada",
      metadata: { a: 1 },
    },
  });
  expect(saved.body).toMatchObject({ status: "memory saved", results: [{ memory: "I sail" }, { memory: "Nice" }] });
  expect((await call("POST", "/search", { body: { query: "I sail", user_id: "ada" } })).body.results[0]).toMatchObject({
    memory: "I sail",
    user_id: "ada",
  });
});

test("the configuration is told without keys and cannot be set", async () => {
  expect((await call("GET", "/configure")).body).toMatchObject({
    embedder: { provider: "outpost" },
    vector_store: { provider: "pgvector" },
  });
  expect(await call("POST", "/configure", { body: {} })).toMatchObject({
    status: 403,
    body: { detail: expect.stringContaining("cannot be changed") },
  });
});

test("the status is a real round trip and leaves nothing behind", async () => {
  const ok = await call("GET", "/status");
  expect(ok).toMatchObject({
    status: 200,
    body: { status: "ok", steps: [{ name: "embed" }, { name: "store" }, { name: "search" }], model: { dimensions: 384 }, memories: 0 },
  });
  expect((await call("GET", "/memories?show_expired=true")).body).toMatchObject({ total: 0 });
});

test("the status of a broken Space says what is wrong and what to do", async () => {
  app.space.behave({ kind: "asleep" });
  const broken = await call("GET", "/status");
  app.space.behave(undefined);
  expect(broken).toMatchObject({
    status: 503,
    body: {
      status: "broken",
      steps: [{ name: "embed", ok: false, message: expect.any(String) }],
      diagnosis: { title: expect.any(String), fix: expect.any(String) },
    },
  });
  await expect.poll(async () => (await call("GET", "/status")).status, { timeout: 20_000, interval: 300 }).toBe(200);
});

const ada = { user_id: "ada" };
const message = (content: unknown) => ({ messages: [{ role: "user", content }], ...ada });

test.for<[string, string, string, { body?: unknown; raw?: string; headers?: Record<string, string> }, number]>([
  ["no body", "POST", "/memories", { raw: "" }, 400],
  ["malformed JSON", "POST", "/memories", { raw: "{" }, 400],
  ["a list", "POST", "/memories", { body: [] }, 400],
  ["no messages", "POST", "/memories", { body: { messages: [], ...ada } }, 400],
  ["empty messages", "POST", "/memories", { body: message(" ") }, 400],
  ["nobody's memories", "POST", "/memories", { body: { messages: "hello" } }, 400],
  ["an empty user", "POST", "/memories", { body: { messages: "hello", user_id: " " } }, 400],
  ["a long user", "POST", "/memories", { body: { messages: "hello", user_id: "x".repeat(300) } }, 400],
  ["U+0000 in a text", "POST", "/memories", { body: message("a\0b") }, 400],
  ["U+0000 in a user", "POST", "/memories", { body: { messages: "hello", user_id: "a\0" } }, 400],
  ["U+0000 in metadata", "POST", "/memories", { body: { ...message("hello"), metadata: { deep: [{ "k\0": 1 }] } } }, 400],
  ["a text of a megabyte", "POST", "/memories", { body: message("x".repeat(1_000_000)) }, 400],
  ["a body of 9 MB", "POST", "/memories", { body: message("x".repeat(9_000_000)) }, 413],
  ["large metadata", "POST", "/memories", { body: { ...message("hello"), metadata: { x: "y".repeat(70_000) } } }, 400],
  ["metadata that are a list", "POST", "/memories", { body: { ...message("hello"), metadata: [1] } }, 400],
  ["a wrong date", "POST", "/memories", { body: { ...message("hello"), expiration_date: "2026-02-30" } }, 400],
  ["a body that is no JSON by its type", "POST", "/memories", { raw: "a=b", headers: { "content-type": "text/plain" } }, 415],
  ["no query", "POST", "/search", { body: ada }, 400],
  ["a query of spaces", "POST", "/search", { body: { query: "  ", ...ada } }, 400],
  ["a search of nobody's", "POST", "/search", { body: { query: "x" } }, 400],
  ["a search with two users", "POST", "/search", { body: { query: "x", ...ada, filters: { user_id: "bob" } } }, 400],
  ["a filter without meaning", "POST", "/search", { body: { query: "x", ...ada, filters: { a: { like: 1 } } } }, 400],
  ["U+0000 in a query", "POST", "/search", { body: { query: "a\0b", ...ada } }, 400],
  ["a threshold of 2", "POST", "/search", { body: { query: "x", ...ada, threshold: 2 } }, 400],
  ["too many wanted", "POST", "/search", { body: { query: "x", ...ada, top_k: 100_000 } }, 400],
  ["too many listed", "GET", "/memories?user_id=ada&top_k=-1", {}, 400],
  ["an id that is none", "GET", "/memories/7", {}, 404],
  ["an id with U+0000", "GET", "/memories/%00", {}, 404],
  ["nothing to change", "PUT", "/memories/00000000-0000-4000-8000-000000000000", { body: {} }, 400],
  ["a change of nothing", "PUT", "/memories/00000000-0000-4000-8000-000000000000", { body: { text: "x" } }, 404],
  ["deleting everybody's", "DELETE", "/memories", {}, 400],
  ["a history of nothing", "GET", "/memories/00000000-0000-4000-8000-000000000000/history", {}, 404],
  ["a key without a label", "POST", "/api-keys", { body: {} }, 400],
  ["a key that is none", "DELETE", "/api-keys/7", {}, 404],
])("%s is refused with a reason", async ([, method, path, request, status]) => {
  const answer = await call(method, path, request);
  expect([answer.status, answer.body]).toEqual([
    status,
    { detail: expect.any(String), code: expect.any(String), request_id: expect.any(String) },
  ]);
  expect(String(answer.body["detail"])).not.toMatch(/Failed query|at file:|node_modules/);
});

test("half an emoji, deep metadata and numbers as ids are stored as well as they can be", async () => {
  let deep: unknown = "end\ud83d";
  for (let depth = 0; depth < 20; depth += 1) deep = { deep };
  const { status } = await call("POST", "/memories", {
    raw: `{"messages": "cut \\ud83d", "user_id": 7, "metadata": ${JSON.stringify(deep)}}`,
  });
  expect(status).toBe(200);
  const { body } = await call("GET", "/memories?user_id=7");
  expect(body.results[0]).toMatchObject({ memory: "cut \ufffd", user_id: "7" });
  expect(JSON.stringify(body.results[0]?.["metadata"])).toContain("end\ufffd");
});

test("a text that is longer than the model reads is kept whole", async () => {
  const text = "word ".repeat(15_000).trim();
  const id = await addOne(text);
  expect((await call("GET", `/memories/${id}`)).body["memory"]).toBe(text);
});

test("the same request twice at once stores a text once", async () => {
  const body = { messages: "I moved to Rome", ...ada };
  const [one, two] = await Promise.all([call("POST", "/memories", { body }), call("POST", "/memories", { body })]);
  expect(new Set([one.body.results[0]?.["event"], two.body.results[0]?.["event"]])).toEqual(new Set(["ADD", "NONE"]));
});

/** Routes that everybody may call, because they hold nothing of anybody. */
const openRoutes = [
  "GET /health",
  "GET /ready",
  "GET /metrics",
  "GET /openapi.json",
  "GET /docs",
  "GET /assets/:name",
  "GET /console/sign-in",
  "POST /console/sign-in",
  "POST /console/sign-out",
];

/** Every route that is mounted, with an id in place of each parameter. */
function mountedRoutes(id: string): { name: string; method: string; path: string }[] {
  const routes = app.server.app.routes.filter(({ method }) => method !== "ALL");
  return [...new Set(routes.map(({ method, path }) => `${method} ${path}`))].map((name) => {
    const [method = "", pattern = ""] = name.split(" ");
    return { name, method, path: pattern.replaceAll(/:type/g, "user").replaceAll(/:\w+(\{(?:[^{}]|\{\d+\})*\})?/g, id) };
  });
}

test("without a key every route refuses or leads to the sign-in, except those that hold nothing of anybody", async () => {
  const id = await addOne("Ada's secret");
  for (const { name, method, path } of mountedRoutes(id)) {
    if (openRoutes.includes(name)) continue;
    for (const key of ["", "wrong-key"]) {
      const response = await app.server.app.request(path, {
        method,
        headers: { ...(key === "" ? {} : { "x-api-key": key }), "content-type": "application/json" },
        ...(method === "GET" || method === "HEAD" ? {} : { body: "{}" }),
      });
      expect([name, response.status, response.status === 303 ? response.headers.get("location") : ""]).toEqual([
        name,
        expect.toSatisfy((status: number) => status === 401 || status === 303),
        expect.stringMatching(response.status === 303 ? /sign-in/ : /^$/),
      ]);
      expect([name, (await response.text()).includes("secret")]).toEqual([name, false]);
    }
  }
});

test("no route shows or changes another user's memory, whichever way it is named", async () => {
  const id = await addOne("Ada's secret");
  // Somebody of her own: what she imports here arrives at some later moment.
  const malloryKey = (await app.keys.create({ label: "mallory", userId: "mallory" })).key;
  const bodies = [
    {},
    { text: "mine now", metadata: { stolen: true } },
    { query: "secret", user_id: "ada", messages: "x", label: "x" },
    { query: "secret", filters: { user_id: "ada" } },
    { query: "secret", filters: { OR: [{ user_id: "ada" }, { user_id: "mallory" }] } },
  ];
  for (const { name, method, path } of mountedRoutes(id)) {
    if (openRoutes.includes(name) || name === "POST /reset") continue;
    const hasBody = method !== "GET" && method !== "HEAD" && method !== "DELETE";
    for (const body of hasBody ? bodies : [undefined]) {
      for (const query of ["", "?user_id=ada", "?user=ada", "?owner=ada", "?user_id=ada&format=json"]) {
        const response = await app.server.app.request(`${path}${query}`, {
          method,
          headers: { "x-api-key": malloryKey, "content-type": "application/json" },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        });
        const isStream = response.headers.get("content-type")?.startsWith("text/event-stream") === true;
        const text = isStream ? "" : await response.text();
        if (isStream) await response.body?.cancel();
        expect([name, query, text.includes("Ada's secret") || text.includes("Ada&#39;s secret")]).toEqual([name, query, false]);
      }
    }
  }
  expect((await call("GET", `/memories/${id}`)).body).toMatchObject({ memory: "Ada's secret", user_id: "ada", metadata: null });
  expect((await call("GET", "/memories", { key: adaKey })).body).toMatchObject({ total: 1 });
});

test.for<[string, string, string, unknown, number]>([
  ["adding for another user", "POST", "/memories", { messages: "x", user_id: "ada" }, 403],
  ["listing another user's", "GET", "/memories?user_id=ada", undefined, 403],
  ["searching another user's", "POST", "/search", { query: "x", filters: { user_id: "ada" } }, 403],
  ["deleting another user's", "DELETE", "/memories?user_id=ada", undefined, 403],
  ["deleting another user", "DELETE", "/entities/user/ada", undefined, 403],
  ["resetting", "POST", "/reset", undefined, 403],
  ["reading the configuration", "GET", "/configure", undefined, 403],
  ["a key for another user", "POST", "/api-keys", { label: "x", user_id: "ada" }, 403],
])("%s is forbidden to a user", async ([, method, path, body, status]) => {
  expect((await call(method, path, { key: bobKey, body })).status).toBe(status);
});

test("a user's key fills the user in", async () => {
  await call("POST", "/memories", { key: bobKey, body: { messages: "I am Bob" } });
  await addOne("I am Ada");
  expect((await call("GET", "/memories", { key: bobKey })).body).toMatchObject({
    results: [{ memory: "I am Bob", user_id: "bob" }],
    total: 1,
  });
  expect((await call("POST", "/search", { key: bobKey, body: { query: "I am" } })).body.results).toHaveLength(1);
  expect((await call("GET", "/entities", { key: bobKey })).body).toMatchObject([{ type: "user", id: "bob" }]);
  expect((await call("GET", "/status", { key: bobKey })).body).toMatchObject({ memories: 1 });
});

test("keys are shown once, listed by their first characters, and stop to work when they are revoked", async () => {
  const made = await call("POST", "/api-keys", { body: { label: "laptop", user_id: "eve" } });
  expect(made).toMatchObject({ status: 201, body: { label: "laptop", user_id: "eve", key: expect.stringMatching(/^om_/) } });
  const key = String(made.body["key"]);
  for (const headers of [{ authorization: key }, { authorization: `Token ${key}` }, { "x-api-key": key }]) {
    expect((await call("GET", "/memories", { key: "", headers })).status).toBe(200);
  }
  const listed = await call("GET", "/api-keys", { key });
  expect(listed.body).toEqual([
    {
      id: made.body["id"],
      label: "laptop",
      key_prefix: key.slice(0, 8),
      user_id: "eve",
      created_at: expect.any(String),
      last_used_at: expect.any(String),
    },
  ]);
  expect((await call("DELETE", `/api-keys/${String(made.body["id"])}`, { key: bobKey })).status).toBe(404);
  expect((await call("DELETE", `/api-keys/${String(made.body["id"])}`, { key })).status).toBe(200);
  expect(await call("GET", "/memories", { key })).toMatchObject({ status: 401, body: { code: "unauthorized" } });
});
