import { CodedError } from "@repo/contracts/coded-error";
import { hasQuery, type BodyEncoding, type Route } from "@repo/contracts/route";
import type { UploadedFile } from "@repo/contracts/uploaded-file";
import type { BodyBudget, HeldBytes } from "./body-budget.ts";
import { assertDeclaredLength, assertNotCompressed, readBytes, type ReadBytesOptions } from "./body-bytes.ts";
import { readJsonBody, type BodyLimits } from "./read-json-body.ts";
import { readMultipart, type FormFields, type MultipartLimits } from "./read-multipart.ts";

/** Options of {@link readBody}. */
export interface ReadBodyOptions {
  limits: BodyLimits & MultipartLimits;
  /** Bytes of bodies that all requests together may hold. */
  budget: BodyBudget;
  /** This request's part of it while its files are in memory; released by who made it. */
  held: HeldBytes;
  signal: AbortSignal;
}

/**
 * A request as the route's schema sees it, however it travelled: the fields of its query, form or JSON, files as
 * UploadedFile. What the body says counts more than what the query says.
 * @throws CodedError payload_too_large, unsupported_media_type, invalid_request, overloaded, cancelled
 */
export async function readBody(request: Request, route: Route, options: ReadBodyOptions): Promise<unknown> {
  // The schema sees a query as an object of strings.
  if (hasQuery(route)) return Object.fromEntries(new URL(request.url).searchParams);
  const bodies: readonly BodyEncoding[] = route.bodies ?? ["json"];
  const encoding = toEncoding(request.headers, bodies);
  if (encoding === undefined) throw unsupported(bodies);
  const read = await readAs(encoding, { request, route, options });
  if (!bodies.includes("query") && encoding !== "binary") return read;
  const query = toObject(toFields(new URL(request.url).searchParams));
  return isObject(read) ? { ...query, ...read } : (read ?? query);
}

async function readAs(
  encoding: BodyEncoding,
  { request, route, options }: { request: Request; route: Route; options: ReadBodyOptions },
): Promise<unknown> {
  const { limits, budget, held, signal } = options;
  if (encoding === "query") return undefined;
  if (encoding === "json") {
    // Where files are read they may come as base64: such a text is held in memory as long as a file.
    const kept = route.bodies === undefined ? undefined : held;
    return await readJsonBody(request, { limits, budget, signal, family: route.family, held: kept });
  }
  assertNotCompressed(request.headers);
  assertDeclaredLength(request.headers, limits.maxBodyBytes);
  const readOptions: ReadBytesOptions = { maxBodyBytes: limits.maxBodyBytes, held, signal };
  if (encoding === "multipart") return toObject(await readMultipart(request, { ...readOptions, ...limits }));
  const bytes = await readBytes(request, readOptions);
  if (encoding === "form") return toObject(toFields(new URLSearchParams(bytes.toString("utf8"))));
  if (bytes.length > limits.maxFileBytes) {
    throw new CodedError("payload_too_large", `The file is larger than ${limits.maxFileBytes} bytes.`, {
      details: { maxFileBytes: limits.maxFileBytes },
    });
  }
  return bytes.length === 0 ? {} : { [route.binaryField ?? "file"]: toFile(bytes, request.headers) };
}

/** How the body travels, from its type; undefined when the route does not read that. */
function toEncoding(headers: Headers, bodies: readonly BodyEncoding[]): BodyEncoding | undefined {
  const type = headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
  const isEmpty =
    headers.get("content-length") === "0" || (type === undefined && !headers.has("transfer-encoding") && !headers.has("content-length"));
  if (isEmpty && bodies.includes("query")) return "query";
  const named = toNamedEncoding(type);
  if (named !== undefined && bodies.includes(named)) return named;
  // readJsonBody says what is wrong with a type that is not JSON's.
  if (bodies.length === 1 && bodies[0] === "json") return "json";
  return bodies.includes("binary") && named === undefined ? "binary" : undefined;
}

function toNamedEncoding(type: string | undefined): BodyEncoding | undefined {
  if (type === undefined) return undefined;
  if (type === "multipart/form-data") return "multipart";
  if (type === "application/x-www-form-urlencoded") return "form";
  return type === "application/json" || type.endsWith("+json") ? "json" : undefined;
}

const encodingNames: Record<BodyEncoding, string> = {
  json: "JSON (application/json)",
  form: "application/x-www-form-urlencoded",
  multipart: "multipart/form-data",
  binary: "the file itself (e.g. image/jpeg, application/pdf)",
  query: "no body and everything in the query",
};

function unsupported(bodies: readonly BodyEncoding[]): CodedError {
  return new CodedError("unsupported_media_type", `Send ${bodies.map((body) => encodingNames[body]).join(", or ")}.`, {
    details: { request: true },
  });
}

function toFile(bytes: Buffer, headers: Headers): UploadedFile {
  const type = headers.get("content-type") ?? undefined;
  const name = /filename="?([^";]+)"?/i.exec(headers.get("content-disposition") ?? "")?.[1];
  return { bytes, ...(name === undefined ? {} : { name }), ...(type === undefined ? {} : { type }) };
}

function toFields(parameters: URLSearchParams): FormFields {
  const fields: FormFields = new Map();
  for (const name of new Set(parameters.keys())) fields.set(name, parameters.getAll(name));
  return fields;
}

/** A field that came once is its value, one that came several times the list of them. */
function toObject(fields: FormFields): Record<string, unknown> {
  return Object.fromEntries([...fields].map(([name, values]) => [name, values.length === 1 ? values[0] : values]));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
