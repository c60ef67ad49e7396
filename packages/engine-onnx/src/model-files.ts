import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, stat } from "node:fs/promises";
import { join } from "node:path";
import { CodedError } from "@repo/contracts/coded-error";
import { isLfsPointer } from "./graph/safetensors.ts";
import type { ModelFile, ModelFileState, PreparedFile } from "./text-model.ts";

/** Compares the files of a folder with what they should be; reads every byte (about 1 GB/s). */
export function inspectModelFiles(directory: string, files: readonly ModelFile[]): Promise<PreparedFile[]> {
  return Promise.all(
    files.map(async (file) => ({ path: file.path, ...(await inspectFile(join(directory, ...file.path.split("/")), file)) })),
  );
}

/** @throws CodedError model_unavailable naming every file that is not as it should be, and what to do. */
export function requireModelFiles(directory: string, files: readonly PreparedFile[]): void {
  const problems = files
    .filter(({ state }) => state !== "ok")
    .map(({ path, state }) => `${path} ${explanations[state as keyof typeof explanations]}`);
  if (problems.length > 0) {
    throw new CodedError("model_unavailable", `The model's files are not usable: ${problems.join("; ")}.`, {
      details: { files: files.filter(({ state }) => state !== "ok") },
      cause: new Error(directory),
    });
  }
}

const explanations: Record<Exclude<ModelFileState, "ok">, string> = {
  missing: "is missing",
  "lfs-pointer": "is a Git LFS pointer, not the file itself (run `git lfs pull`)",
  "wrong-size": "has another size than it should (was a download or a copy cut?)",
  "hash-mismatch": "has another content than it should (damaged, or of another version)",
};

async function inspectFile(path: string, expected: ModelFile): Promise<{ bytes: number; state: ModelFileState }> {
  const bytes = await stat(path).then(
    ({ size }) => size,
    () => undefined,
  );
  if (bytes === undefined) return { bytes: 0, state: "missing" };
  if (isLfsPointer(await readStart(path))) return { bytes, state: "lfs-pointer" };
  if (bytes !== expected.bytes) return { bytes, state: "wrong-size" };
  return { bytes, state: (await hashOfFile(path)) === expected.sha256 ? "ok" : "hash-mismatch" };
}

/** SHA-256 of a file's content, lower-case hexadecimal. */
export async function hashOfFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Uint8Array>) hash.update(chunk);
  return hash.digest("hex");
}

async function readStart(path: string): Promise<Uint8Array> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(new Uint8Array(64), 0, 64, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
