import { type SchemaPointer, schemaError } from "./schema-error.ts";
import { isObject } from "./schema-reader.ts";

function decodeSegment(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment).replaceAll("~1", "/").replaceAll("~0", "~");
  } catch {
    return undefined;
  }
}

const encodeSegment = (key: string): string => key.replaceAll("~", "~0").replaceAll("/", "~1");

/**
 * The schema that a `$ref` names, and its place in one way of writing.
 * @throws CodedError invalid_request when it is not in this document
 */
export function resolveReference(root: unknown, reference: unknown, pointer: SchemaPointer): { schema: unknown; pointer: SchemaPointer } {
  if (typeof reference !== "string" || (reference !== "#" && !reference.startsWith("#/"))) {
    throw schemaError(pointer, "$ref", `"$ref" is supported for places in this schema, "#" or "#/...", only.`);
  }
  let schema = root;
  let place = "#";
  for (const segment of reference.split("/").slice(1)) {
    const key = decodeSegment(segment);
    const holder: unknown = Array.isArray(schema) || isObject(schema) ? schema : {};
    if (key === undefined || !Object.hasOwn(holder as object, key))
      throw schemaError(pointer, "$ref", `"$ref" ${JSON.stringify(reference)} leads nowhere.`);
    schema = (holder as Record<string, unknown>)[key];
    place += `/${encodeSegment(key)}`;
  }
  return { schema, pointer: place };
}
