import { createHash } from "node:crypto";
import { CodedError } from "@repo/contracts/coded-error";
import { and, asc, eq } from "drizzle-orm";
import { type FileTables, toBase64 } from "./file-tables.ts";
import type { Database } from "./open-database.ts";

/** What is known of a stored file. */
export interface StoredFile {
  /** Hexadecimal. */
  sha256: string;
  sizeBytes: number;
  mimeType: string;
}

/** Files by their content. They are in the database: what it keeps, a restart of a server without a disk keeps too. */
export interface FileStore {
  /** Stores the bytes unless they are here already, in the transaction that writes what needs them. */
  put(transaction: Database, bytes: Uint8Array, mimeType: string): Promise<StoredFile>;
  /** What is known of a file; undefined when it is not here. */
  find(sha256: string): Promise<StoredFile | undefined>;
  /** @throws CodedError not_found */
  read(sha256: string): Promise<Uint8Array>;
  /** The bytes in pieces of 1 MiB, each read when it is asked for. */
  stream(sha256: string): AsyncIterable<Uint8Array>;
}

/** A piece: a statement of it stays far below what drivers and the embedded database like. */
const chunkBytes = 1024 * 1024;

const fromBase64 = (text: string | null): Uint8Array => Buffer.from(text ?? "", "base64");

/** SHA-256, hexadecimal. */
export function toSha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Keeps files in these tables of the app's database. */
export function createFileStore(db: Database, { files, chunks }: FileTables): FileStore {
  async function* stream(sha256: string): AsyncGenerator<Uint8Array> {
    for (let position = 0; ; position += 1) {
      const [row] = await db
        .select({ content: toBase64(chunks.content) })
        .from(chunks)
        .where(and(eq(chunks.sha256, sha256), eq(chunks.position, position)));
      if (row === undefined) return;
      yield fromBase64(row.content);
    }
  }
  return {
    stream,
    async put(transaction, bytes, mimeType) {
      const file = { sha256: toSha256(bytes), sizeBytes: bytes.byteLength, mimeType };
      const inserted = await transaction.insert(files).values(file).onConflictDoNothing().returning({ sha256: files.sha256 });
      if (inserted.length === 0) return file;
      for (let position = 0; position * chunkBytes < bytes.byteLength; position += 1) {
        const content = bytes.subarray(position * chunkBytes, (position + 1) * chunkBytes);
        await transaction.insert(chunks).values({ sha256: file.sha256, position, content });
      }
      return file;
    },
    async find(sha256) {
      const { sizeBytes, mimeType } = files;
      const [row] = await db.select({ sha256: files.sha256, sizeBytes, mimeType }).from(files).where(eq(files.sha256, sha256));
      return row;
    },
    async read(sha256) {
      const rows = await db
        .select({ content: toBase64(chunks.content) })
        .from(chunks)
        .where(eq(chunks.sha256, sha256))
        .orderBy(asc(chunks.position));
      if (rows.length === 0) throw new CodedError("not_found", "This file has been deleted.");
      return Buffer.concat(rows.map(({ content }) => fromBase64(content)));
    },
  };
}
