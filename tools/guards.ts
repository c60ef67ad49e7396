import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { repositoryRoot } from "./workspace-units.ts";

/** One static check: a command, and what its output must show. */
export interface Guard {
  name: string;
  command: string;
  args: readonly string[];
  /** Proof that the guard looked at something: a tool that reads no files also finds no fault. */
  mustPrint?: RegExp;
}

function listPackages(): string[] {
  const parents = ["packages", "spaces", "apps"];
  const children = parents.flatMap((parent) => {
    const folder = join(repositoryRoot, parent);
    return existsSync(folder) ? readdirSync(folder).map((name) => `${parent}/${name}`) : [];
  });
  return [...children, "models", "bench", "tools"].filter((folder) => existsSync(join(repositoryRoot, folder, "tsconfig.json")));
}

/** Every guard of `pnpm check`. */
export const guards: readonly Guard[] = [
  ...listPackages().map((folder) => ({ name: `types ${folder}`, command: "tsc", args: ["-p", folder] })),
  { name: "lint", command: "oxlint", args: ["--type-aware", "--deny-warnings"] },
  { name: "format", command: "oxfmt", args: ["--check"] },
  {
    name: "imports",
    command: "depcruise",
    args: ["--config", ".dependency-cruiser.mjs", "packages", "spaces", "apps", "tools"],
    // With a TypeScript that has no compiler API the cruiser reads no .ts file, reports "0 modules" and succeeds.
    mustPrint: /\((?!0 modules)\d{2,} modules/,
  },
  { name: "boundaries", command: "turbo", args: ["boundaries"], mustPrint: /Checked [1-9]\d* files/ },
  { name: "unused", command: "knip", args: ["--no-config-hints"] },
  { name: "environment tables", command: "node", args: ["tools/env-tables.ts", "--check"] },
];

/** What is wrong according to a guard that ended with `code` and `output`; undefined when nothing is. */
export function findProblem(guard: Guard, code: number, output: string): string | undefined {
  if (code !== 0) return output;
  if (guard.mustPrint === undefined || guard.mustPrint.test(output)) return undefined;
  return `${output}\nThe guard succeeded without reading the code (expected ${guard.mustPrint}).`;
}
