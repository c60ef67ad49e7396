import { homedir } from "node:os";
import { join } from "node:path";
import type { ModelConfig } from "./config.ts";
import { pocketDirectory } from "./model.ts";

/** Where this process may keep what it made: DATA_DIRECTORY, or a folder of the user's cache. */
export function dataDirectory(config: ModelConfig): string {
  return config.DATA_DIRECTORY ?? join(homedir(), ".cache/outpost");
}

/** Folder of a model that needs no preparation: the one that was named, or the committed pocket model. */
export function findPreparedDirectory(config: ModelConfig): string | undefined {
  if (config.MODEL_DIRECTORY !== undefined) return config.MODEL_DIRECTORY;
  return config.MODEL === "pocket" && config.MODEL_ID === undefined ? pocketDirectory : undefined;
}
