import { homedir } from "node:os";
import { join } from "node:path";
import type { HubOptions } from "../hub/hub-options.ts";
import type { Precision, TextModel } from "../text-model.ts";

/** The two models a text-embedding Space declares in its model.ts. */
export interface SpaceModels {
  /** The Hub's model. */
  full: TextModel;
  /** Folder of the committed pocket model: models/<name>, with its facts in its model.json. */
  pocketDirectory: string;
}

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

/** Options of createTextService. */
export interface TextServiceOptions extends ModelChoice {
  /** Worker threads; default one per core of the container's quota. */
  workers?: number | undefined;
  /** Memory for vectors of inputs that were seen; default 16 MiB, 0 keeps none. */
  cacheBytes?: number | undefined;
  /** Tokens that may wait; default 262,144. */
  maxQueuedTokens?: number | undefined;
}

/** Where this process may keep what it made. */
export function dataDirectoryOf({ dataDirectory }: ModelChoice): string {
  return dataDirectory ?? join(homedir(), ".cache/outpost");
}

/** Folder of a model that needs no preparation: the one that was named, or the committed pocket model. */
export function findPreparedDirectory({ pocketDirectory }: SpaceModels, choice: ModelChoice): string | undefined {
  if (choice.preparedDirectory !== undefined) return choice.preparedDirectory;
  return choice.profile !== "full" && choice.repository === undefined ? pocketDirectory : undefined;
}
