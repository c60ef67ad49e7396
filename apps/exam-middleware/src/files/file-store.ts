import { createHash } from "node:crypto";
import type { Database } from "@repo/app-kit/open-database";
import { CodedError } from "@repo/contracts/coded-error";
import { and, asc, eq } from "drizzle-orm";
import { sheetFileChunks, sheetFiles, toBase64 } from "../schema.ts";

/** What is known of a stored file. */
interface StoredFile {
  sha256: string;
  sizeBytes: number;
  mimeType: string;
}

/** Files by their content. They are in the database: what it keeps, a restart of a server without a disk keeps too. */
export interface FileStore {
  /** Stores the bytes unless they are here already, in the transaction that writes what needs them. */
  put(transaction: Database, bytes: Uint8Array, mimeType: string): Promise<StoredFile>;
  /** @throws CodedError not_found */
  read(sha256: string): Promise<Uint8Array>;
  /** The bytes in pieces of 1 MiB, each read when it is asked for. */
  stream(sha256: string): AsyncIterable<Uint8Array>;
}

/** A piece: a statement of it stays far below what drivers and the embedded database like. */
const chunkBytes = 1024 * 1024;

const fromBase64 = (text: string | null): Uint8Array => Buffer.from(text ?? "", "base64");

/** SHA-256, hexadecimal. */
function toSha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Keeps files in the database. */
export function createFileStore(db: Database): FileStore {
  async function* stream(sha256: string): AsyncGenerator<Uint8Array> {
    for (let position = 0; ; position += 1) {
      const [row] = await db
        .select({ content: toBase64(sheetFileChunks.content) })
        .from(sheetFileChunks)
        .where(and(eq(sheetFileChunks.sha256, sha256), eq(sheetFileChunks.position, position)));
      if (row === undefined) return;
      yield fromBase64(row.content);
    }
  }
  return {
    stream,
    async put(transaction, bytes, mimeType) {
      const file = { sha256: toSha256(bytes), sizeBytes: bytes.byteLength, mimeType };
      const inserted = await transaction.insert(sheetFiles).values(file).onConflictDoNothing().returning({ sha256: sheetFiles.sha256 });
      if (inserted.length === 0) return file;
      for (let position = 0; position * chunkBytes < bytes.byteLength; position += 1) {
        const content = bytes.subarray(position * chunkBytes, (position + 1) * chunkBytes);
        await transaction.insert(sheetFileChunks).values({ sha256: file.sha256, position, content });
      }
      return file;
    },
    async read(sha256) {
      const rows = await db
        .select({ content: toBase64(sheetFileChunks.content) })
        .from(sheetFileChunks)
        .where(eq(sheetFileChunks.sha256, sha256))
        .orderBy(asc(sheetFileChunks.position));
      if (rows.length === 0) throw new CodedError("not_found", "The file of this sheet has been deleted.");
      return Buffer.concat(rows.map(({ content }) => fromBase64(content)));
    },
  };
}
