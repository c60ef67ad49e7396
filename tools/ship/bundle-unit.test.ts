import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { parse } from "yaml";
import { readWorkspaceUnits, type WorkspaceUnit } from "../workspace-units.ts";
import { bundleUnit, findModelFolders } from "./bundle-unit.ts";

// The whole lock file is read for every bundle.
vi.setConfig({ testTimeout: 120_000 });

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bundle-unit-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const units = readWorkspaceUnits();

/** The real unit, as if it had just been built. */
function pretendBuilt(name: string): WorkspaceUnit {
  const unit = units.find((candidate) => candidate.name === name) as WorkspaceUnit;
  const copy = join(folder, "unit");
  mkdirSync(join(copy, "dist"), { recursive: true });
  for (const part of ["package.json", "migrations/0000_initial.sql", "data/films.jsonl", "src/model.ts"]) {
    if (!existsSync(join(unit.folder, part))) continue;
    mkdirSync(join(copy, part, ".."), { recursive: true });
    writeFileSync(join(copy, part), readFileSync(join(unit.folder, part)));
  }
  mkdirSync(join(copy, "src"), { recursive: true });
  for (const file of ["main.js", "main.js.map"]) writeFileSync(join(copy, "dist", file), "");
  return { ...unit, folder: copy };
}

const bundle = (name: string): string => {
  const target = join(folder, "bundle");
  bundleUnit(pretendBuilt(name), target);
  return target;
};

test("a Space's bundle has its start script, ONNX Runtime by exact version, its pocket model, and nothing of the workspace", () => {
  const target = bundle("minilm-embed");
  expect(readdirSync(target).toSorted()).toEqual(
    [
      "LICENSE",
      "dist",
      "make-root.sh",
      "models",
      "package.json",
      "pnpm-lock.yaml",
      "pnpm-workspace.yaml",
      "prune-modules.sh",
      "start.sh",
    ].toSorted(),
  );
  expect(readFileSync(join(target, "start.sh"), "utf8")).toMatch(/^#!\/bin\/sh\nexec node --max-semi-space-size=\d+ .*dist\/main\.js\n$/);
  expect(statSync(join(target, "start.sh")).mode & 0o111).toBe(0o111);
  const { dependencies } = JSON.parse(readFileSync(join(target, "package.json"), "utf8")) as { dependencies: Record<string, string> };
  expect(dependencies).toEqual({ "onnxruntime-node": expect.stringMatching(/^\d+\.\d+\.\d+$/) });
  expect(readdirSync(join(target, "models/pocket-minilm"))).toContain("model.onnx");
  expect(readdirSync(join(target, "dist"))).toEqual(["main.js"]);
  expect(readFileSync(join(target, "pnpm-lock.yaml"), "utf8")).not.toMatch(/workspace:|link:|https?:/);
});

test("an app's bundle has its migrations and data, source maps, and neither ONNX Runtime nor a model", () => {
  const target = bundle("cinematch");
  expect(existsSync(join(target, "migrations/0000_initial.sql"))).toBe(true);
  expect(existsSync(join(target, "data/films.jsonl"))).toBe(true);
  expect(existsSync(join(target, "models"))).toBe(false);
  expect(readdirSync(join(target, "dist"))).toContain("main.js.map");
  expect(readFileSync(join(target, "pnpm-lock.yaml"), "utf8")).not.toContain("onnxruntime");
  expect(parse(readFileSync(join(target, "pnpm-workspace.yaml"), "utf8"))).toMatchObject({ allowBuilds: { "onnxruntime-node": false } });
});

test("a unit that is not built is an error, not an image that does nothing", () => {
  const unit = pretendBuilt("cinematch");
  rmSync(join(unit.folder, "dist"), { recursive: true });
  expect(() => bundleUnit(unit, join(folder, "bundle"))).toThrow(/cinematch is not built/);
});

test.each(units.filter(({ kind }) => kind === "space"))("the committed model of $name is found", ({ folder: space }) => {
  expect(findModelFolders(space)).toHaveLength(1);
});
