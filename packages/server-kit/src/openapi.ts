import type { ErrorCode } from "@repo/contracts/coded-error";
import { errorBody, extractionError, fastApiError, plainError } from "@repo/contracts/error-body";
import { openAiGenerationError, tgiError } from "@repo/contracts/generation-errors";
import { ollamaError } from "@repo/contracts/ollama";
import { openAiError } from "@repo/contracts/openai-embeddings";
import { hasQuery, isStreamed, type BodyEncoding, type Route, type RouteFamily } from "@repo/contracts/route";
import { teiError } from "@repo/contracts/tei";
import { z } from "zod";
import { statusesOf } from "./error-response.ts";
import type { Server } from "./server.ts";

const errorSchemas: Record<RouteFamily, z.ZodType> = {
  outpost: errorBody,
  plain: plainError,
  extraction: extractionError,
  fastapi: fastApiError,
  openai: openAiError,
  "openai-generation": openAiGenerationError,
  tei: teiError,
  tgi: tgiError,
  "hugging-face": teiError,
  ollama: ollamaError,
};

const familyTitles: Record<RouteFamily, string> = {
  outpost: "Outpost",
  plain: "App",
  extraction: "Extraction",
  fastapi: "App",
  openai: "OpenAI",
  "openai-generation": "OpenAI",
  tgi: "text-generation-inference and the original client",
  tei: "text-embeddings-inference",
  "hugging-face": "Hugging Face",
  ollama: "Ollama",
};

/** Codes that a route may answer with, by what it does. */
const openCodes: ErrorCode[] = ["invalid_request", "internal", "deadline_exceeded"];
const guardedCodes: ErrorCode[] = ["unauthorized", "not_found", "overloaded", "inference_failed", "model_unavailable"];
/** Codes of apps that know who is calling and keep vectors. */
const appCodes: ErrorCode[] = ["forbidden", "model_mismatch", "conflict"];
const bodyCodes: ErrorCode[] = ["payload_too_large", "unsupported_media_type", "input_too_long"];

/** Statuses of the errors that a route documents; the fuzz test holds the server to them. */
export function documentedErrorStatuses(route: Route): number[] {
  const codes = [
    ...openCodes,
    ...(route.public === true ? [] : guardedCodes),
    ...(route.family === "fastapi" ? appCodes : []),
    ...(route.request === undefined ? [] : bodyCodes),
  ];
  return statusesOf(route.family, codes);
}

/** The OpenAPI 3.1 document of a server, made from its mounted routes. */
export function buildOpenApi(server: Pick<Server, "name" | "version" | "description" | "routes" | "needsKey">): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const [key, routes] of groupRoutes(server.routes)) {
    const [first] = routes;
    const path = toOpenApiPath(first.path);
    paths[path] = { ...paths[path], [first.method.toLowerCase()]: toOperation(key, routes, server.needsKey) };
  }
  return {
    openapi: "3.1.0",
    info: { title: server.name, version: server.version, description: server.description },
    paths,
    components: {
      securitySchemes: { bearer: { type: "http", scheme: "bearer" }, apiKey: { type: "apiKey", in: "header", name: "X-API-Key" } },
      schemas: Object.fromEntries(
        Object.entries(errorSchemas).map(([family, schema]) => [errorName(family), toJsonSchema(schema, "output")]),
      ),
    },
  };
}

type RouteGroup = [Route, ...Route[]];

function groupRoutes(routes: readonly Route[]): Map<string, RouteGroup> {
  const groups = new Map<string, RouteGroup>();
  for (const route of routes) {
    const key = `${route.method} ${route.path}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [route]);
    else group.push(route);
  }
  return groups;
}

function toOperation(key: string, routes: RouteGroup, needsKey: boolean): Record<string, unknown> {
  const [first] = routes;
  const requests = routes.flatMap((route) => (route.request === undefined ? [] : [toJsonSchema(route.request, "input")]));
  const descriptions = [...new Set(routes.flatMap((route) => [route.summary, route.description ?? ""]))].filter((text) => text !== "");
  return {
    operationId: key.replaceAll(/[^A-Za-z0-9]+/g, "_").replaceAll(/^_|_$/g, ""),
    tags: [...new Set(routes.map((route) => familyTitles[route.family]))],
    summary: routes.map((route) => route.summary).join(" / "),
    description: descriptions.join("\n\n"),
    ...(needsKey && first.public !== true ? { security: [{ bearer: [] }, { apiKey: [] }] } : {}),
    parameters: [...toPathParameters(first.path), ...toQuery(first, requests)],
    ...(requests.length === 0 || hasQuery(first) ? {} : { requestBody: toRequestBody(first, requests) }),
    responses: toResponses(routes),
  };
}

const mediaTypes: Record<Exclude<BodyEncoding, "query">, string> = {
  json: "application/json",
  form: "application/x-www-form-urlencoded",
  multipart: "multipart/form-data",
  binary: "*/*",
};

/** One content type per encoding; a file that is the whole body has no fields around it. */
function toRequestBody(route: Route, requests: unknown[]): unknown {
  const bodies: readonly BodyEncoding[] = route.bodies ?? ["json"];
  const schema = oneOf(requests);
  const content = bodies
    .filter((body) => body !== "query")
    .map((body) => [mediaTypes[body], { schema: body === "binary" ? { type: "string", format: "binary" } : schema }]);
  return { required: !bodies.includes("query"), content: Object.fromEntries(content) };
}

function toQuery(route: Route, requests: unknown[]): unknown[] {
  if (hasQuery(route)) return requests.flatMap(toQueryParameters);
  const bodies: readonly BodyEncoding[] = route.bodies ?? [];
  if (!bodies.includes("query") && !bodies.includes("binary")) return [];
  // A field may stand here or in the body, so here none is required; files have no place in an address.
  return requests
    .flatMap(toQueryParameters)
    .filter(({ schema }) => schema.format !== "binary" && schema.items?.format !== "binary")
    .map((parameter) => ({ ...parameter, required: false }));
}

function toResponses(routes: RouteGroup): Record<string, unknown> {
  const [first] = routes;
  const type = first.path === "/metrics" ? "text/plain" : "application/json";
  const answers = routes.filter((route) => !isStreamed(route)).map((route) => toJsonSchema(route.response, "input"));
  const values = routes.filter((route) => isStreamed(route)).map((route) => toJsonSchema(route.response, "input"));
  const content = {
    ...(answers.length === 0 ? {} : { [type]: { schema: oneOf(answers) } }),
    ...(routes.some(({ streams }) => streams === true) ? { "application/x-ndjson": { schema: oneOf(values) } } : {}),
    ...(values.length === 0 ? {} : { "text/event-stream": { schema: oneOf(values) } }),
  };
  const ok = { description: toAnswerDescription(answers.length, values.length), content };
  const responses: Record<string, unknown> = { [String(first.status ?? 200)]: ok };
  if (first.path === "/ready") responses["503"] = { ...ok, description: "Not ready." };
  for (const route of routes) {
    const reference = { $ref: `#/components/schemas/${errorName(route.family)}` };
    for (const status of documentedErrorStatuses(route)) {
      responses[String(status)] ??= {
        description: "An error in the shape of the route's family.",
        content: { "application/json": { schema: reference } },
      };
    }
  }
  return responses;
}

function toAnswerDescription(answers: number, streams: number): string {
  if (streams === 0) return "The answer.";
  if (answers > 0) return "The answer, or a stream of its parts where the body asks for it.";
  return "A stream of these: one per line, or as the data of server-sent events for callers that accept them.";
}

function toPathParameters(path: string): unknown[] {
  return [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({ name, in: "path", required: true, schema: { type: "string" } }));
}

interface QueryParameter {
  name: string;
  in: "query";
  required: boolean;
  description: string | undefined;
  schema: { format?: string; items?: { format?: string } };
}

/** A GET or DELETE has no body: the fields of its schema stand in the query. */
function toQueryParameters(schema: unknown): QueryParameter[] {
  const { properties = {}, required = [] } = schema as {
    properties?: Record<string, QueryParameter["schema"] & { description?: string }>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, { description, ...field }]) => ({
    name,
    in: "query",
    required: required.includes(name),
    description,
    schema: field,
  }));
}

function toOpenApiPath(path: string): string {
  return path.replaceAll(/:(\w+)(?:\{[^}]*\})?/g, "{$1}");
}

function errorName(family: string): string {
  return `${family.replaceAll("-", "")}Error`;
}

function oneOf(schemas: unknown[]): unknown {
  return schemas.length === 1 ? schemas[0] : { oneOf: schemas };
}

function toJsonSchema(schema: z.ZodType, io: "input" | "output"): unknown {
  const { $schema: _dialect, ...body } = z.toJSONSchema(schema, { io, unrepresentable: "any" });
  return body;
}
