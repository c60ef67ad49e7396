import * as fc from "fast-check";
import { type SchemaCase, vocabularies } from "./check-schema.ts";
import { anySchema } from "./schema-arbitrary.ts";

/** Any schema, vocabulary, spacing and budget, tight ones above all. */
export const anyCase: fc.Arbitrary<SchemaCase> = fc.record({
  schema: anySchema,
  vocabulary: fc.nat(vocabularies.length - 1),
  spacing: fc.constantFrom("compact", "spaced"),
  spare: fc.constantFrom(0, 1, 2, 5, 20, 100),
  seed: fc.nat(),
});
