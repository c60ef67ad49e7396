import { type SQL, sql } from "drizzle-orm";
import { customType, integer, type PgColumn, pgTable, primaryKey, text, timestamp } from "drizzle-orm/pg-core";

/**
 * A column of bytes. They travel as base64, which the database turns back: the embedded one's own way, hexadecimal number by
 * number in JavaScript, took five times as much processor time to write and nineteen times as much to read. Read with
 * {@link toBase64}.
 */
export const bytesColumn = customType<{ data: Uint8Array; driverData: Uint8Array }>({
  dataType: () => "bytea",
  toDriver: (value) => sql`decode(${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("base64")}, 'base64')`,
});

/** A column of bytes as base64, null where there are none. */
export function toBase64(column: PgColumn): SQL<string | null> {
  return sql<string | null>`encode(${column}, 'base64')`;
}

/**
 * Tables of file-store.ts, for an app's schema: `<prefix>_files`, files by their content, and `<prefix>_file_chunks`, their
 * bytes in pieces, so that neither storing nor sending one needs much memory.
 */
export function defineFileTables<Prefix extends string>(prefix: Prefix) {
  const files = pgTable(`${prefix}_files`, {
    /** SHA-256 of the bytes, hexadecimal: the same bytes are stored once. */
    sha256: text().primaryKey(),
    sizeBytes: integer("size_bytes").notNull(),
    /** What the bytes are, whatever the file's name says. */
    mimeType: text("mime_type").notNull(),
    createdAt: timestamp("created_at", { withTimezone: true, precision: 3 }).notNull().defaultNow(),
  });
  const chunks = pgTable(
    `${prefix}_file_chunks`,
    {
      sha256: text()
        .notNull()
        .references(() => files.sha256, { onDelete: "cascade" }),
      /** From 0. */
      position: integer().notNull(),
      content: bytesColumn().notNull(),
    },
    (table) => [primaryKey({ columns: [table.sha256, table.position] })],
  );
  return { files, chunks };
}

/** See {@link defineFileTables}. */
export type FileTables = ReturnType<typeof defineFileTables>;
