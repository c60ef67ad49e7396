import type { QdrantExchange } from "@repo/testing/qdrant-server";
import { Ajv, type ValidateFunction } from "ajv";
import addFormats from "ajv-formats";

type Json = Record<string, unknown>;

interface Operation {
  parameters?: { name: string; in: string }[];
  requestBody?: { content: Record<string, { schema: Json }> };
  responses: Record<string, { content?: Record<string, { schema: Json }> }>;
}

/** The parts of an OpenAPI 3.0 document that are looked at. */
export interface OpenApiDocument {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Json };
}

/** OpenAPI 3.0 spells "or null" in its own way, which JSON Schema does not know. */
function toJsonSchema(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(toJsonSchema);
  if (typeof node !== "object" || node === null) return node;
  const { nullable, ...rest } = node as Json;
  const schema = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, toJsonSchema(value)]));
  if (typeof schema["$ref"] === "string") return { $ref: schema["$ref"].replace("#/components/schemas/", "#/definitions/") };
  if (nullable !== true) return schema;
  return Object.keys(schema).every((key) => key === "default" || key === "description")
    ? { type: "null" }
    : { anyOf: [schema, { type: "null" }] };
}

/**
 * Compares what travelled with Qdrant's published OpenAPI: the route, its query, the form of the request (with fields that
 * the route does not know) and of the answer.
 * @returns for an exchange, what is wrong with it; an empty list when nothing is
 */
export function createExchangeCheck(document: OpenApiDocument): (exchange: QdrantExchange) => string[] {
  const ajv = new Ajv({ strict: false, allErrors: false });
  addFormats.default(ajv);
  for (const format of ["uint", "uint8", "uint16", "uint32", "uint64", "int64", "int32", "float", "double"]) ajv.addFormat(format, true);
  const definitions = toJsonSchema(document.components.schemas) as Json;
  const compiled = new Map<Json, ValidateFunction>();
  const validate = (schema: Json, value: unknown): string[] => {
    let check = compiled.get(schema);
    if (check === undefined) {
      check = ajv.compile({ ...(toJsonSchema(schema) as object), definitions });
      compiled.set(schema, check);
    }
    return check(value) ? [] : (check.errors ?? []).slice(0, 3).map(({ instancePath, message }) => `${instancePath} ${message ?? ""}`);
  };
  /** Names of fields that an object of this schema may have; undefined where that cannot be told. */
  const fieldsOf = (schema: Json): Set<string> | undefined => {
    const reference = schema["$ref"];
    if (typeof reference === "string") return fieldsOf(document.components.schemas[reference.replace("#/components/schemas/", "")] as Json);
    const branches = (schema["anyOf"] ?? schema["oneOf"]) as Json[] | undefined;
    if (branches !== undefined) {
      const sets = branches.map(fieldsOf);
      return sets.some((set) => set === undefined) ? undefined : new Set(sets.flatMap((set) => [...(set ?? [])]));
    }
    return schema["properties"] === undefined ? undefined : new Set(Object.keys(schema["properties"] as Json));
  };

  const checkRequest = (operation: Operation, { query, request, status }: QdrantExchange): string[] => {
    const parameters = new Set((operation.parameters ?? []).filter((parameter) => parameter.in === "query").map(({ name }) => name));
    const problems = Object.keys(query).flatMap((name) => (parameters.has(name) ? [] : [`no query parameter ${name}`]));
    const body = operation.requestBody?.content["application/json"]?.schema;
    if (request === undefined) return problems;
    if (body === undefined) return [...problems, "this route takes no body"];
    // What a test sent wrong on purpose was refused.
    if (status >= 400) return problems;
    const fields = fieldsOf(body);
    const unknown = fields === undefined ? [] : Object.keys(request as object).filter((name) => !fields.has(name));
    return [
      ...problems,
      ...validate(body, request).map((problem) => `request ${problem}`),
      ...unknown.map((name) => `request has no field ${name}`),
    ];
  };
  const checkAnswer = ({ responses }: Operation, { status, response }: QdrantExchange): string[] => {
    const answers = responses[String(status)] ?? responses[status >= 400 ? "4XX" : "default"] ?? responses["default"];
    const schema = answers?.content?.["application/json"]?.schema;
    if (schema === undefined) return [`no answer with status ${status} is described`];
    return validate(schema, response).map((problem) => `answer ${problem}`);
  };

  return (exchange) => {
    const { method, template } = exchange;
    const operation = document.paths[template]?.[method.toLowerCase()];
    if (operation === undefined) return [`there is no ${method} ${template}`];
    return [...checkRequest(operation, exchange), ...checkAnswer(operation, exchange)].map(
      (problem) => `${method} ${template}: ${problem}`,
    );
  };
}
