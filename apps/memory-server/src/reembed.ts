/** `pnpm --filter @repo/memory-server reembed`: gives every memory a vector of the model and in the store configured now. */
import { describeModel } from "@repo/client-kit/model-mismatch";
import { CodedError } from "@repo/contracts/coded-error";
import { ConfigError } from "@repo/server-kit/load-config";
import { createLogger } from "@repo/server-kit/log";
import { readConfig } from "./config.ts";
import { reembedMemories } from "./memories/reembed-memories.ts";
import { createVectorStore, openMemoryDatabase } from "./open-server.ts";
import { readSettings } from "./read-settings.ts";
import { createSpaces } from "./spaces.ts";

const config = readConfig();
const log = createLogger({ name: "reembed", level: "warn" });
const interrupted = new AbortController();
process.once("SIGINT", () => interrupted.abort(new CodedError("cancelled", "Interrupted; started again, it goes on where it was.")));

const isTerminal = process.stderr.isTTY;
try {
  const settings = await readSettings(config, log);
  const database = await openMemoryDatabase(settings, config, () => undefined);
  const spaces = createSpaces(settings, config, { log });
  const store = createVectorStore(settings, database.db);
  try {
    const { embedded, total, identity } = await reembedMemories({
      db: database.db,
      embedder: spaces.connection.embedder,
      store,
      place: {
        store: store.kind,
        collection: settings.vectorStore.kind === "qdrant" ? settings.vectorStore.collection : "memory_vectors",
      },
      signal: interrupted.signal,
      onProgress: ({ done, total: all }) => {
        if (isTerminal) process.stderr.write(`\r${done} of ${all} memories (${Math.floor((100 * done) / Math.max(1, all))}%)`);
      },
    });
    if (isTerminal) process.stderr.write("\n");
    console.log(
      `${embedded} of ${total} memories were embedded; all vectors are of ${describeModel(identity)} now. Restart the server if it runs.`,
    );
  } finally {
    await spaces.close();
    await store.close();
    await database.close();
  }
} catch (error) {
  console.error(error instanceof ConfigError || CodedError.isInstance(error) ? error.message : error);
  process.exitCode = 1;
}
