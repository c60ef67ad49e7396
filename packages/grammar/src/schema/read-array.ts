import { childPointer, type SchemaPointer, schemaError } from "./schema-error.ts";
import { neverShape, readCount, reserveShape, type SchemaObject, type SchemaReader } from "./schema-reader.ts";
import type { Shape } from "./shape.ts";

/** Reads an array. */
export function readArray(reader: SchemaReader, schema: SchemaObject, pointer: SchemaPointer): Shape {
  const { items, prefixItems = [], uniqueItems = false } = schema;
  const least = readCount(schema, pointer, "minItems", 0);
  const most = readCount(schema, pointer, "maxItems", Infinity);
  if (typeof uniqueItems !== "boolean") throw schemaError(pointer, "uniqueItems", `"uniqueItems" is neither true nor false.`);
  if (uniqueItems && most > 1) throw schemaError(pointer, "uniqueItems", `"uniqueItems" is not supported.`);
  if (Array.isArray(items)) throw schemaError(pointer, "items", `"items" as a list is not supported; write "prefixItems".`);
  if (!Array.isArray(prefixItems)) throw schemaError(pointer, "prefixItems", `"prefixItems" is not a list.`);
  if (least > most) return neverShape(reader, pointer, '"minItems" is more than "maxItems"');
  const first = prefixItems.map((item: unknown, index) => reserveShape(reader, item, childPointer(pointer, "prefixItems", index)));
  // Behind positions that are described, items that nobody described are written only where they must be.
  const hasOthers = items !== undefined || first.length === 0 || least > first.length;
  const others = hasOthers ? reserveShape(reader, items ?? true, childPointer(pointer, "items")) : undefined;
  return { type: "array", first, others, least, most };
}
