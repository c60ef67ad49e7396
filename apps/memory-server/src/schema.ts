import { sql } from "drizzle-orm";
import {
  boolean,
  check,
  customType,
  date,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";

/**
 * pgvector column without a fixed length: which model is served, and so how long vectors are, is configuration, and a
 * migration cannot know it. The store indexes it by an expression that casts to the length in use.
 */
const anyVector = customType<{ data: number[]; driverData: string }>({
  dataType: () => "vector",
  toDriver: (value) => JSON.stringify(value),
  fromDriver: (value) => JSON.parse(value) as number[],
});

const moment = (name: string) => timestamp(name, { withTimezone: true });

/** What is remembered. */
export const memories = pgTable(
  "memories",
  {
    id: uuid().primaryKey(),
    userId: text("user_id"),
    agentId: text("agent_id"),
    runId: text("run_id"),
    text: text().notNull(),
    /** MD5 of the text, as Mem0 has it. */
    hash: text().notNull(),
    metadata: jsonb().$type<Record<string, unknown>>().notNull().default({}),
    role: text(),
    /** Last day on which it is shown. */
    expiresOn: date("expires_on", { mode: "string" }),
    createdAt: moment("created_at").notNull().defaultNow(),
    updatedAt: moment("updated_at").notNull().defaultNow(),
  },
  (table) => [
    check("memories_owner", sql`num_nonnulls(${table.userId}, ${table.agentId}, ${table.runId}) > 0`),
    index("memories_user").on(table.userId, table.createdAt),
    index("memories_agent").on(table.agentId, table.createdAt),
    index("memories_run").on(table.runId, table.createdAt),
    index("memories_hash").on(table.hash),
    index("memories_created").on(table.createdAt, table.id),
  ],
);

/** Vectors of memories where they are kept in this database; all of one model, see {@link vectorIndex}. */
export const memoryVectors = pgTable("memory_vectors", {
  memoryId: uuid("memory_id")
    .primaryKey()
    .references(() => memories.id, { onDelete: "cascade" }),
  model: text().notNull(),
  revision: text().notNull(),
  embedding: anyVector().notNull(),
});

/** Which model the stored vectors are of, and where they are. One row. */
export const vectorIndex = pgTable("vector_index", {
  id: integer().primaryKey().default(1),
  /** pgvector or qdrant. */
  store: text().notNull(),
  collection: text().notNull(),
  model: text().notNull(),
  revision: text().notNull(),
  dimensions: integer().notNull(),
});

/** Every change of every memory. No foreign key: it says what was deleted, too. */
export const memoryHistory = pgTable(
  "memory_history",
  {
    id: uuid().primaryKey(),
    memoryId: uuid("memory_id").notNull(),
    oldText: text("old_text"),
    newText: text("new_text"),
    event: text().$type<"ADD" | "UPDATE" | "DELETE">().notNull(),
    createdAt: moment("created_at").notNull().defaultNow(),
    actorId: text("actor_id"),
    role: text(),
    isDeleted: boolean("is_deleted").notNull().default(false),
    /** Whose the memory was: a deleted one's history is shown to nobody else. */
    userId: text("user_id"),
    agentId: text("agent_id"),
    runId: text("run_id"),
  },
  (table) => [index("memory_history_memory").on(table.memoryId, table.createdAt)],
);

/** Keys of people and programs. The key itself is shown once and never stored. */
export const apiKeys = pgTable(
  "api_keys",
  {
    id: uuid().primaryKey(),
    label: text().notNull(),
    /** First 8 characters, by which its owner knows it again. */
    prefix: text().notNull(),
    /** SHA-256 of the key, hexadecimal. A key is 256 random bits, so that a slow hash would protect nothing. */
    keyHash: text("key_hash").notNull(),
    /** Whose memories it opens; null: an administrator's key, for everybody's. */
    userId: text("user_id"),
    createdAt: moment("created_at").notNull().defaultNow(),
    lastUsedAt: moment("last_used_at"),
    revokedAt: moment("revoked_at"),
  },
  (table) => [uniqueIndex("api_keys_hash").on(table.keyHash)],
);

/** Who is signed in to the console. The cookie's value is shown to the browser only and never stored. */
export const consoleSessions = pgTable("console_sessions", {
  /** SHA-256 of the cookie's value, hexadecimal. */
  valueHash: text("value_hash").primaryKey(),
  /** SHA-256 of the key that was signed in with: the session may do what the key may, and ends with it. */
  keyHash: text("key_hash").notNull(),
  expiresAt: moment("expires_at").notNull(),
});

/** State of an import. */
export type ImportState = "uploading" | "queued" | "running" | "done" | "failed" | "cancelled";

/** Files of memories that are being read in. */
export const imports = pgTable(
  "imports",
  {
    id: uuid().primaryKey(),
    /** Whose memories it brings; null: the lines say. */
    userId: text("user_id"),
    fileName: text("file_name").notNull(),
    state: text().$type<ImportState>().notNull(),
    total: integer().notNull().default(0),
    done: integer().notNull().default(0),
    skipped: integer().notNull().default(0),
    failed: integer().notNull().default(0),
    /** The first 20. */
    problems: jsonb().$type<{ line: number; message: string }[]>().notNull().default([]),
    /** Why it waits or why it failed, for people. */
    message: text(),
    /** What the sender called this upload; sent again, it is the same import. */
    idempotencyKey: text("idempotency_key"),
    createdAt: moment("created_at").notNull().defaultNow(),
    updatedAt: moment("updated_at").notNull().defaultNow(),
  },
  (table) => [
    index("imports_created").on(table.createdAt),
    uniqueIndex("imports_idempotency").on(sql`coalesce(${table.userId}, '')`, table.idempotencyKey),
  ],
);

/** Lines of imports that are not memories yet. A line leaves in the transaction that makes it one. */
export const importLines = pgTable(
  "import_lines",
  {
    importId: uuid("import_id")
      .notNull()
      .references(() => imports.id, { onDelete: "cascade" }),
    line: integer().notNull(),
    payload: jsonb().$type<Record<string, unknown>>().notNull(),
  },
  (table) => [primaryKey({ columns: [table.importId, table.line] })],
);
