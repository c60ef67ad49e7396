import type { TextEmbeddingService } from "@repo/contracts/embed-text";
import type { EmbeddingMetrics } from "./embedding-metrics.ts";

/** What to do when a request names another length than the model's own. */
export type DimensionsPolicy = "reject" | "ignore" | "adapt";

/** What the text-embedding routes need from the Space that mounts them. */
export interface TextEmbeddingOptions {
  /** The service; may wait for it to load, and throws model_unavailable when it does not. */
  service: () => Promise<TextEmbeddingService>;
  /**
   * reject (default): invalid_request that names the right number. ignore: answer with the model's own length.
   * adapt: shorter is cut and scaled to length 1 again, longer is filled with zeros, which keeps every cosine.
   */
  dimensionsPolicy?: DimensionsPolicy;
  /** Padded tokens the model reads at a time, for /info. Default 256. */
  maxBatchTokens?: number;
}

/** What the routes share: the options, and where they count. */
export interface TextEmbeddingHost extends TextEmbeddingOptions {
  metrics: EmbeddingMetrics;
}
