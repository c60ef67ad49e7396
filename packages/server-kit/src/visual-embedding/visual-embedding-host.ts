import type { VisualEmbedder } from "@repo/contracts/visual-embedding";
import type { EmbeddingMetrics } from "../text-embedding/embedding-metrics.ts";
import type { RemoteImagePolicy } from "./fetch-remote-image.ts";

/** What the visual-embedding routes need from the Space that mounts them. */
export interface VisualEmbeddingOptions {
  /** The service; may wait for it to load, and throws model_unavailable when it does not. */
  service: () => Promise<VisualEmbedder>;
  /** Where images may be fetched from that a request only names. */
  remoteImages: RemoteImagePolicy;
  /** Bytes of all images of one request that are fetched. */
  maxRemoteBytes: number;
}

/** What the routes share: the options, and where they count. */
export interface VisualEmbeddingHost extends VisualEmbeddingOptions {
  metrics: EmbeddingMetrics;
}
