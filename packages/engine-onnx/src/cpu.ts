import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";

/** Instruction sets that decide which kernels run, and with it speed and the last bits of a result. */
const relevantFlags = new Set([
  "avx",
  "avx2",
  "fma",
  "f16c",
  "avx_vnni",
  "avx512f",
  "avx512bw",
  "avx512dq",
  "avx512vl",
  "avx512_vnni",
  "avx512_bf16",
  "amx_tile",
  "amx_int8",
  "amx_bf16",
  "asimd",
  "asimddp",
  "asimdhp",
  "i8mm",
  "bf16",
  "sve",
  "sve2",
]);

/** The instruction sets of this CPU that matter for inference, sorted; empty where the system does not tell (not Linux). */
export function readCpuFlags(): string[] {
  const line = readText("/proc/cpuinfo")?.match(/^(?:flags|Features)\s*:(.*)$/m)?.[1] ?? "";
  return [...new Set(line.trim().split(/\s+/))].filter((flag) => relevantFlags.has(flag)).toSorted();
}

/**
 * Cores this process may use: the smaller of what the scheduler offers and the container's quota, at least 1.
 * Node counts the quota itself, but a quota under one core makes it fall back to all of the host's (nodejs/node#59200).
 */
export function countCores(): number {
  return Math.max(1, Math.min(availableParallelism(), Math.floor(readCpuQuota() ?? Number.POSITIVE_INFINITY)));
}

/** The container's quota in cores, from cgroup v2 (cpu.max: "200000 100000", or "max 100000") or v1; undefined when unlimited. */
export function readCpuQuota(root = "/sys/fs/cgroup"): number | undefined {
  const [quota = "max", period = "100000"] = (readText(`${root}/cpu.max`) ?? "").trim().split(" ");
  const version2 = toCores(quota, period);
  if (version2 !== undefined) return version2;
  return toCores(readText(`${root}/cpu/cpu.cfs_quota_us`) ?? "", readText(`${root}/cpu/cpu.cfs_period_us`) ?? "");
}

function toCores(quotaUs: string, periodUs: string): number | undefined {
  const cores = Number.parseInt(quotaUs, 10) / Number.parseInt(periodUs, 10);
  return cores > 0 && Number.isFinite(cores) ? cores : undefined;
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
