import type { Database } from "@repo/app-kit/open-database";
import type { CallContext } from "@repo/contracts/call-context";
import { CodedError } from "@repo/contracts/coded-error";
import type { TextEmbedder } from "@repo/contracts/embed-text";
import { defaultMemoriesPerAnswer } from "@repo/contracts/memory-fields";
import type { ModelIdentity } from "@repo/contracts/model-info";
import type { Logger } from "@repo/server-kit/log";
import type { Memory } from "../memory.ts";
import type { MemoryScope } from "../memory-scope.ts";
import type { VectorStore } from "../vector-stores/vector-store.ts";
import { createAdd } from "./add-memories.ts";
import { checkExpiry, checkId, checkMetadata, checkOwner, checkRole, checkText, noSuchMemory } from "./check-memory.ts";
import type { FactSource, FoundMemory, MemoryService, NewMemory, SearchMemories, UpdateMemory } from "./memory-service.ts";
import {
  deleteEverything,
  deleteMemories,
  forgetMemories,
  hashText,
  insertHistory,
  insertMemories,
  listMemories,
  lockMemory,
  readEntities,
  readHistory,
  readMemories,
  writeMemory,
} from "./memory-store.ts";
import { createVectorGate, type VectorGate } from "./vector-gate.ts";

/** What {@link createMemoryService} puts together. */
export interface MemoryServiceParts {
  db: Database;
  embedder: TextEmbedder;
  store: VectorStore;
  /** Undefined: messages are stored as they are. */
  facts?: FactSource | undefined;
  /** How long the extraction of facts may take, milliseconds. Default 60,000. */
  factsTimeoutMs?: number | undefined;
  log?: Logger | undefined;
}

/** Memories that are deleted in one transaction: enough to be quick, few enough that others get their turn. */
const deletedAtOnce = 1_000;

/** The service and what the app itself needs of it. */
export interface StoredMemories extends MemoryService {
  /** The model of the vectors; undefined before the first one of this process. */
  modelInUse(): ModelIdentity | undefined;
  /** Opens the store for the model whose vectors it has, so that they can be read before the first embedding. @throws model_mismatch */
  openStore(identity: ModelIdentity): Promise<void>;
}

/** The service over a database, an embedder and a vector store, all of which stay their owners' to close. */
export function createMemoryService(parts: MemoryServiceParts): StoredMemories {
  const { db, store } = parts;
  const gate = createVectorGate(parts);

  const get = async (id: string, scope: MemoryScope = {}): Promise<Memory> => {
    const memory = (await readMemories(db, [checkId(id)], scope)).get(id.toLowerCase());
    if (memory === undefined) throw noSuchMemory();
    return memory;
  };

  async function removeSome(where: { scope: MemoryScope; id?: string; limit: number }): Promise<number> {
    const deleted = await db.transaction(async (transaction) => await deleteMemories(transaction, where));
    // pgvector's went with their rows. Points without a row are found by nobody, so rows go first.
    if (store.kind === "qdrant" && deleted.length > 0) await store.remove(deleted.map(({ id }) => id));
    return deleted.length;
  }

  return {
    modelInUse: gate.identity,
    openStore: gate.open,
    add: createAdd({ ...parts, gate }),
    list: async (query) => await listMemories(db, query),
    get,
    search: async (query, context = {}) => await search({ db, gate, store }, query, context),
    update: async (id, change, scope = {}, context = {}) =>
      await update({ db, gate, store, before: await get(id, scope) }, change, scope, context),
    async remove(id, scope = {}) {
      if ((await removeSome({ id: checkId(id), scope, limit: 1 })) === 0) throw noSuchMemory();
    },
    async removeMany(scope) {
      const owner = checkOwner(scope);
      let removed = 0;
      for (let last = deletedAtOnce; last === deletedAtOnce; removed += last)
        last = await removeSome({ scope: owner, limit: deletedAtOnce });
      return removed;
    },
    async history(id, scope = {}) {
      const events = await readHistory(db, checkId(id), scope);
      if (events.length === 0) throw noSuchMemory();
      return events;
    },
    async forget(ids) {
      if (ids.length === 0) return;
      await db.transaction(async (transaction) => await forgetMemories(transaction, ids));
      if (store.kind === "qdrant") await store.remove(ids);
    },
    async reset() {
      await db.transaction(deleteEverything);
      await gate.reset();
    },
    insertBatch: async (rows, context = {}, inTransaction) => await insertBatch({ db, gate }, rows, context, inTransaction),
    entities: async (scope = {}) => await readEntities(db, scope),
  };
}

interface Reach {
  db: Database;
  gate: VectorGate;
  store: VectorStore;
}

async function search({ db, gate, store }: Reach, query: SearchMemories, context: CallContext): Promise<FoundMemory[]> {
  const { scope, limit = defaultMemoriesPerAnswer, minScore = 0, filter, includeExpired } = query;
  const text = checkText(query.text, "query");
  if (limit <= 0) return [];
  const vector = await gate.embedQuery(text, context);
  const find = async (count: number) => {
    const matches = await store.search({ vector, scope, limit: count, minScore, filter, includeExpired });
    const found = await readMemories(
      db,
      matches.map(({ id }) => id),
      scope,
    );
    return { matches, found };
  };
  let { matches, found } = await find(limit);
  // Points of another server whose memory is gone take places; once is enough, they are few.
  const missing = matches.length - found.size;
  if (missing > 0 && matches.length === limit) ({ matches, found } = await find(limit + 2 * missing));
  return matches
    .flatMap(({ id, score }) => {
      const memory = found.get(id);
      // Rounding may leave a cosine a little over 1.
      return memory === undefined ? [] : [{ memory, score: Math.min(1, Math.max(0, score)) }];
    })
    .slice(0, limit);
}

async function update(
  { db, gate, store, before }: Reach & { before: Memory },
  change: UpdateMemory,
  scope: MemoryScope,
  context: CallContext,
): Promise<Memory> {
  const text = change.text === undefined ? undefined : checkText(change.text);
  const metadata = checkMetadata(change.metadata);
  // Computed before the transaction: a Space may take minutes to wake up, and locks must not.
  const [vector] = text === undefined || text === before.text ? [] : await gate.embedPassages([text], context);

  const write = async (transaction: Database): Promise<Memory> => {
    const current = await lockMemory(transaction, before.id, scope);
    if (current === undefined) throw noSuchMemory();
    if (text !== undefined && vector === undefined && current.text !== text)
      throw new CodedError("overloaded", "This memory was changed by somebody else in this moment; try again.", { retryAfterMs: 100 });
    const updatedAt = new Date();
    const memory: Memory = {
      ...current,
      text: text ?? current.text,
      hash: text === undefined ? current.hash : hashText(text),
      metadata: checkMetadata({ ...current.metadata, ...metadata }),
      expiresOn: change.expiresOn === undefined ? current.expiresOn : checkExpiry(change.expiresOn),
      updatedAt,
    };
    await writeMemory(transaction, memory);
    await insertHistory(transaction, [{ memory, event: "UPDATE", oldText: current.text, newText: memory.text, createdAt: updatedAt }]);
    return memory;
  };

  let written = before;
  if (vector === undefined) {
    written = await db.transaction(write);
    await store.update([written]);
  } else {
    await gate.store([{ memory: { ...before, text: text ?? before.text }, vector }], async (transaction) => {
      written = await write(transaction);
      return new Set([written.id]);
    });
    // The point was written with what was known before the transaction.
    if (store.kind === "qdrant") await store.update([written]);
  }
  return written;
}

async function insertBatch(
  { db, gate }: Omit<Reach, "store">,
  rows: readonly NewMemory[],
  context: CallContext,
  inTransaction: ((transaction: Database) => Promise<void>) | undefined,
): Promise<{ inserted: number }> {
  const batch = rows.map(toMemory);
  const known = await readMemories(
    db,
    batch.map(({ id }) => id),
    {},
  );
  const fresh = batch.filter(({ id }) => !known.has(id));
  const vectors = await gate.embedPassages(
    fresh.map(({ text }) => text),
    context,
  );
  const written = await gate.store(
    fresh.map((memory, index) => ({ memory, vector: vectors[index] as Float32Array })),
    async (transaction) => {
      const inserted = await insertMemories(transaction, fresh);
      await inTransaction?.(transaction);
      return inserted;
    },
  );
  return { inserted: written.size };
}

function toMemory(row: NewMemory): Memory {
  const { userId = null, agentId = null, runId = null } = checkOwner(row.scope);
  const text = checkText(row.text);
  const createdAt = row.createdAt ?? new Date();
  return {
    id: checkId(row.id),
    text,
    hash: hashText(text),
    userId,
    agentId,
    runId,
    metadata: checkMetadata(row.metadata),
    role: checkRole(row.role),
    expiresOn: checkExpiry(row.expiresOn),
    createdAt,
    updatedAt: row.updatedAt ?? createdAt,
  };
}
