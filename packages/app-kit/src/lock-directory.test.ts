import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { lockDirectory } from "./lock-directory.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "lock-directory-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

const lockFile = (): string => join(directory, "process.lock");

test("a free directory is claimed and given back", () => {
  const unlock = lockDirectory(directory);
  expect(readFileSync(lockFile(), "utf8")).toBe(String(process.pid));
  unlock();
  expect(() => readFileSync(lockFile())).toThrow(/ENOENT/);
});

test("a directory that another running process holds is refused with the way out", () => {
  // The parent of the test process surely runs.
  writeFileSync(lockFile(), String(process.ppid));
  expect(() => lockDirectory(directory)).toThrow(new RegExp(`process ${process.ppid}.*DATABASE_URL`));
  expect(readFileSync(lockFile(), "utf8")).toBe(String(process.ppid));
});

test.for([
  ["a killed process", "999999999"],
  ["half a write", ""],
  ["nonsense", "abc"],
])("a lock left behind by %s is taken over", ([, content = ""]) => {
  writeFileSync(lockFile(), content);
  lockDirectory(directory)();
  expect(() => readFileSync(lockFile())).toThrow(/ENOENT/);
});
