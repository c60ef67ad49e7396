import { afterEach, beforeEach, expect, test } from "vitest";
import { startFakeSpace, type FakeSpace } from "./fake-space.ts";

let space: FakeSpace;

beforeEach(async () => {
  space = await startFakeSpace({ apiKeys: ["right"] });
});

afterEach(() => space.close());

function embed(headers: Record<string, string> = { "x-api-key": "right" }): Promise<Response> {
  return fetch(`${space.url}/embed`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: '{"texts":["a film"]}',
  });
}

test("a healthy fake Space embeds, asks for its key and remembers the requests", async () => {
  const answer = (await (await embed()).json()) as { embeddings: number[][] };
  expect(answer.embeddings[0]).toHaveLength(384);
  expect((await embed({})).status).toBe(401);
  expect(space.requests.map(({ method, path }) => `${method} ${path}`)).toEqual(["POST /embed", "POST /embed"]);
});

test("a sleeping one answers with the Hub's HTML page, for as many requests as asked", async () => {
  space.behave({ kind: "asleep" }, { times: 1 });
  const asleep = await embed();
  expect([asleep.status, asleep.headers.get("content-type")]).toEqual([503, "text/html; charset=utf-8"]);
  expect((await embed()).status).toBe(200);
});

test("a full one says when to come back", async () => {
  space.behave({ kind: "overloaded", retryAfterMs: 1500 });
  const full = await embed();
  expect([full.status, full.headers.get("retry-after"), full.headers.get("retry-after-ms")]).toEqual([429, "2", "1500"]);
});

test("a fault can hit some paths only", async () => {
  space.behave({ kind: "loading" }, { only: ["/embed"] });
  expect((await embed()).status).toBe(503);
  expect((await fetch(`${space.url}/health`)).status).toBe(200);
});

test.each([{ kind: "reset" }, { kind: "cut" }] as const)(
  "a connection that is $kind fails at the caller, and the Space lives on",
  async (fault) => {
    space.behave(fault, { times: 1 });
    await expect(embed().then((response) => response.json())).rejects.toThrow(/fetch failed|terminated/);
    expect((await embed()).status).toBe(200);
  },
);
