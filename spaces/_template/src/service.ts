import type { TextEmbeddingService } from "@repo/contracts/embed-text";
import type { HostedService } from "@repo/contracts/hosted-service";
import { createHashingEmbedder } from "@repo/server-kit/text-embedding/hashing-embedder";
import { model } from "./model.ts";

/** Options of {@link createService}. */
export interface ServiceOptions {
  /** Length of the vectors. */
  dimensions?: number;
}

/**
 * The Space without HTTP. Here: words hashed into vectors, with no model and no idea of meaning; a real Space puts its
 * engine in this place and keeps the type.
 */
export async function createService(options: ServiceOptions = {}): Promise<TextEmbeddingService & HostedService> {
  return await Promise.resolve(
    createHashingEmbedder({ model: model.id, dimensions: options.dimensions ?? model.dimensions, maxTokens: model.maxTokens }),
  );
}
