import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { HubOptions } from "./hub/hub-options.ts";
import type { Precision } from "./text-model.ts";

/** Which model a process serves, as plain values that may travel to a thread. */
export interface ModelChoice {
  /** pocket (default): the committed model. full: the Hub's, fetched and built where that was not done before. */
  profile?: "pocket" | "full" | undefined;
  /** Another repository of the Hub in place of the full model. */
  repository?: string | undefined;
  /** Commit, tag or branch of `repository`, or of the full model in place of the declared commit. */
  revision?: string | undefined;
  /** Arithmetic of a model that is built here; default int8-static. */
  precision?: Precision | undefined;
  /** A prepared folder to serve in place of all others. */
  preparedDirectory?: string | undefined;
  hub?: HubOptions | undefined;
  /** Folder of Hugging Face's cache, read before anything is downloaded; default ~/.cache/huggingface. */
  hubHome?: string | undefined;
  /** Where this process may keep what it made; default ~/.cache/outpost. */
  dataDirectory?: string | undefined;
}

/** Where this process may keep what it made. */
export function dataDirectoryOf({ dataDirectory }: ModelChoice): string {
  return dataDirectory ?? join(homedir(), ".cache/outpost");
}

/** Folder of a model that needs no preparation: the one that was named, or the committed pocket model. */
export function findPreparedDirectory({ pocketDirectory }: { pocketDirectory: string }, choice: ModelChoice): string | undefined {
  if (choice.preparedDirectory !== undefined) return choice.preparedDirectory;
  return choice.profile !== "full" && choice.repository === undefined ? pocketDirectory : undefined;
}

/** What another program has fetched into Hugging Face's cache is not fetched again; it is verified like a download. */
export function findSnapshot(
  { repository, revision }: { repository: string; revision: string },
  { hubHome }: ModelChoice,
): string | undefined {
  const home = hubHome ?? join(homedir(), ".cache/huggingface");
  const snapshot = join(home, "hub", `models--${repository.replaceAll("/", "--")}`, "snapshots", revision);
  return existsSync(join(snapshot, "model.safetensors")) ? snapshot : undefined;
}
