import { randomBytes } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Secret } from "@repo/server-kit/secret";
import type { Config } from "../config.ts";
import { toDataDirectory } from "../open-playground-database.ts";

/** Name of the file beside the embedded database. */
const fileName = "secret.key";

/**
 * The key that encrypts tokens: SECRET_KEY; without it, for the embedded database only, one that is made once and kept
 * beside it, readable for this user. Undefined with DATABASE_URL: other processes would not have it.
 */
export async function loadSecretKey(config: Config): Promise<Secret | undefined> {
  if (config.SECRET_KEY !== undefined) return config.SECRET_KEY;
  const directory = toDataDirectory(config);
  if (config.DATABASE_URL !== undefined) return undefined;
  if (directory === "memory") return new Secret(randomBytes(32).toString("base64url"));
  const path = join(directory, fileName);
  await mkdir(directory, { recursive: true });
  // Two processes that start at once agree on the file that was there first.
  await writeFile(path, randomBytes(32).toString("base64url"), { flag: "wx", mode: 0o600 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
  });
  return new Secret((await readFile(path, "utf8")).trim());
}
