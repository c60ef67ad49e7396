import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readWorkspaceUnits, selectUnits } from "./workspace-units.ts";

let root: string;

function addUnit(path: string, manifest: object): void {
  mkdirSync(join(root, path), { recursive: true });
  writeFileSync(join(root, path, "package.json"), JSON.stringify(manifest));
}

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "workspace-units-"));
  addUnit("spaces/embed", { outpost: { port: 7861 } });
  addUnit("spaces/read", { outpost: { port: 7860 } });
  addUnit("spaces/_template", {});
  addUnit("apps/films", { outpost: { port: 3001, spaces: { embed: "SPACE_URL" } } });
});
afterAll(() => rmSync(root, { recursive: true }));

test("units are found by folder, Spaces before apps, by port; templates are not units", () => {
  expect(readWorkspaceUnits(root).map(({ kind, name }) => `${kind} ${name}`)).toEqual(["space read", "space embed", "app films"]);
});

test("an app brings the Spaces it needs, no name means all", () => {
  const units = readWorkspaceUnits(root);
  expect(selectUnits(units, ["films"]).map(({ name }) => name)).toEqual(["embed", "films"]);
  expect(selectUnits(units, [])).toHaveLength(3);
});

test("an unknown name is answered with the known ones", () => {
  expect(() => selectUnits(readWorkspaceUnits(root), ["film"])).toThrow(/"film".*read, embed, films/);
});

test("a unit without a port is named", () => {
  addUnit("spaces/lost", {});
  expect(() => readWorkspaceUnits(root)).toThrow(/lost\/package.json/);
});

test("no two units of this repository share a port", () => {
  const ports = readWorkspaceUnits().map(({ port }) => port);
  expect(new Set(ports).size).toBe(ports.length);
});
