import { z } from "zod";
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
  };
}

/** Values of {@link textEmbeddingVariables}. */
export type TextEmbeddingVariables = z.output<z.ZodObject<ReturnType<typeof textEmbeddingVariables>>>;

/** The variables as options of mountTextEmbedding. */
export function toTextEmbeddingOptions(config: TextEmbeddingVariables): Omit<TextEmbeddingOptions, "service"> {
  return { dimensionsPolicy: config.DIMENSIONS_POLICY };
}
