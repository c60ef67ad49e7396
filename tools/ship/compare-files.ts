import { createHash } from "node:crypto";
import { createReadStream, readdirSync, statSync } from "node:fs";
import { join, relative, sep } from "node:path";

/** A file as the Hub lists it. */
export interface RemoteFile {
  path: string;
  size: number;
  /** Git's hash of the blob; of a file in LFS that of the pointer. */
  oid?: string | undefined;
  /** SHA-256 of the content, where the file is in LFS. */
  lfs?: { oid: string } | undefined;
}

/** What a push would do with one file. */
export interface FileChange {
  kind: "added" | "changed" | "removed";
  path: string;
  /** Bytes after the push; before it for a file that is removed. */
  size: number;
}

/** Paths of all files of a folder, with slashes. */
export function listFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join("/"))
    .toSorted();
}

/** What has to change for the remote repository to hold exactly the files of the folder; by path. */
export async function compareFiles(folder: string, remote: readonly RemoteFile[]): Promise<FileChange[]> {
  const known = new Map(remote.map((file) => [file.path, file]));
  const changes: FileChange[] = [];
  for (const path of listFiles(folder)) {
    const { size } = statSync(join(folder, path));
    const there = known.get(path);
    known.delete(path);
    if (there === undefined) changes.push({ kind: "added", path, size });
    else if (!(await isSame(join(folder, path), size, there))) changes.push({ kind: "changed", path, size });
  }
  for (const { path, size } of known.values()) changes.push({ kind: "removed", path, size });
  return changes.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

async function isSame(path: string, size: number, there: RemoteFile): Promise<boolean> {
  if (there.size !== size) return false;
  if (there.lfs !== undefined) return (await hashFile(path, "sha256", "")) === there.lfs.oid;
  return (await hashFile(path, "sha1", `blob ${size}\0`)) === there.oid;
}

async function hashFile(path: string, algorithm: string, prefix: string): Promise<string> {
  const hash = createHash(algorithm).update(prefix);
  for await (const part of createReadStream(path)) hash.update(part as Buffer);
  return hash.digest("hex");
}

/** The changes as lines for people, with sums: `+ dist/main.js  670 kB`. */
export function describeChanges(changes: readonly FileChange[]): string {
  if (changes.length === 0) return "No file differs.";
  const sign = { added: "+", changed: "~", removed: "-" } as const;
  const lines = changes.map(({ kind, path, size }) => `${sign[kind]} ${path}  ${toReadableSize(size)}`);
  const count = (kind: FileChange["kind"]): number => changes.filter((change) => change.kind === kind).length;
  const sent = changes.filter(({ kind }) => kind !== "removed").reduce((sum, { size }) => sum + size, 0);
  return [
    ...lines,
    `${count("added")} added, ${count("changed")} changed, ${count("removed")} removed; ${toReadableSize(sent)} to send.`,
  ].join("\n");
}

function toReadableSize(bytes: number): string {
  return bytes < 1_000_000 ? `${Math.ceil(bytes / 1000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
