import type { Options } from "tsup";

/**
 * Bundle of a Node process, Space or app: one ESM file per entry in dist/, named like its key.
 *
 * @param external beginnings of the names of packages that stay in node_modules, as regular expressions
 */
export function defineServerBundle(entry: Record<string, string>, external: readonly string[]): Options {
  const outside = [...external, "node:"].join("|");
  return {
    entry,
    format: "esm",
    platform: "node",
    target: "node24",
    outDir: "dist",
    sourcemap: true,
    splitting: true,
    external: [new RegExp(`^(?:${outside})`)],
    // Everything else goes into the bundle: an image installs nothing that it does not load from a file.
    noExternal: [new RegExp(`^(?!${outside})`)],
    // CommonJS packages in an ESM bundle still call require for Node's own modules.
    banner: { js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);' },
  };
}
