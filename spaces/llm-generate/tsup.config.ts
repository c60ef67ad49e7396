import { defineSpaceBundle } from "@repo/tools/tsup-space";
import { defineConfig } from "tsup";

export default defineConfig(defineSpaceBundle({ language: true }));
