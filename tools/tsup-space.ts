import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Options } from "tsup";
import { defineServerBundle } from "./tsup-server.ts";

/** Native packages: they load binaries beside themselves, so they stay in node_modules. */
const external = ["onnxruntime-node", "sharp"];

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
    entry["prepare-thread"] = fromSpace.resolve("@repo/engine-onnx/text-service/prepare-thread");
  }
  return { ...defineServerBundle(entry, external), clean: true };
}
