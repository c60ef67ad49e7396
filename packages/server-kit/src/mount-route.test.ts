import { CodedError } from "@repo/contracts/coded-error";
import { defineRoute } from "@repo/contracts/route";
import { expect, test } from "vitest";
import { z } from "zod";
import { createServer } from "./create-server.ts";
import { mountRoute } from "./mount-route.ts";
import { buildOpenApi } from "./openapi.ts";

const remove = defineRoute({
  method: "DELETE",
  path: "/notes",
  family: "fastapi",
  summary: "Removes notes",
  request: z.object({ owner: z.string() }),
  response: z.object({ owner: z.string() }),
});
const replace = defineRoute({
  method: "PUT",
  path: "/notes/:id",
  family: "fastapi",
  summary: "Replaces a note",
  request: z.object({ text: z.string() }),
  response: z.object({ id: z.string(), text: z.string(), caller: z.unknown() }),
  status: 201,
});

const server = createServer({
  name: "notes",
  version: "0.0.0",
  authenticate: async (headers) => {
    if (headers.get("x-name") === null) throw new CodedError("forbidden", "Say who you are.");
    return await Promise.resolve(headers.get("x-name"));
  },
});
mountRoute(server, remove, ({ owner }) => ({ owner }));
mountRoute(server, replace, ({ text }, { params, caller }) => ({ id: params["id"] ?? "", text, caller }));

test("a DELETE reads its fields from the query, and a missing one is named", async () => {
  const headers = { "x-name": "ada" };
  const answer = await server.app.request("/notes?owner=bob", { method: "DELETE", headers });
  expect([answer.status, await answer.json()]).toEqual([200, { owner: "bob" }]);
  const refused = await server.app.request("/notes", { method: "DELETE", headers });
  expect([refused.status, await refused.json()]).toEqual([400, expect.objectContaining({ detail: expect.stringContaining("owner") })]);
});

test("a PUT reads a body, answers the route's status, and the handler knows who is calling", async () => {
  const init = { method: "PUT", body: '{"text":"new"}', headers: { "content-type": "application/json" } };
  const answer = await server.app.request("/notes/a%2Fb", { ...init, headers: { ...init.headers, "x-name": "ada" } });
  expect([answer.status, await answer.json()]).toEqual([201, { id: "a/b", text: "new", caller: "ada" }]);
  const refused = await server.app.request("/notes/7", init);
  expect([refused.status, await refused.json()]).toEqual([
    403,
    { detail: "Say who you are.", code: "forbidden", request_id: expect.any(String) },
  ]);
});

test("OpenAPI shows the query of a DELETE, the body of a PUT, its status and the need for a key", () => {
  const { paths } = buildOpenApi(server) as { paths: Record<string, Record<string, Record<string, unknown>>> };
  expect(paths["/notes"]?.["delete"]).toMatchObject({ parameters: [{ name: "owner", in: "query" }], security: expect.any(Array) });
  expect(paths["/notes/{id}"]?.["put"]).toMatchObject({ requestBody: { required: true }, responses: { "201": {}, "403": {} } });
});
