import type { TextEmbeddingService } from "@repo/contracts/embed-text";
import { createServer, type ServerOptions } from "../src/create-server.ts";
import type { Server } from "../src/server.ts";
import { createHashingEmbedder } from "../src/text-embedding/hashing-embedder.ts";
import { mountTextEmbedding } from "../src/text-embedding/mount-text-embedding.ts";
import type { TextEmbeddingOptions } from "../src/text-embedding/text-embedding-host.ts";

/** Name and size of the small service behind the test server. */
export const model = { name: "outpost/example", dimensions: 16, maxTokens: 12 };

/** A server with every text-embedding route over a small real service, and short ways to call it. */
export function createEmbeddingServer(
  options: { routes?: Partial<TextEmbeddingOptions>; server?: Partial<ServerOptions>; service?: TextEmbeddingService } = {},
) {
  const service = options.service ?? createHashingEmbedder({ model: model.name, dimensions: model.dimensions, maxTokens: model.maxTokens });
  const server: Server = createServer({ name: "example", version: "1.2.3", ...options.server });
  mountTextEmbedding(server, { service: async () => service, ...options.routes });
  return {
    server,
    service,
    get: async (path: string): Promise<Response> => server.app.request(path),
    post: async (path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
      server.app.request(path, { method: "POST", headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(body) }),
  };
}

/** The service's own vectors, to compare answers with. */
export async function expectedVectors(service: TextEmbeddingService, texts: string[], normalize = true): Promise<number[][]> {
  return (await service.embed({ texts, normalize })).vectors.map((vector) => [...vector]);
}

/** A float32 vector out of base64. */
export function fromBase64(text: string): number[] {
  const bytes = Buffer.from(text, "base64");
  return [...new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength))];
}

/** JSON numbers as the float32 they were written from. */
export function toFloat32(rows: number[][]): number[][] {
  return rows.map((row) => row.map(Math.fround));
}
