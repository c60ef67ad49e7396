import type { TextEmbeddingService } from "@repo/contracts/embed-text";
import type { HostedService } from "@repo/contracts/hosted-service";
import { createHashingEmbedder } from "@repo/server-kit/text-embedding/hashing-embedder";

/** Temporary: stands in until the model runner is there. */
export async function createService(): Promise<TextEmbeddingService & HostedService> {
  return createHashingEmbedder({ model: "outpost/pocket-minilm", dimensions: 384 });
}
