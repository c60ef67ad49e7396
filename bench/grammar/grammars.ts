import type { Grammar } from "@repo/grammar/grammar";

/** What is decoded: what the apps ask for, and what is hardest for a mask. */
export const benchGrammars: Readonly<Record<string, Grammar>> = {
  "idea card": {
    type: "json_schema",
    schema: {
      type: "object",
      properties: {
        title: { type: "string", maxLength: 80 },
        summary: { type: "string" },
        pros: { type: "array", items: { type: "string" }, minItems: 2, maxItems: 5 },
        cons: { type: "array", items: { type: "string", maxLength: 60 }, maxItems: 5 },
        score: { type: "integer", minimum: 0, maximum: 100 },
        market: { enum: ["small", "medium", "large"] },
      },
      required: ["title", "summary", "pros", "cons", "score", "market"],
      additionalProperties: false,
    },
  },
  "recursive, with pattern and format": {
    type: "json_schema",
    schema: {
      $ref: "#/$defs/node",
      $defs: {
        node: {
          type: "object",
          properties: {
            name: { type: "string", pattern: "^[A-Za-z ]{1,20}$" },
            when: { type: "string", format: "date-time" },
            kids: { type: "array", items: { $ref: "#/$defs/node" } },
          },
          required: ["name", "kids"],
        },
      },
    },
  },
  json_object: { type: "json_object" },
  regex: { type: "regex", pattern: "[A-Z][a-z]+(?: [a-z]+){2,10}\\." },
  choice: { type: "choice", choices: ["positive", "negative", "neutral", "no opinion"] },
};
