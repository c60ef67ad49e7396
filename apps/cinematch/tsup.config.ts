import { defineConfig } from "tsup";
import { defineAppBundle } from "@repo/tools/tsup-app";

export default defineConfig(
  defineAppBundle({
    entries: {
      main: "src/main.ts",
      "import-films": "src/import-films.ts",
      reindex: "src/reindex.ts",
      "measure-pca": "src/measure-pca.ts",
    },
    workers: ["principal-components-worker"],
    islands: { search: "src/features/recommendations/search-island.ts" },
    stylesheets: ["src/cinematch.css"],
  }),
);
