import { createRequire } from "node:module";
import type { ServiceStatus } from "@repo/contracts/hosted-service";
import { readCpuFlags } from "@repo/engine-onnx/cpu";
import type { LoadedModel } from "./load-model.ts";
import type { Towers } from "./open-towers.ts";
import type { VectorCache } from "./vector-cache.ts";

const cpuFlags = readCpuFlags();
/** Read from its package.json: loading the runtime itself on this thread would cost its memory once more. */
const runtimeVersion = (createRequire(import.meta.url)("onnxruntime-node/package.json") as { version: string }).version;

/** What the service knows of itself, for /status. */
export function describeStatus({ model, profile }: LoadedModel, towers: Towers, cache: VectorCache): ServiceStatus {
  const engines = [towers.vision, towers.text];
  const workers = engines.flatMap((engine) => engine.workerStats()).map((worker, id) => ({ ...worker, id }));
  const [images, texts] = engines.map((engine) => engine.queueStats());
  const { id, revision, dimensions } = model;
  return {
    model: { model: id, revision, dimensions },
    profile,
    precision: model.precision,
    device: `cpu (${towers.vision.workerStats().length} workers per tower, ${cpuFlags.join(", ")})`,
    files: [...model.files],
    workers,
    // An image or a text is this queue's token; the speed is that of images.
    queue: {
      requests: (images?.requests ?? 0) + (texts?.requests ?? 0),
      tokens: (images?.tokens ?? 0) + (texts?.tokens ?? 0),
      tokensPerSecond: Number((images?.tokensPerSecond ?? 0).toFixed(2)),
    },
    cache: cache.stats(),
    versions: { "onnxruntime-node": runtimeVersion },
  };
}
