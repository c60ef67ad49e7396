import { fileURLToPath } from "node:url";
import { type OpenDatabase, openDatabase } from "@repo/app-kit/open-database";
import type { TextEmbedder } from "@repo/contracts/embed-text";
import { createHashingEmbedder } from "@repo/server-kit/text-embedding/hashing-embedder";
import { testDatabase } from "@repo/testing/test-database";
import { createMemoryService, type MemoryServiceParts, type StoredMemories } from "../src/memories/create-memory-service.ts";
import { createPgvectorStore } from "../src/vector-stores/pgvector-store.ts";
import type { VectorStore } from "../src/vector-stores/vector-store.ts";

/** A memory service on a database in memory with the real schema. */
export interface TestMemories {
  database: OpenDatabase;
  embedder: TextEmbedder;
  store: VectorStore;
  service: StoredMemories;
  close(): Promise<void>;
}

/** Opens one; by default words are hashed into vectors, so that texts with the same words are near to each other. */
export async function openTestMemories(options: Partial<MemoryServiceParts> = {}): Promise<TestMemories> {
  const database = await openDatabase({
    ...testDatabase(),
    migrationsFolder: fileURLToPath(new URL("../migrations", import.meta.url)),
  });
  const embedder = options.embedder ?? createHashingEmbedder({ model: "outpost/fake", dimensions: 256 });
  const store = options.store ?? createPgvectorStore({ db: database.db, index: "none" });
  const service = createMemoryService({ db: database.db, embedder, store, ...options });
  return {
    database,
    embedder,
    store,
    service,
    close: async () => {
      await store.close();
      await database.close();
    },
  };
}
