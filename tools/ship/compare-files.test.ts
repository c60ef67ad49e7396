import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { compareFiles, describeChanges } from "./compare-files.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "compare-files-"));
  mkdirSync(join(folder, "dist"));
  writeFileSync(join(folder, "dist/main.js"), "new\n");
  writeFileSync(join(folder, "model.onnx"), "weights");
  writeFileSync(join(folder, "README.md"), "# one\n");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

test("an empty repository gets everything", async () => {
  const changes = await compareFiles(folder, []);
  expect(changes.map(({ kind, path }) => `${kind} ${path}`)).toEqual(["added README.md", "added dist/main.js", "added model.onnx"]);
});

test("equal files are told by git's hash, or by SHA-256 in LFS; others are changed or removed", async () => {
  const changes = await compareFiles(folder, [
    // echo "# one" | git hash-object --stdin
    { path: "README.md", size: 6, oid: "b8aad57f977a9415403e0a45eb71e51eb90a003b" },
    { path: "dist/main.js", size: 4, oid: "0000000000000000000000000000000000000000" },
    { path: "model.onnx", size: 7, oid: "1111111111111111111111111111111111111111", lfs: { oid: sha256("weights") } },
    { path: "dist/old.js", size: 10, oid: "2222222222222222222222222222222222222222" },
  ]);
  expect(changes.map(({ kind, path }) => `${kind} ${path}`)).toEqual(["changed dist/main.js", "removed dist/old.js"]);
  expect(describeChanges(changes)).toMatch(/~ dist\/main.js {2}1 kB\n- dist\/old.js {2}1 kB\n0 added, 1 changed, 1 removed; 1 kB to send/);
});

test("a file in LFS of the same size and another content is changed", async () => {
  const changes = await compareFiles(folder, [{ path: "model.onnx", size: 7, lfs: { oid: sha256("changed") } }]);
  expect(changes.find(({ path }) => path === "model.onnx")?.kind).toBe("changed");
});

test("nothing to do is said", () => {
  expect(describeChanges([])).toBe("No file differs.");
});
