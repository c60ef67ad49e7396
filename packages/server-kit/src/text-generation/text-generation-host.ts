import type { TextGenerator } from "@repo/contracts/generate-text";
import type { GenerationMetrics } from "./generation-metrics.ts";

/** What the routes need from the Space that mounts them. */
export interface TextGenerationOptions {
  /** The service; may wait for it to load, and throws model_unavailable when it does not. */
  service: () => Promise<TextGenerator>;
}

/** What the routes share: the options, and where they count. */
export interface TextGenerationHost extends TextGenerationOptions {
  metrics: GenerationMetrics;
}
