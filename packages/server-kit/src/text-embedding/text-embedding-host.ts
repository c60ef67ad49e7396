import type { TextEmbeddingService } from "@repo/contracts/embed-text";
import type { LongTextPolicy } from "@repo/contracts/long-texts";
import type { InputType } from "@repo/contracts/text-prompts";
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
  dimensionsPolicy?: DimensionsPolicy | undefined;
  /** What texts are taken for when a request does not say; native is our own `POST /embed`. Default passages everywhere. */
  defaultInputType?: { native?: InputType | undefined } | undefined;
  /**
   * Every text of every embedding route gets the model's query prompt, whatever the request says, as in servers that
   * know only queries; still never twice. For indexes that were built that way. Default false.
   */
  alwaysQueryPrompt?: boolean | undefined;
  /** What is done with over-long texts when a request does not say. Default truncate. */
  longText?: LongTextPolicy | undefined;
  /** Padded tokens the model reads at a time, for /info. Default 256. */
  maxBatchTokens?: number;
}

/** What texts are taken for when a request does not say, on our own `POST /embed` and elsewhere. */
export function defaultInputTypes(host: TextEmbeddingOptions): { embed: InputType; other: InputType } {
  if (host.alwaysQueryPrompt === true) return { embed: "query", other: "query" };
  return { embed: host.defaultInputType?.native ?? "passage", other: "passage" };
}

/** What the routes share: the options, and where they count. */
export interface TextEmbeddingHost extends TextEmbeddingOptions {
  metrics: EmbeddingMetrics;
}
