import { defineConfig } from "tsup";
import { defineAppBundle } from "@repo/tools/tsup-app";

export default defineConfig(
  defineAppBundle({
    entries: { main: "src/main.ts" },
    islands: { playground: "src/playground-island.ts" },
    stylesheets: ["../../packages/app-kit/src/console.css", "src/idea-playground.css"],
  }),
);
