import * as fc from "fast-check";

/** A JSON Schema. */
export type JsonSchema = boolean | Record<string, unknown>;

const names = ["a", "ab", "abc", "name", "b", "é", 'say "hi"', "", "a/b~c", "line\nbreak", "文", "kids"];

const patterns = String.raw`^[a-z]+$ ^[A-Z]{2}-\d{3}$ b ^(foo|bar)?$ \d$ ^.{2,4}$ ["\\] ^\s*x é|中 ^[^a-z]*$ (ab)+c?$ ^$ ^\w+(-\w+)*$
  [\u0000-\u001f] ^😀+$ a|^b|c$`.split(/\s+/);

const formats = ["date", "time", "date-time", "uuid", "email", "hostname", "ipv4", "uri"];

const json = fc.jsonValue({ maxDepth: 2, noUnicodeString: false }).map((value) => JSON.parse(JSON.stringify(value)) as unknown);

/** Some of the keywords, each with its own chance. */
const some = (keywords: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<Record<string, unknown>> =>
  fc.record(keywords, { requiredKeys: [] });

const smallNumber = fc.oneof(
  fc.integer({ min: -1200, max: 1200 }),
  fc.double({ min: -20, max: 20, noNaN: true }).map((value) => Math.round(value * 1000) / 1000),
  fc.constantFrom(0, 0.1, -0.5, 1e-7, 123_456_789, 1e12, 0.1 + 0.2),
);

const text = some({
  minLength: fc.nat(6),
  maxLength: fc.integer({ min: 3, max: 30 }),
  pattern: fc.constantFrom(...patterns),
}).map((keywords) => ({ type: "string", ...keywords }));
const formatted = fc.constantFrom(...formats).map((format) => ({ type: "string", format }));
const plainText = some({ minLength: fc.nat(12), maxLength: fc.integer({ min: 8, max: 200 }) }).map((keywords) => ({
  type: "string",
  ...keywords,
}));

const range = fc
  .record({ low: smallNumber, width: fc.oneof(fc.nat(3000), fc.double({ min: 0.001, max: 5, noNaN: true })), kind: fc.nat(15) })
  .map(({ low, width, kind }) => ({
    ...(kind & 1 ? { [kind & 2 ? "minimum" : "exclusiveMinimum"]: low } : {}),
    ...(kind & 4 ? { [kind & 8 ? "maximum" : "exclusiveMaximum"]: low + width } : {}),
  }));
const number = fc
  .tuple(fc.constantFrom("number", "integer"), range, fc.option(fc.integer({ min: 1, max: 12 }), { freq: 4 }))
  .map(([type, limits, multipleOf]) => ({ type, ...limits, ...(multipleOf === null ? {} : { multipleOf }) }));

const literal = fc.oneof(
  json.map((value) => ({ const: value })),
  fc.array(json, { minLength: 1, maxLength: 5 }).map((values) => ({ enum: values })),
  fc.uniqueArray(fc.constantFrom("a", "ab", "abc", "b", 'q"', "é"), { minLength: 1 }).map((values) => ({ type: "string", enum: values })),
);

const { schema } = fc.letrec<{ schema: JsonSchema; object: JsonSchema; array: JsonSchema; options: JsonSchema }>((tie) => ({
  object: fc
    .record({
      names: fc.uniqueArray(fc.constantFrom(...names), { maxLength: 5 }),
      values: fc.array(tie("schema"), { minLength: 5, maxLength: 5 }),
      requiredBits: fc.nat(31),
      extra: fc.option(fc.constantFrom(...names), { freq: 8 }),
      others: fc.oneof(fc.constantFrom(undefined, true, false, false), tie("schema")),
    })
    .map(({ names: own, values, requiredBits, extra, others }) => ({
      type: "object",
      properties: Object.fromEntries(own.map((name, index) => [name, values[index]])),
      required: [...own.filter((_, index) => requiredBits & (1 << index)), ...(extra === null || own.includes(extra) ? [] : [extra])],
      ...(others === undefined ? {} : { additionalProperties: others }),
    })),
  array: some({
    items: tie("schema"),
    prefixItems: fc.array(tie("schema"), { minLength: 1, maxLength: 3 }),
    minItems: fc.nat(3),
    maxItems: fc.integer({ min: 1, max: 6 }),
  }).map((keywords) => ({ type: "array", ...keywords })),
  options: fc.oneof(
    fc.array(tie("schema"), { minLength: 1, maxLength: 4 }).map((anyOf) => ({ anyOf })),
    tie("schema").map((one) => ({ allOf: [one] })),
    fc.tuple(text, number, tie("array")).map((oneOf) => ({ oneOf })),
  ),
  schema: fc.oneof(
    { maxDepth: 3, depthSize: "small", withCrossShrink: true },
    fc.oneof(
      text,
      plainText,
      formatted,
      number,
      literal,
      fc.constantFrom<JsonSchema>({ type: "boolean" }, { type: "null" }, true, {}, { type: "object" }, { type: "array" }, false),
      fc.constantFrom({ type: ["string", "null"] }, { type: ["integer", "boolean"], minimum: 3 }, { type: "string", nullable: true }),
      fc.constantFrom({ $ref: "#" }, { $ref: "#/$defs/one" }, { $ref: "#/$defs/two" }),
    ),
    tie("object"),
    tie("array"),
    tie("options"),
  ),
}));

/** Schemas of every supported keyword, recursive ones and contradictory ones among them. */
export const anySchema: fc.Arbitrary<Record<string, unknown>> = fc
  .tuple(schema, schema, schema)
  .map(([root, one, two]) => ({ $defs: { one, two }, ...(typeof root === "boolean" ? { allOf: [root] } : root) }));
