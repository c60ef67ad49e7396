import { defineConfig } from "tsup";
import { defineAppBundle } from "@repo/tools/tsup-app";

export default defineConfig(
  defineAppBundle({
    entries: { main: "src/main.ts", reembed: "src/reembed.ts" },
    workers: ["principal-components-worker"],
    islands: { console: "src/features/console/console-island.ts" },
    stylesheets: ["../../packages/app-kit/src/console.css", "src/memory-server.css"],
  }),
);
