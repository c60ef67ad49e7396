import { buildNumberAutomaton, largestMultiple, type NumberBound } from "../automata/number-automaton.ts";
import { type SchemaPointer, schemaError } from "./schema-error.ts";
import { neverShape, type SchemaObject, type SchemaReader } from "./schema-reader.ts";
import type { Shape } from "./shape.ts";

function readBound(schema: SchemaObject, pointer: SchemaPointer, keyword: string): number | undefined {
  const value = schema[keyword];
  if (value === undefined) return undefined;
  if (typeof value !== "number" || !Number.isFinite(value)) throw schemaError(pointer, keyword, `"${keyword}" is not a number.`);
  return value;
}

/** The tighter of an inclusive and an exclusive bound. */
function tighter(
  inclusive: number | undefined,
  exclusive: number | undefined,
  isTighter: (a: number, b: number) => boolean,
): NumberBound | undefined {
  if (exclusive !== undefined && (inclusive === undefined || !isTighter(inclusive, exclusive)))
    return { value: exclusive, exclusive: true };
  return inclusive === undefined ? undefined : { value: inclusive, exclusive: false };
}

/** Automata without limits, which most numbers have: built once. */
const free = { integer: buildNumberAutomaton({ integer: true }), number: buildNumberAutomaton({ integer: false }) };

/** Reads a number or an integer. */
export function readNumber(reader: SchemaReader, schema: SchemaObject, pointer: SchemaPointer, integer: boolean): Shape {
  const least = tighter(readBound(schema, pointer, "minimum"), readBound(schema, pointer, "exclusiveMinimum"), (a, b) => a > b);
  const most = tighter(readBound(schema, pointer, "maximum"), readBound(schema, pointer, "exclusiveMaximum"), (a, b) => a < b);
  const multipleOf = readBound(schema, pointer, "multipleOf");
  if (multipleOf !== undefined && (!Number.isInteger(multipleOf) || multipleOf <= 0 || multipleOf > largestMultiple)) {
    throw schemaError(pointer, "multipleOf", `"multipleOf" is supported for whole numbers from 1 to ${largestMultiple} only.`);
  }
  const isFree = least === undefined && most === undefined && multipleOf === undefined;
  const automaton = isFree ? free[integer ? "integer" : "number"] : buildNumberAutomaton({ integer, least, most, multipleOf });
  if (automaton) return { type: "text", automaton };
  return neverShape(reader, pointer, "no number of at most 15 digits is within the bounds");
}
