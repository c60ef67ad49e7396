import type { ServiceStatus } from "@repo/contracts/hosted-service";
import { readCpuFlags } from "@repo/engine-onnx/cpu";
import { runtimeVersion } from "@repo/engine-onnx/session";
import type { LoadedModels } from "./load-models.ts";
import type { PageGate } from "./page-gate.ts";

const cpuFlags = readCpuFlags();

/** What the service knows of itself, for /status. */
export function describeStatus({ profile, files, engines }: LoadedModels, gate: PageGate): ServiceStatus {
  const workers = engines.flatMap((engine) => engine.workerStats()).map((worker, id) => ({ ...worker, id }));
  const { waiting, pagesPerSecond } = gate.stats();
  return {
    profile,
    device: `cpu (${workers.length / engines.length} workers per model, ${cpuFlags.join(", ")})`,
    files,
    workers,
    // A page is this queue's token.
    queue: { requests: waiting, tokens: waiting, tokensPerSecond: pagesPerSecond },
    versions: { onnxruntime: runtimeVersion },
  };
}
