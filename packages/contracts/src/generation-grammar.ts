/** What an answer of a language model must look like. A Space enforces it token by token, so that every answer obeys it. */
import { z } from "zod";

/** Most alternatives of a choice. */
export const maxChoices = 1000;

/** An answer's form. Keywords of JSON Schema that the Space does not support are refused by name, never ignored. */
export const generationGrammar = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("json_schema"),
    schema: z
      .union([z.record(z.string(), z.unknown()), z.boolean()])
      .describe("JSON Schema (2020-12, the documented subset) of the answer."),
  }),
  z.object({ type: z.literal("json_object") }).describe("Any JSON object."),
  z.object({
    type: z.literal("regex"),
    pattern: z.string().min(1).max(10_000).describe("Regular expression that the whole answer matches."),
  }),
  z.object({
    type: z.literal("choice"),
    choices: z.array(z.string().min(1)).min(1).max(maxChoices).describe(`One of these texts, up to ${maxChoices}.`),
  }),
]);

/** See {@link generationGrammar}. */
export type GenerationGrammar = z.infer<typeof generationGrammar>;
