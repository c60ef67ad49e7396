import { randomUUID } from "node:crypto";
import { mkdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { CodedError } from "@repo/contracts/coded-error";
import { withFileLock } from "./hub/file-lock.ts";
import { hashOfFile } from "./model-files.ts";
import type { ModelFile } from "./text-model.ts";

/** Options of {@link prepareFolder}. */
export interface PrepareFolderOptions<Prepared> {
  /** The finished folder. */
  folder: string;
  /** File in it that is written last. */
  manifestFile: string;
  /** Opens and verifies a finished folder. */
  load(folder: string): Promise<Prepared>;
  /** Fills a new folder, which gets its name when this is done. */
  build(folder: string): Promise<void>;
  /** Called when a folder that was built has its name. */
  onBuilt?(): Promise<void>;
  signal?: AbortSignal | undefined;
}

/**
 * Makes a folder once, whoever asks and however often: one that is there and whole is opened, one that is damaged is made
 * anew, and a half-made one never has the name. Processes that want the same folder wait for each other.
 */
export async function prepareFolder<Prepared>(options: PrepareFolderOptions<Prepared>): Promise<Prepared> {
  const { folder, manifestFile, load, signal } = options;
  await mkdir(dirname(folder), { recursive: true });
  return withFileLock(`${folder}.lock`, signal, async () => {
    if (await exists(join(folder, manifestFile))) {
      const present = await load(folder).catch(() => undefined);
      if (present !== undefined) return present;
      await rm(folder, { recursive: true, force: true });
    }
    const building = `${folder}.building-${randomUUID()}`;
    await mkdir(building, { recursive: true });
    try {
      await options.build(building);
      await rename(building, folder);
    } finally {
      await rm(building, { recursive: true, force: true });
    }
    await options.onBuilt?.();
    return load(folder);
  });
}

/** What went wrong while a model was prepared, as an error with a code that shows no path. */
export function toPreparationError(error: unknown, id: string, signal: AbortSignal | undefined): CodedError {
  if (CodedError.isInstance(error)) return error;
  if (signal?.aborted) return new CodedError("cancelled", `The preparation of ${id} was cancelled.`, { cause: error });
  const { code = "an unexpected error" } = error as NodeJS.ErrnoException;
  const reasons: Record<string, string> = {
    ENOSPC: "the disk is full",
    EACCES: "its folder is not writable",
    EROFS: "its folder is read-only",
  };
  return new CodedError("model_unavailable", `${id} could not be prepared: ${reasons[code] ?? code}.`, { cause: error });
}

/** Folder name for a revision of a repository. */
export function toFolderName({ repository, revision }: { repository: string; revision: string }): string {
  return `${repository.replaceAll(/[^\w.-]+/g, "--")}-${revision.slice(0, 12)}`;
}

/** Path, hash and size of those of `paths` that are in the folder. */
export async function describeFiles(folder: string, paths: readonly string[]): Promise<ModelFile[]> {
  const files: ModelFile[] = [];
  for (const path of paths) {
    const full = join(folder, path);
    if (await exists(full)) files.push({ path, sha256: await hashOfFile(full), bytes: (await stat(full)).size });
  }
  return files;
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
