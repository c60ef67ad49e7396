import { randomUUID } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

/** Keeps vectors between starts: a large model takes half a minute for the aspects' words. */
export interface WordVectorStore {
  /** The vectors, or undefined where there are none, not so many, or other numbers than vectors have. */
  read(count: number): Promise<Float32Array[] | undefined>;
  /** Does nothing where nothing can be written. */
  write(vectors: readonly Float32Array[]): Promise<void>;
}

/** @param path a file that is named after everything the vectors depend on */
export function createWordVectorStore(path: string, dimensions: number): WordVectorStore {
  return {
    async read(count) {
      const bytes = await readFile(path).catch(() => undefined);
      if (bytes?.length !== count * dimensions * 4) return undefined;
      const all = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
      if (!all.every(Number.isFinite)) return undefined;
      return Array.from({ length: count }, (_, index) => all.subarray(index * dimensions, (index + 1) * dimensions));
    },
    async write(vectors) {
      const draft = `${path}.${randomUUID()}.tmp`;
      try {
        await mkdir(dirname(path), { recursive: true });
        await writeFile(draft, Buffer.concat(vectors.map((vector) => Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength))));
        await rename(draft, path);
      } catch {
        await rm(draft, { force: true }).catch(() => undefined);
      }
    },
  };
}
