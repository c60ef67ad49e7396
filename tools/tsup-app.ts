import { rmSync } from "node:fs";
import { copyFile, mkdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Options } from "tsup";
import { defineServerBundle } from "./tsup-server.ts";

const appKit = fileURLToPath(new URL("../packages/app-kit", import.meta.url));

/** Packages that load files beside themselves, or that a deployment may leave out: they stay in node_modules. */
export const externalOfApps: readonly string[] = [
  "@electric-sql/",
  "@huggingface/inference",
  "@napi-rs/canvas",
  "@repo/[a-z-]+-(?:embed|ml|generate)/",
  "pdfjs-dist",
  "pg-native",
  "sharp",
];

/**
 * Bundles of an app: one ESM file per server entry and per thread of app-kit that it uses in dist/, one per island
 * (browser script) and the stylesheets in dist/public/.
 */
export function defineAppBundle(options: {
  entries: Record<string, string>;
  /** Names of app-kit's thread files; they must lie beside the bundle that starts them. */
  workers?: readonly string[];
  islands?: Record<string, string>;
  stylesheets?: readonly string[];
}): Options[] {
  // Here and not by tsup's own option: two builds share the folder, and neither may clear what the other has made.
  rmSync("dist", { recursive: true, force: true });
  const copyStylesheets = async (): Promise<void> => {
    const folder = "dist/public";
    await mkdir(folder, { recursive: true });
    const pico = createRequire(join(appKit, "package.json")).resolve("@picocss/pico/css/pico.min.css");
    await copyFile(pico, join(folder, "pico.css"));
    await copyFile(join(appKit, "src/app-kit.css"), join(folder, "app-kit.css"));
    for (const path of options.stylesheets ?? []) await copyFile(path, join(folder, path.split("/").at(-1) ?? path));
  };
  const workers = Object.fromEntries((options.workers ?? []).map((name) => [name, join(appKit, `src/${name}.ts`)]));
  const server: Options = { ...defineServerBundle({ ...options.entries, ...workers }, externalOfApps), onSuccess: copyStylesheets };
  const islands: Options = {
    entry: options.islands ?? {},
    format: "esm",
    platform: "browser",
    target: "es2022",
    outDir: "dist/public",
    minify: true,
    noExternal: [/.*/],
  };
  return options.islands ? [server, islands] : [server];
}
