import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { spaceConditions } from "@repo/client-kit/diagnose-space";
import { describe, expect, test } from "vitest";
import { repositoryRoot } from "../workspace-units.ts";

const folder = join(repositoryRoot, "docs/deploy");
const pages = [
  join(repositoryRoot, "README.md"),
  ...readdirSync(folder)
    .filter((name) => name.endsWith(".md"))
    .map((name) => join(folder, name)),
];
const read = (path: string): string => readFileSync(path, "utf8");

test("troubleshooting explains every condition of client-kit's diagnosis, and no other", () => {
  const explained = [...read(join(folder, "troubleshooting.md")).matchAll(/^### (\w+)$/gm)].map(([, name]) => name);
  expect(explained).toEqual(Object.keys(spaceConditions));
});

describe.each(pages.map((path) => ({ path, name: path.slice(repositoryRoot.length) })))("$name", ({ path }) => {
  const links = [...read(path).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = ""]) => link).filter((link) => !/^[a-z]+:/.test(link));

  test("links lead to files and headings that are there", () => {
    const broken = links.filter((link) => {
      const [file = "", heading] = link.split("#");
      const target = file === "" ? path : join(dirname(path), file);
      if (!existsSync(target)) return true;
      const headings = [...read(target.endsWith(".md") ? target : path).matchAll(/^#+ (.+)$/gm)].map(([, words = ""]) =>
        words
          .toLowerCase()
          .replaceAll(/[^\w -]/g, "")
          .replaceAll(" ", "-"),
      );
      return heading !== undefined && !headings.includes(heading);
    });
    expect(broken).toEqual([]);
  });

  test("commands of this repository exist", () => {
    const { scripts } = JSON.parse(read(join(repositoryRoot, "package.json"))) as { scripts: Record<string, string> };
    const called = [...read(path).matchAll(/\bpnpm ((?:[a-z]+:[a-z]+|build|check|bench))\b/g)].map(([, script = ""]) => script);
    expect(called.filter((script) => !(script in scripts))).toEqual([]);
  });
});
