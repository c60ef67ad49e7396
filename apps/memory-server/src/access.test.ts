import { Secret } from "@repo/server-kit/secret";
import { expect, test } from "vitest";
import { type AccessOptions, createAccessControl, narrowScope } from "./access.ts";
import { hashKey } from "./key-store.ts";

const adminKey = new Secret("administrator-key-of-the-test");

function create(options: Partial<AccessOptions> = {}) {
  return createAccessControl({
    keys: {
      create: async () => await Promise.reject(new Error("not asked for")),
      list: async () => await Promise.resolve([]),
      revoke: async () => await Promise.resolve(false),
      findOwner: async (hash) => await Promise.resolve(hash === hashKey("key-of-ada") ? { userId: "ada" } : undefined),
    },
    findSessionKeyHash: async (headers) => await Promise.resolve(headers.get("cookie") === "session" ? hashKey("key-of-ada") : undefined),
    host: "127.0.0.1",
    authDisabled: false,
    allowedOrigins: [],
    ...options,
  });
}

const authorize = async (options: Partial<AccessOptions>, headers: Record<string, string> = {}) =>
  await create(options).authorize(new Headers(headers));
const administrator = { kind: "administrator" };
const ada = { kind: "user", userId: "ada" };

test("without an administrator's key a server that others can reach does not start, and says what to set", () => {
  expect(() => create({ host: "0.0.0.0" })).toThrow(/ADMIN_API_KEY.*AUTH_DISABLED/s);
  expect(create({ host: "0.0.0.0", adminKey }).mode).toBe("keys");
  expect(create({ host: "0.0.0.0", authDisabled: true }).mode).toBe("open");
  for (const host of ["127.0.0.1", "localhost", "::1"]) expect(create({ host }).mode).toBe("local");
});

test.for<[string, Record<string, string>, object]>([
  ["Bearer", { authorization: `Bearer ${adminKey.reveal()}` }, administrator],
  ["Token", { authorization: "Token key-of-ada" }, ada],
  ["the plain key", { authorization: "key-of-ada" }, ada],
  ["X-API-Key beside a Space's token", { authorization: "Bearer hf_x", "x-api-key": "key-of-ada" }, ada],
  ["the session", { cookie: "session" }, ada],
])("a key is read from %s", async ([, headers, expected]) => {
  expect(await authorize({ adminKey }, headers)).toEqual(expected);
});

test("no key and a wrong key are refused where keys are asked for", async () => {
  await expect(authorize({ adminKey })).rejects.toMatchObject({ code: "unauthorized" });
  await expect(authorize({ adminKey }, { "x-api-key": "wrong" })).rejects.toMatchObject({ code: "unauthorized" });
});

test("in local mode nobody needs a key, but one that is sent counts", async () => {
  expect(await authorize({}, { host: "localhost:3002" })).toEqual(administrator);
  expect(await authorize({}, { "x-api-key": "key-of-ada" })).toEqual(ada);
  await expect(authorize({}, { "x-api-key": "wrong" })).rejects.toMatchObject({ code: "unauthorized" });
});

test("a page of another origin cannot use what needs no key", async () => {
  const elsewhere = { host: "localhost:3002", origin: "https://evil.test" };
  for (const options of [{}, { authDisabled: true }])
    await expect(authorize(options, elsewhere)).rejects.toMatchObject({ code: "forbidden" });
  await expect(authorize({ adminKey }, { ...elsewhere, cookie: "session" })).rejects.toMatchObject({ code: "forbidden" });
  await expect(authorize({}, { host: "localhost:3002", origin: "null" })).rejects.toMatchObject({ code: "forbidden" });
  expect(await authorize({}, { host: "localhost:3002", origin: "http://localhost:3002" })).toEqual(administrator);
  expect(await authorize({ allowedOrigins: ["https://evil.test"] }, elsewhere)).toEqual(administrator);
  expect(await authorize({ adminKey }, { ...elsewhere, "x-api-key": "key-of-ada" })).toEqual(ada);
});

test("a name that somebody else's DNS leads here is refused in local mode", async () => {
  await expect(authorize({}, { host: "rebound.test:3002" })).rejects.toMatchObject({ code: "forbidden" });
});

test("a user's scope is the user's own, an administrator's what was asked for", () => {
  expect(narrowScope({ kind: "user", userId: "ada" }, { runId: "r" })).toEqual({ userId: "ada", runId: "r" });
  expect(narrowScope({ kind: "administrator" }, { userId: "bob" })).toEqual({ userId: "bob" });
  expect(() => narrowScope({ kind: "user", userId: "ada" }, { userId: "bob" })).toThrow(/another/);
});
