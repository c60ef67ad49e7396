import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CodedError } from "@repo/contracts/coded-error";

function isProcessAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, but belongs to somebody else.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/**
 * Claims a data directory for this process: an embedded database that two processes open at once is destroyed.
 *
 * A lock left behind by a process that was killed is taken over. Returns the function that gives the directory back.
 * @throws CodedError internal naming the other process when it still runs
 */
export function lockDirectory(directory: string): () => void {
  mkdirSync(directory, { recursive: true });
  const path = join(directory, "process.lock");
  for (let attempt = 0; attempt < 2; attempt += 1) {
    try {
      writeFileSync(path, String(process.pid), { flag: "wx" });
      return () => rmSync(path, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    const owner = Number(readFileSync(path, "utf8"));
    if (owner !== process.pid && Number.isInteger(owner) && owner > 0 && isProcessAlive(owner)) break;
    rmSync(path, { force: true });
  }
  throw new CodedError(
    "internal",
    `The data directory ${directory} is in use by process ${readFileSync(path, "utf8")}. Stop that process, set DATA_DIRECTORY to another folder, or set DATABASE_URL to share one PostgreSQL.`,
  );
}
