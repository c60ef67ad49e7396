import { fileURLToPath } from "node:url";
import { isAbsolute, resolve } from "node:path";
import { type OpenDatabase, openDatabase } from "@repo/app-kit/open-database";
import type { Database } from "@repo/app-kit/open-database";
import type { Config } from "./config.ts";
import type { Settings } from "./settings.ts";
import { createPgvectorStore } from "./vector-stores/pgvector-store.ts";
import { createQdrantStore } from "./vector-stores/qdrant-store.ts";
import type { VectorStore } from "./vector-stores/vector-store.ts";

/** A file of this package; the same path from src/ and from dist/. */
function toPackagePath(path: string): string {
  return fileURLToPath(new URL(`../${path}`, import.meta.url));
}

/** Folder with the scripts and styles that the build made for browsers. */
export const publicFolder: string = toPackagePath("dist/public");

/** A file that a person named: relative to the folder the command was called from. */
export function toUserPath(path: string, config: Config): string {
  return isAbsolute(path) ? path : resolve(config.INIT_CWD ?? process.cwd(), path);
}

/** Opens the database and brings its schema up to date. */
export async function openMemoryDatabase(settings: Settings, config: Config, onError: (error: Error) => void): Promise<OpenDatabase> {
  return await openDatabase({
    url: settings.databaseUrl,
    name: config.DATABASE_NAME,
    directory: config.DATA_DIRECTORY ?? toPackagePath("../../data/memory-server"),
    migrationsFolder: toPackagePath("migrations"),
    onError,
  });
}

/** The vector store that the settings name. Nothing is sent before it is opened. */
export function createVectorStore({ vectorStore }: Settings, db: Database): VectorStore {
  return vectorStore.kind === "pgvector"
    ? createPgvectorStore({ db, index: vectorStore.index })
    : createQdrantStore({
        db,
        url: vectorStore.url,
        apiKey: vectorStore.apiKey,
        collection: vectorStore.collection,
        onDisk: vectorStore.onDisk,
      });
}
