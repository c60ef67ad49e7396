import { defineRoute } from "@repo/contracts/route";
import { expect, test } from "vitest";
import { z } from "zod";
import { createEmbeddingServer } from "../test/embedding-server.ts";
import { mountRoute } from "./mount-route.ts";
import { buildOpenApi } from "./openapi.ts";
import { Secret } from "./secret.ts";

interface Operation {
  security?: unknown;
  parameters: { name: string }[];
  requestBody?: unknown;
  responses: Record<string, unknown>;
}

const { server } = createEmbeddingServer({ server: { apiKeys: [new Secret("k")] } });
const document = buildOpenApi(server) as { paths: Record<string, Record<string, Operation>> };
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
);

test("the document has exactly the mounted routes, but for the pages", () => {
  const mounted = new Set(
    server.app.routes
      .filter(({ method, path }) => method !== "ALL" && path !== "/docs")
      .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)(?:\{[^}]*\})?/g, "{$1}")}`),
  );
  expect(new Set(operations.map(({ path, method }) => `${method.toUpperCase()} ${path}`))).toEqual(mounted);
});

test("every operation has an answer, its parameters and an id of its own", () => {
  expect(operations.every(({ operation }) => operation.responses["200"] !== undefined)).toBe(true);
  for (const { path, operation } of operations) {
    expect(operation.parameters.map(({ name }) => name)).toEqual([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name));
  }
  expect(new Set(operations.map(({ operation }) => (operation as unknown as { operationId: string }).operationId)).size).toBe(
    operations.length,
  );
});

test("open routes ask for no key, the others do", () => {
  const open = operations.filter(({ operation }) => operation.security === undefined).map(({ path }) => path);
  expect(open.toSorted()).toEqual(["/health", "/metrics", "/openapi.json", "/ping", "/ready", "/status"]);
});

test("every field of a request says what it is", () => {
  const undescribed: string[] = [];
  for (const { path, operation } of operations) {
    const text = JSON.stringify(operation.requestBody ?? {});
    const schemas = JSON.parse(text) as { content?: { "application/json": { schema: { oneOf?: unknown[]; properties?: unknown } } } };
    const schema = schemas.content?.["application/json"].schema;
    for (const one of (schema?.oneOf ?? [schema]) as ({ properties?: Record<string, { description?: string }> } | undefined)[]) {
      for (const [name, field] of Object.entries(one?.properties ?? {}))
        if (field.description === undefined && name !== "inputs") undescribed.push(`${path} ${name}`);
    }
  }
  expect(undescribed).toEqual([]);
});

test("where a path serves two families, both bodies are documented", () => {
  expect(JSON.stringify(document.paths["/embed"]?.["post"]?.requestBody)).toContain("oneOf");
});

test("the fields of a GET stand in its query, and reach the handler from there", async () => {
  const asking = createEmbeddingServer();
  const route = defineRoute({
    method: "GET",
    path: "/search/:kind",
    family: "outpost",
    summary: "Search",
    request: z.object({ query: z.string().describe("Words."), limit: z.coerce.number().optional() }),
    response: z.object({ found: z.string() }),
  });
  mountRoute(asking.server, route, ({ query, limit }, { params }) => ({ found: `${params["kind"]} ${query} ${limit}` }));
  expect(await (await asking.get("/search/films?query=a%20bat&limit=3")).json()).toEqual({ found: "films a bat 3" });
  expect((await asking.get("/search/films")).status).toBe(400);
  const { paths } = buildOpenApi(asking.server) as typeof document;
  const { parameters, requestBody } = paths["/search/{kind}"]?.["get"] ?? { parameters: [] };
  expect([requestBody, parameters]).toMatchObject([
    undefined,
    [
      { name: "kind", in: "path" },
      { name: "query", in: "query", required: true, description: "Words." },
      { name: "limit", required: false },
    ],
  ]);
});
