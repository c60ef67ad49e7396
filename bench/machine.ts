import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism, cpus, loadavg, release, totalmem } from "node:os";
import { join } from "node:path";
import { readCpuFlags } from "@repo/engine-onnx/cpu";
import { runtimeVersion } from "@repo/engine-onnx/session";
import { root } from "./servers.ts";

/** What the figures were measured on and with. */
export interface Machine {
  cpu: string;
  cores: number;
  cpuFlags: readonly string[];
  memoryGb: number;
  kernel: string;
  /** Runnable processes before the run; over 0.5 on a quiet machine means neighbours. */
  loadBefore: number;
  versions: Record<string, string>;
}

/** Describes this machine. */
export function describeMachine(python: string | undefined): Machine {
  const [first] = cpus();
  return {
    cpu: `${first?.model ?? "unknown"}${readFamily()}`,
    cores: availableParallelism(),
    cpuFlags: readCpuFlags(),
    memoryGb: Math.round(totalmem() / 1e9),
    kernel: release(),
    loadBefore: loadavg()[0] ?? Number.NaN,
    versions: {
      node: process.versions.node,
      "onnxruntime-node": runtimeVersion,
      "@huggingface/transformers": readVersion("@huggingface/transformers"),
      hono: readVersion("hono"),
      "@hono/node-server": readVersion("@hono/node-server"),
      ...(python === undefined ? {} : readPythonVersions(python)),
    },
  };
}

/** Some hypervisors hide the model's name; family and model number tell the generation. */
function readFamily(): string {
  try {
    const text = readFileSync("/proc/cpuinfo", "utf8");
    const read = (field: string) => new RegExp(`^${field}\\s*: (.*)$`, "m").exec(text)?.[1] ?? "?";
    return ` (family ${read("cpu family")}, model ${read("model")})`;
  } catch {
    return "";
  }
}

/** Looked up in the folder, since a package need not export its package.json. */
function readVersion(name: string): string {
  const require = createRequire(join(root, "bench/package.json"));
  for (const folder of require.resolve.paths(name) ?? []) {
    try {
      return (JSON.parse(readFileSync(join(folder, name, "package.json"), "utf8")) as { version: string }).version;
    } catch {
      // Not in this folder.
    }
  }
  return "unknown";
}

function readPythonVersions(python: string): Record<string, string> {
  const code = `import json, platform
from importlib.metadata import version
print(json.dumps({"python": platform.python_version(), **{n: version(n) for n in ("torch", "sentence-transformers", "transformers", "fastapi", "uvicorn")}}))`;
  return JSON.parse(execFileSync(python, ["-c", code], { encoding: "utf8" })) as Record<string, string>;
}
