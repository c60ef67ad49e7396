/** A program that starts an engine, computes one vector, and waits long enough for a reporter to have begun its work. */
import { rm } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { createOnnxTextEngine } from "../src/onnx-engine.ts";
import { prepareTinyModel } from "./tiny-model.ts";

const prepared = await prepareTinyModel();
const engine = await createOnnxTextEngine(prepared, { workers: 1 });
const { outputs } = await engine.run([{ input: Int32Array.of(7, 8), tokens: 2 }]);
await sleep(500);
process.stdout.write(`${outputs.length} vector`);
await engine.close();
await rm(prepared.directory, { recursive: true });
