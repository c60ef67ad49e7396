import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Options } from "tsup";

/** Native packages: they load binaries beside themselves, so they stay in node_modules. */
const external = ["onnxruntime-node", "sharp", "node:"];

/**
 * Bundle of a Space: dist/main.js and what it starts. Worker threads need entries of their own, named as they are looked
 * for: those of engine-onnx, and the Space's src/*-thread.ts. So does bake-model.ts, which an image's build runs.
 */
export function defineSpaceBundle(options: { onnx?: boolean } = {}): Options {
  const entry: Record<string, string> = { main: "src/main.ts" };
  for (const file of readdirSync("src")) {
    if (file.endsWith("-thread.ts") || file === "bake-model.ts") entry[file.replace(".ts", "")] = `src/${file}`;
  }
  if (options.onnx === true) {
    const fromSpace = createRequire(pathToFileURL(join(process.cwd(), "package.json")));
    entry["inference-worker"] = fromSpace.resolve("@repo/engine-onnx/inference-worker");
  }
  return {
    entry,
    format: "esm",
    platform: "node",
    target: "node24",
    outDir: "dist",
    clean: true,
    sourcemap: true,
    splitting: true,
    external: [new RegExp(`^(?:${external.join("|")})`)],
    // Everything else goes into the bundle: an image installs nothing that it does not load from a file.
    noExternal: [new RegExp(`^(?!${external.join("|")})`)],
    // CommonJS packages in an ESM bundle still call require for Node's own modules.
    banner: { js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);' },
  };
}
