import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { defineConfig } from "tsup";
import { defineAppBundle } from "@repo/tools/tsup-app";

const pdfjs = dirname(createRequire(import.meta.url).resolve("pdfjs-dist/package.json"));

export default defineConfig(
  defineAppBundle({
    entries: { main: "src/main.ts", "set-up-link": "src/set-up-link.ts" },
    islands: {
      portal: "src/portal-island.ts",
      // pdf.js looks for these files by their names.
      "pdf-worker": join(pdfjs, "build/pdf.worker.min.mjs"),
      jbig2_nowasm_fallback: join(pdfjs, "wasm/jbig2_nowasm_fallback.js"),
      openjpeg_nowasm_fallback: join(pdfjs, "wasm/openjpeg_nowasm_fallback.js"),
    },
    stylesheets: ["../../packages/app-kit/src/console.css", "src/exam-middleware.css"],
  }),
);
