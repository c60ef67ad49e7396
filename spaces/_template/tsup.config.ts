import { defineConfig } from "tsup";
import { defineSpaceBundle } from "../../tools/tsup-space.ts";

export default defineConfig(defineSpaceBundle());
