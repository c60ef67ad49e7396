import { defineConfig } from "tsup";
import { defineSpaceBundle } from "@repo/tools/tsup-space";

export default defineConfig(defineSpaceBundle({ onnx: true }));
