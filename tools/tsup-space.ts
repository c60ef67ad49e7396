import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Options } from "tsup";
import { defineServerBundle } from "./tsup-server.ts";

/** They load binaries, fonts and WebAssembly that lie beside them, so they stay in node_modules. */
export const externalOfSpaces: readonly string[] = ["onnxruntime-node", "sharp", "pdfjs-dist", "@napi-rs/canvas"];

/**
 * Bundle of a Space: dist/main.js and what it starts. Worker threads need entries of their own, named as they are looked
 * for: those of engine-onnx, and the Space's src/*-thread.ts. So does bake-model.ts, which an image's build runs.
 *
 * @param options.onnx the Space serves a text model of engine-onnx
 * @param options.vision the Space runs models on pages or pictures that it reads from files
 * @param options.language the Space serves a language model of engine-onnx
 * @param options.visual the Space serves a model of images and texts of engine-onnx
 */
export function defineSpaceBundle(options: { onnx?: boolean; language?: boolean; vision?: boolean; visual?: boolean } = {}): Options {
  const entry: Record<string, string> = { main: "src/main.ts" };
  for (const file of readdirSync("src")) {
    if (file.endsWith("-thread.ts") || file === "bake-model.ts") entry[file.replace(".ts", "")] = `src/${file}`;
  }
  const fromSpace = createRequire(pathToFileURL(join(process.cwd(), "package.json")));
  if (options.onnx === true || options.vision === true) entry["inference-worker"] = fromSpace.resolve("@repo/engine-onnx/inference-worker");
  if (options.onnx === true) entry["prepare-thread"] = fromSpace.resolve("@repo/engine-onnx/text-service/prepare-thread");
  if (options.language === true)
    entry["language-model-worker"] = fromSpace.resolve("@repo/engine-onnx/language-model/language-model-worker");
  if (options.visual === true) entry["prepare-visual-thread"] = fromSpace.resolve("@repo/engine-onnx/visual-model/prepare-visual-thread");
  if (options.vision === true) entry["document-worker"] = fromSpace.resolve("@repo/engine-onnx/images/document-worker");
  return { ...defineServerBundle(entry, externalOfSpaces), clean: true };
}
