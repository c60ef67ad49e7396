import { CodedError } from "@repo/contracts/coded-error";

/** A place in a schema: a JSON pointer with "#" in front, as `$ref` writes it. */
export type SchemaPointer = string;

/** The place of a member or an item of the value at `pointer` (RFC 6901). */
export function childPointer(pointer: SchemaPointer, ...keys: readonly (string | number)[]): SchemaPointer {
  return keys.reduce<string>((at, key) => `${at}/${String(key).replaceAll("~", "~0").replaceAll("/", "~1")}`, pointer);
}

/** An error about one keyword of a schema, invalid_request, with `details` {pointer, keyword}. */
export function schemaError(pointer: SchemaPointer, keyword: string, message: string): CodedError {
  return new CodedError("invalid_request", `Schema at ${pointer}: ${message}`, { details: { pointer, keyword } });
}
