import { CodedError } from "@repo/contracts/coded-error";
import { hasQuery, type Route } from "@repo/contracts/route";
import { isUploadedFile, type UploadedFile } from "@repo/contracts/uploaded-file";

/** What goes over the wire for a value of a route's request. */
export interface EncodedRequest {
  /** Path with its parameters filled in, and the query. */
  path: string;
  body?: string | FormData | Uint8Array<ArrayBuffer> | undefined;
  /** Type of the body; absent for a form, whose boundary only fetch knows. */
  contentType?: string | undefined;
}

/**
 * A request in the first way that the route reads: JSON, a form with files, or a file as the whole body. In forms and
 * queries lists and objects are JSON.
 * @param params values of the path's parameters
 * @throws CodedError invalid_request when a parameter is missing, or a file in a route that takes none
 */
export function encodeRequest(route: Route, request: unknown, params: Readonly<Record<string, string>> = {}): EncodedRequest {
  const path = fillPath(route.path, params);
  if (request === undefined) return { path };
  const fields = request as Record<string, unknown>;
  if (hasQuery(route)) return { path: withQuery(path, fields) };
  const [encoding] = route.bodies ?? ["json"];
  switch (encoding) {
    case "json":
      return { path, body: JSON.stringify(request), contentType: "application/json" };
    case "form":
      return { path, body: toQuery(fields).toString(), contentType: "application/x-www-form-urlencoded" };
    case "multipart":
      return { path, body: toForm(fields) };
    case "query":
      return { path: withQuery(path, fields) };
    default: {
      const { [route.binaryField ?? "file"]: file, ...rest } = fields;
      if (!isUploadedFile(file)) throw new CodedError("invalid_request", `${route.method} ${route.path} sends a file, and there is none.`);
      return { path: withQuery(path, rest), body: toBytes(file), contentType: file.type ?? "application/octet-stream" };
    }
  }
}

function fillPath(path: string, params: Readonly<Record<string, string>>): string {
  return path.replaceAll(/:(\w+)(?:\{[^}]*\})?/g, (_, name: string) => {
    const value = params[name];
    if (value === undefined || value === "") throw new CodedError("invalid_request", `The path ${path} needs a value for ${name}.`);
    return encodeURIComponent(value);
  });
}

function withQuery(path: string, fields: Record<string, unknown>): string {
  const query = toQuery(fields).toString();
  return query === "" ? path : `${path}?${query}`;
}

function toQuery(fields: Record<string, unknown>): URLSearchParams {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) query.append(name, toText(value));
  return query;
}

function toForm(fields: Record<string, unknown>): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    const values = Array.isArray(value) && value.some(isUploadedFile) ? (value as unknown[]) : [value];
    for (const item of values) {
      if (isUploadedFile(item)) form.append(name, new Blob([toBytes(item)], { type: item.type ?? "" }), item.name ?? "file");
      else if (item !== undefined) form.append(name, toText(item));
    }
  }
  return form;
}

function toText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function toBytes({ bytes }: UploadedFile): Uint8Array<ArrayBuffer> {
  return bytes as Uint8Array<ArrayBuffer>;
}
