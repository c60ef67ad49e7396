import { defineSpaceBundle } from "@repo/tools/tsup-space";
import { defineConfig } from "tsup";

export default defineConfig(defineSpaceBundle({ vision: true, visual: true }));
