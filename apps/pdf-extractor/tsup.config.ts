import { defineConfig } from "tsup";
import { defineAppBundle } from "@repo/tools/tsup-app";

export default defineConfig(
  defineAppBundle({
    entries: { main: "src/main.ts", reembed: "src/reembed.ts", "pdf-worker": "src/pdf/worker/pdf-worker.ts" },
    islands: { catalogue: "src/catalogue-island.ts" },
    stylesheets: ["../../packages/app-kit/src/console.css", "src/pdf-extractor.css"],
  }),
);
