import { defineConfig } from "tsup";
import { defineAppBundle } from "@repo/tools/tsup-app";

export default defineConfig(
  defineAppBundle({
    entries: { main: "src/main.ts", migrate: "src/migrate.ts", "test-connection": "src/test-connection.ts" },
    islands: { playground: "src/features/playground/playground-island.ts", settings: "src/features/settings/settings-island.ts" },
    stylesheets: ["../../packages/app-kit/src/console.css", "src/features/playground/playground.css", "src/idea-playground.css"],
  }),
);
