import { anyTextBut } from "../automata/character-automaton.ts";
import { encodeCharacters } from "../automata/encode-characters.ts";
import { assertWritable } from "./read-literal.ts";
import { childPointer, type SchemaPointer, schemaError } from "./schema-error.ts";
import { isObject, neverShape, readCount, reserveShape, type SchemaObject, type SchemaReader } from "./schema-reader.ts";
import type { ObjectShape, Shape, ShapeMember } from "./shape.ts";

/** Properties of one object: while optional ones may come, each is followed up at once. */
const mostProperties = 512;

function assertName(reader: SchemaReader, name: string, pointer: SchemaPointer, keyword: string): void {
  if (!name.isWellFormed()) throw schemaError(pointer, keyword, "a property's name holds half of a surrogate pair.");
  assertWritable(reader, JSON.stringify(name), pointer, keyword);
}

function readRequired(schema: SchemaObject, pointer: SchemaPointer): readonly string[] {
  const { required = [] } = schema;
  if (!Array.isArray(required) || required.some((name) => typeof name !== "string")) {
    throw schemaError(pointer, "required", `"required" is not a list of names.`);
  }
  return [...new Set<string>(required)];
}

/** Declared members in their order, then required ones that are only named. */
function readMembers(reader: SchemaReader, schema: SchemaObject, pointer: SchemaPointer): ShapeMember[] {
  const { properties = {}, additionalProperties } = schema;
  if (!isObject(properties)) throw schemaError(pointer, "properties", `"properties" is not an object.`);
  const required = readRequired(schema, pointer);
  const declared = Object.keys(properties);
  if (declared.length + required.length > mostProperties) {
    throw schemaError(pointer, "properties", `an object of more than ${mostProperties} properties is not supported.`);
  }
  const members = declared.map((name): ShapeMember => {
    const place = childPointer(pointer, "properties", name);
    assertName(reader, name, place, "properties");
    return { name, shape: reserveShape(reader, properties[name], place), required: required.includes(name) };
  });
  const others = required.filter((name) => !Object.hasOwn(properties, name));
  return [
    ...members,
    ...others.map((name): ShapeMember => {
      assertName(reader, name, pointer, "required");
      const shape = reserveShape(reader, additionalProperties ?? true, childPointer(pointer, "additionalProperties"));
      return { name, shape, required: true };
    }),
  ];
}

function readOthers(
  reader: SchemaReader,
  schema: SchemaObject,
  pointer: SchemaPointer,
  members: readonly ShapeMember[],
): Pick<ObjectShape, "others" | "otherNames"> {
  const { additionalProperties } = schema;
  // An object that is described gets no members that nobody described, unless they are asked for.
  const wanted = additionalProperties ?? members.length === 0;
  if (wanted === false) return { others: undefined, otherNames: undefined };
  const names = anyTextBut(
    members.map((member) => member.name),
    reader.vocabulary.jsonCharacters,
  );
  const others = reserveShape(reader, wanted, childPointer(pointer, "additionalProperties"));
  return { others, otherNames: encodeCharacters(names, "json") };
}

/** Reads an object. */
export function readObject(reader: SchemaReader, schema: SchemaObject, pointer: SchemaPointer): Shape {
  const members = readMembers(reader, schema, pointer);
  const others = readOthers(reader, schema, pointer, members);
  const fewest = members.filter((member) => member.required).length;
  const most = others.others === undefined ? members.length : Infinity;
  if (readCount(schema, pointer, "minProperties", 0) > fewest) {
    throw schemaError(pointer, "minProperties", `"minProperties" is supported only where "required" fulfils it.`);
  }
  const limit = readCount(schema, pointer, "maxProperties", Infinity);
  if (limit < fewest) return neverShape(reader, pointer, '"maxProperties" is less than what "required" names');
  if (limit < most) {
    throw schemaError(pointer, "maxProperties", `"maxProperties" is supported only where no more properties are declared.`);
  }
  return { type: "object", members, ...others };
}
