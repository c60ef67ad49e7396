/**
 * `pnpm scan:secrets [--history]`: looks for keys and tokens in every file that git knows, with --history in everything that was
 * ever committed. Prints where, never what, and leaves with 1 when it found something.
 */
import { execFileSync, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { findSecrets } from "./ship/find-secrets.ts";
import { repositoryRoot } from "./workspace-units.ts";

/** Larger files are weights and sample data. */
const maxBytes = 2_000_000;

function scanFiles(): string[] {
  const paths = execFileSync("git", ["ls-files", "-z"], { cwd: repositoryRoot, encoding: "utf8" }).split("\0").filter(Boolean);
  return paths.flatMap((path) => {
    const text = readText(join(repositoryRoot, path));
    return text === undefined ? [] : findSecrets(text).map(({ line, kind }) => `${path}:${line}: ${kind}`);
  });
}

function readText(path: string): string | undefined {
  try {
    const bytes = readFileSync(path);
    return bytes.length > maxBytes || bytes.subarray(0, 8_000).includes(0) ? undefined : bytes.toString("utf8");
  } catch {
    // Deleted, and git does not know it yet.
    return undefined;
  }
}

async function scanHistory(): Promise<string[]> {
  const git = spawn("git", ["log", "--all", "-p", "--unified=0", "--no-color", "--no-ext-diff", "--format=commit %h"], {
    cwd: repositoryRoot,
  });
  const found: string[] = [];
  let [commit, path] = ["", ""];
  for await (const line of createInterface({ input: git.stdout })) {
    if (line.startsWith("commit ")) commit = line.slice("commit ".length);
    else if (line.startsWith("+++ ")) path = line.slice("+++ b/".length);
    else if (line.startsWith("+") && line.length < maxBytes) {
      for (const { kind } of findSecrets(line.slice(1))) found.push(`${commit} ${path}: ${kind}`);
    }
  }
  return [...new Set(found)];
}

const found = process.argv.includes("--history") ? await scanHistory() : scanFiles();
if (found.length > 0) {
  console.error(`${found.join("\n")}\nA secret that was committed is known: revoke it first, then remove it.`);
  process.exit(1);
}
console.log("No keys or tokens found.");
