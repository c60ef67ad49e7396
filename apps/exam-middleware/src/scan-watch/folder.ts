import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { extname, join } from "node:path";

/** What tells one state of a file from another. */
export interface FileState {
  name: string;
  sizeBytes: number;
  modifiedMs: number;
  /** Another file under the same name is another one. */
  inode: number;
}

/** A file as it was read. */
export interface ReadFile {
  bytes: Uint8Array<ArrayBuffer>;
  /** First 16 hexadecimal digits of its SHA-256. */
  hash: string;
  state: FileState;
}

/** Names of files that are still being written, or are no scans. */
const ignored = /^[.~]|\.(?:tmp|temp|part|partial|crdownload|lock)$|^(?:thumbs\.db|desktop\.ini)$/i;
const hashDigits = 16;

/** Whether two states are the same. */
export function isSameState(one: FileState | undefined, other: FileState | undefined): boolean {
  return (
    one !== undefined &&
    other !== undefined &&
    one.sizeBytes === other.sizeBytes &&
    one.modifiedMs === other.modifiedMs &&
    one.inode === other.inode
  );
}

async function readState(folder: string, name: string): Promise<FileState | undefined> {
  const found = await stat(join(folder, name)).catch(() => undefined);
  if (found?.isFile() !== true) return undefined;
  return { name, sizeBytes: found.size, modifiedMs: found.mtimeMs, inode: found.ino };
}

/** The scans that lie in the folder itself, by name. @throws the system's error when the folder cannot be read */
export async function listScans(folder: string): Promise<FileState[]> {
  const names = (await readdir(folder))
    .filter((name) => !ignored.test(name))
    .toSorted((a, b) => a.localeCompare(b, "en", { numeric: true }));
  const states = await Promise.all(names.map(async (name) => await readState(folder, name)));
  return states.filter((state) => state !== undefined);
}

/** The file, unless it is no longer in the state it was seen in. @throws the system's error when it may not be read */
export async function readScan(folder: string, seen: FileState): Promise<ReadFile | undefined> {
  if (!isSameState(seen, await readState(folder, seen.name))) return undefined;
  const bytes = new Uint8Array(await readFile(join(folder, seen.name)));
  if (!isSameState(seen, await readState(folder, seen.name))) return undefined;
  return { bytes, hash: createHash("sha256").update(bytes).digest("hex").slice(0, hashDigits), state: seen };
}

/**
 * Moves a file that was read into a folder beside it, with its hash in the name. @returns its new name; undefined when it has
 * changed since: it stays where it is, a new scan
 */
export async function moveScan(folder: string, target: "processed" | "failed", file: ReadFile): Promise<string | undefined> {
  const { state } = file;
  await mkdir(join(folder, target), { recursive: true });
  if (!isSameState(state, await readState(folder, state.name))) return undefined;
  const moved = toMovedName(file);
  // What may lie there already has the same content. Renaming is one step: a process that is killed leaves no half file.
  await rename(join(folder, state.name), join(folder, target, moved));
  if (isSameState(state, await readState(join(folder, target), moved))) return moved;
  // A scanner wrote between the look and the step. What it wrote was not sent, and the old name may be in use again.
  await rename(join(folder, target, moved), join(folder, moved));
  return undefined;
}

function toMovedName({ state: { name }, hash }: ReadFile): string {
  const ending = extname(name);
  return `${name.slice(0, name.length - ending.length)}-${hash}${ending}`;
}

/** Moves a file that the server refuses, and writes down why. */
export async function setAside(folder: string, file: ReadFile, reason: string): Promise<string | undefined> {
  const reasonPath = join(folder, "failed", `${toMovedName(file)}.txt`);
  await mkdir(join(folder, "failed"), { recursive: true });
  // First, so that no file is ever there without its reason.
  await writeFile(reasonPath, `${new Date().toISOString()}\n${reason}\n`);
  const moved = await moveScan(folder, "failed", file);
  if (moved === undefined) await rm(reasonPath, { force: true });
  return moved;
}
