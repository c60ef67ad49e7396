import { defineConfig } from "tsup";
import { defineAppBundle } from "@repo/tools/tsup-app";

export default defineConfig(defineAppBundle({ entries: { main: "src/main.ts" } }));
