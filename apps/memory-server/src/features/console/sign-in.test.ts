import { afterAll, beforeAll, expect, test } from "vitest";
import { createConsoleSessions } from "../../console-sessions.ts";
import { openTestConsole, type TestConsole } from "../../../test/open-test-console.ts";

const adminKey = "an-administrators-key";
let memoryConsole: TestConsole;
let adaKey: string;
let bobMemory: string;

beforeAll(async () => {
  memoryConsole = await openTestConsole({ adminKey });
  adaKey = (await memoryConsole.keys.create({ label: "Ada's", userId: "ada" })).key;
  const { service } = memoryConsole.memories;
  await service.add({ messages: [{ role: "user", content: "Ada likes tea" }], scope: { userId: "ada" } });
  const [change] = await service.add({
    messages: [{ role: "user", content: "Bob's secret" }],
    scope: { userId: "bob", agentId: "helper" },
  });
  bobMemory = change?.id ?? "";
}, 60_000);
afterAll(async () => await memoryConsole.close());

const host = "memories.example";

async function request(
  path: string,
  options: { cookie?: string; form?: Record<string, string>; headers?: Record<string, string> } = {},
): Promise<{ status: number; text: string; headers: Headers; location: string }> {
  const { cookie, form, headers = {} } = options;
  const response = await memoryConsole.server.app.request(`http://${host}${path}`, {
    headers: { host, ...(cookie === undefined ? {} : { cookie }), ...headers },
    ...(form === undefined ? {} : { method: "POST", body: new URLSearchParams(form) }),
  });
  return {
    status: response.status,
    text: await response.text(),
    headers: response.headers,
    location: response.headers.get("location") ?? "",
  };
}

async function signIn(key: string): Promise<string> {
  const { headers } = await request("/console/sign-in", { form: { key } });
  return headers.get("set-cookie")?.split(";")[0] ?? "";
}

test("without a session every page leads to the sign-in page, and from there back", async () => {
  const { status, location } = await request("/console/memories?user_id=ada");
  expect([status, location]).toEqual([303, `/console/sign-in?next=${encodeURIComponent("/console/memories?user_id=ada")}`]);
  expect((await request(location)).text).toContain('value="/console/memories?user_id=ada"');
  const signedIn = await request("/console/sign-in", { form: { key: adaKey, next: "/console/memories?user_id=ada" } });
  expect([signedIn.status, signedIn.location]).toEqual([303, "/console/memories?user_id=ada"]);
  expect((await request("/console/sign-in", { form: { key: adaKey, next: "//evil.example" } })).location).toBe("/");
  expect((await request("/console/events")).status).toBe(401);
  expect((await request("/console/fragments/results")).status).toBe(401);
});

test("the cookie is an opaque value that no script reads and no other site sends", async () => {
  const { headers } = await request("/console/sign-in", { form: { key: adaKey }, headers: { "x-forwarded-proto": "https" } });
  const cookie = headers.get("set-cookie") ?? "";
  for (const attribute of ["HttpOnly", "SameSite=Strict", "Secure", "Path=/"]) expect(cookie).toContain(attribute);
  expect(cookie).not.toContain(adaKey);
});

test("a wrong key opens nothing", async () => {
  const { status, text, headers } = await request("/console/sign-in", { form: { key: "wrong" } });
  expect([status, headers.get("set-cookie")]).toEqual([401, null]);
  expect(text).toContain("This key opens nothing here.");
  expect((await request("/", { cookie: "memory_session=made-up" })).status).toBe(303);
});

test("a user sees the user's own memories and nobody else's, by no way", async () => {
  const cookie = await signIn(adaKey);
  expect((await request("/", { cookie })).location).toBe("/console/memories?user_id=ada");
  expect((await request("/console/memories", { cookie })).text).toContain("Ada likes tea");
  for (const path of ["/console/memories?user_id=bob", "/console/map?user_id=bob", "/console/transfer?user_id=bob"]) {
    const { status, text } = await request(path, { cookie });
    expect([path, status]).toEqual([path, 403]);
    expect(text).not.toContain("Bob's secret");
  }
  expect((await request("/console/memories?agent_id=helper", { cookie })).text).not.toContain("secret");
  expect((await request("/console/memories?query=secret", { cookie })).text).not.toContain("Bob");
  expect((await request(`/console/memories/${bobMemory}`, { cookie })).status).toBe(404);
  expect((await request(`/console/memories/${bobMemory}/update`, { cookie, form: { text: "x" } })).status).toBe(404);
  expect((await request(`/console/memories/${bobMemory}/delete`, { cookie, form: {} })).status).toBe(404);
  expect((await request("/console/memories/add", { cookie, form: { user_id: "bob", text: "x" } })).status).toBe(403);
  expect((await request("/console/memories/delete-all", { cookie, form: { user_id: "bob" } })).status).toBe(403);
});

test("a user cannot bring back what somebody else deleted", async () => {
  const admin = await signIn(adminKey);
  const { service } = memoryConsole.memories;
  const [change] = await service.add({ messages: [{ role: "user", content: "Bob is going" }], scope: { userId: "bob" } });
  await request(`/console/memories/${change?.id}/delete`, { cookie: admin, form: {} });
  const { location } = await request("/console/memories/restore", { cookie: await signIn(adaKey), form: { id: change?.id ?? "" } });
  expect(location).toContain("notice=expired");
});

test("a user makes and sees keys of the same user only", async () => {
  const cookie = await signIn(adaKey);
  const { text } = await request("/console/keys", { cookie, form: { label: "phone", user_id: "bob" } });
  const key = /class="new-key"[^>]*value="([^"]+)"/.exec(text)?.[1] ?? "";
  expect(key).not.toBe("");
  expect((await request("/console/memories", { cookie: await signIn(key) })).text).toContain("Ada likes tea");
  expect((await request("/console/keys", { cookie })).text).not.toContain(key);
  const admin = await signIn(adminKey);
  await request("/console/keys", { cookie: admin, form: { label: "Bob's", user_id: "bob" } });
  expect((await request("/console/keys", { cookie })).text).not.toContain("Bob&#39;s");
});

test("revoking a key ends its sessions", async () => {
  const created = await memoryConsole.keys.create({ label: "short-lived", userId: "ada" });
  const cookie = await signIn(created.key);
  expect((await request("/console/memories", { cookie })).status).toBe(200);
  const admin = await signIn(adminKey);
  expect((await request(`/console/keys/${created.id}/revoke`, { cookie: admin, form: {} })).location).toContain("notice=revoked");
  expect((await request("/console/memories", { cookie })).status).toBe(303);
});

test("signing out ends the session on the server as well", async () => {
  const cookie = await signIn(adaKey);
  const { location, headers } = await request("/console/sign-out", { cookie, form: {} });
  expect([location, headers.get("set-cookie")]).toEqual(["/console/sign-in?notice=signed-out", expect.stringContaining("Max-Age=0")]);
  expect((await request("/console/memories", { cookie })).status).toBe(303);
});

test("a session outlives a restart", async () => {
  const cookie = await signIn(adaKey);
  const restarted = createConsoleSessions(memoryConsole.memories.database.db);
  expect(await restarted.findKeyHash(new Headers({ cookie }))).toMatch(/^[0-9a-f]{64}$/);
});

test("a form that a page of another origin sends is refused, even the sign-in's", async () => {
  const cookie = await signIn(adminKey);
  for (const origin of ["https://evil.example", "null", `https://${host}.evil.example`]) {
    for (const path of ["/console/sign-in", "/console/memories/delete-all", "/console/sign-out"]) {
      const { status } = await request(path, { cookie, form: { user_id: "bob", key: adminKey }, headers: { origin } });
      expect([origin, path, status]).toEqual([origin, path, 403]);
    }
  }
  const own = await request("/console/sign-in", { form: { key: adminKey }, headers: { origin: `https://${host}` } });
  expect(own.status).toBe(303);
});

test("pages are not kept by browsers", async () => {
  const cookie = await signIn(adaKey);
  expect((await request("/console/memories", { cookie })).headers.get("cache-control")).toBe("no-store");
});
