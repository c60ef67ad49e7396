import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createSpace } from "./new-space.ts";
import { repositoryRoot } from "./workspace-units.ts";

const run = promisify(execFile);
let root: string;

/** A repository in miniature: the real packages and tools by link, and copies of what the generator reads. */
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "new-space-"));
  for (const linked of ["packages", "tools", "node_modules"]) symlinkSync(join(repositoryRoot, linked), join(root, linked));
  for (const copied of ["package.json", "tsconfig.base.json", "vitest.config.ts"]) cpSync(join(repositoryRoot, copied), join(root, copied));
  mkdirSync(join(root, "apps"));
  for (const space of ["_template", "minilm-embed"]) {
    cpSync(join(repositoryRoot, "spaces", space), join(root, "spaces", space), {
      recursive: true,
      filter: (source) => !/node_modules|dist|[.](?:turbo|cache)/.test(source.slice(repositoryRoot.length)),
    });
  }
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

function readAll(folder: string): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"))
    .join("\n");
}

test("a new Space has the template's files under its own name and port", () => {
  const { folder, port } = createSpace({ root, id: "ocr-read" });
  expect(port).toBe(7862);
  expect(readdirSync(folder).toSorted()).toEqual(["README.md", "package.json", "src", "tsconfig.json", "tsup.config.ts", "turbo.json"]);
  const text = readAll(folder);
  for (const own of ["@repo/ocr-read", "title: Ocr read", '"port": 7862', "# ocr-read"]) expect(text).toContain(own);
  expect(text).not.toMatch(/template|7869/i);
});

test("ports are not given twice, and bad names and ports are refused", () => {
  createSpace({ root, id: "one" });
  expect(createSpace({ root, id: "two" }).port).toBe(7863);
  expect(createSpace({ root, id: "three", port: 9000 }).port).toBe(9000);
  expect(() => createSpace({ root, id: "one" })).toThrow("exists already");
  expect(() => createSpace({ root, id: "four", port: 9000 })).toThrow("belongs to three");
  expect(() => createSpace({ root, id: "five", port: 80 })).toThrow("from 1024");
  expect(() => createSpace({ root, id: "six", port: 7869 })).toThrow("belongs to the template");
  for (const from of ["nowhere", "../apps", "_template/src"]) expect(() => createSpace({ root, id: "seven", from })).toThrow("no Space");
  for (const id of ["Ocr", "../evil", "_hidden", "a b", "", "1x"]) expect(() => createSpace({ root, id })).toThrow("no name for a Space");
  expect(existsSync(join(root, "evil"))).toBe(false);
});

test("a Space made from another one keeps its facts and gets names and a port of its own", () => {
  const { folder } = createSpace({ root, id: "e5-embed", from: "minilm-embed", port: 7900 });
  const text = readAll(folder);
  for (const own of ["@repo/e5-embed", "title: E5 embed", "SPACE=e5-embed", '"port": 7900', "# e5-embed"]) expect(text).toContain(own);
  expect(text).toContain("sentence-transformers/all-MiniLM-L6-v2");
  expect(text).not.toMatch(/minilm-embed|7861/);
});

test.each([
  ["the template", undefined],
  ["another Space", "minilm-embed"],
])(
  "a new Space made from %s passes types and the conformance suite as it is",
  async (_source, from) => {
    const { folder } = createSpace({ root, id: "ocr-read", from });
    // It has its source's dependencies, so the source's links stand for `pnpm install`.
    symlinkSync(join(repositoryRoot, "spaces", from ?? "_template", "node_modules"), join(folder, "node_modules"));
    const bin = (name: string) => join(repositoryRoot, "node_modules/.bin", name);
    await expect(run(bin("tsc"), ["-p", folder])).resolves.toMatchObject({ stdout: "" });
    const { stdout } = await run(bin("vitest"), ["run", "--project", "unit", "--root", root, "spaces/ocr-read"], {
      env: { ...process.env, NO_COLOR: "1" },
    });
    expect(stdout).toMatch(/Tests\s+\d{2,} passed/);
  },
  120_000,
);
