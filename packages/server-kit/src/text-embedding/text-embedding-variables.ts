import { longTextPolicies } from "@repo/contracts/long-texts";
import { z } from "zod";
import { booleanVariable } from "../env-schema.ts";
import type { TextEmbeddingOptions } from "./text-embedding-host.ts";

/** The variables of the text-embedding routes, as a shape to put into a Space's schema. */
export function textEmbeddingVariables() {
  return {
    DIMENSIONS_POLICY: z
      .enum(["reject", "ignore", "adapt"])
      .default("reject")
      .describe(
        "When a request names other dimensions than the model's: refuse it, answer with the model's own, or cut and fill with zeros.",
      ),
    LONG_TEXT: z
      .enum(longTextPolicies)
      .default("truncate")
      .describe(
        "What is done with texts over the model's limit when a request does not say: cut them, refuse them, or average the vectors of overlapping pieces.",
      ),
    ALWAYS_QUERY_PROMPT: booleanVariable()
      .default(false)
      .describe(
        "Put the model's query prompt before every text of every route, whatever the request says; for indexes that were built so.",
      ),
  };
}

/** Values of {@link textEmbeddingVariables}. */
export type TextEmbeddingVariables = z.output<z.ZodObject<ReturnType<typeof textEmbeddingVariables>>>;

/** The variables as options of mountTextEmbedding. */
export function toTextEmbeddingOptions(config: TextEmbeddingVariables): Omit<TextEmbeddingOptions, "service"> {
  return {
    dimensionsPolicy: config.DIMENSIONS_POLICY,
    longText: config.LONG_TEXT,
    alwaysQueryPrompt: config.ALWAYS_QUERY_PROMPT,
  };
}
