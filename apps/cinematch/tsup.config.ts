import { defineConfig } from "tsup";
import { defineAppBundle } from "@repo/tools/tsup-app";

export default defineConfig(
  defineAppBundle({
    entries: {
      main: "src/main.ts",
      "principal-components-worker": "src/principal-components-worker.ts",
      "import-films": "src/import-films.ts",
      reindex: "src/reindex.ts",
      "measure-pca": "src/measure-pca.ts",
    },
    islands: { search: "src/features/recommendations/search-island.ts" },
    stylesheets: ["src/cinematch.css"],
  }),
);
