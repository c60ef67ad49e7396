import { readFileSync } from "node:fs";

/** Linux counts in hundredths of a second. */
const ticksPerSecond = 100;

/** CPU seconds used so far. */
export interface CpuTimes {
  /** By everything on the machine, and by the hypervisor's other guests (steal). */
  machine: number;
  server: number;
  generator: number;
}

/** What was used since `before`, with what neither the server nor the load generator used. */
export function cpuSince(before: CpuTimes, pid: number): CpuTimes & { others: number } {
  const now = readCpuTimes(pid);
  const machine = now.machine - before.machine;
  const server = now.server - before.server;
  const generator = now.generator - before.generator;
  return { machine, server, generator, others: Math.max(0, machine - server - generator) };
}

/** Reads the clocks; zeros where the system has no /proc. */
export function readCpuTimes(pid: number): CpuTimes {
  const { user, system } = process.cpuUsage();
  const generator = (user + system) / 1e6;
  try {
    const [, usr = 0, nice = 0, sys = 0, , , irq = 0, softirq = 0, steal = 0] =
      readFileSync("/proc/stat", "utf8").split("\n", 1)[0]?.split(/\s+/).map(Number) ?? [];
    // The second field, the command's name in brackets, may hold spaces.
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ");
    const server = Number(fields[11]) + Number(fields[12]);
    return { machine: (usr + nice + sys + irq + softirq + steal) / ticksPerSecond, server: server / ticksPerSecond, generator };
  } catch {
    return { machine: 0, server: 0, generator };
  }
}
