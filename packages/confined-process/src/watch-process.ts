import type { ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";

/** What is watched, and how far it may go. */
export interface WatchedProcess {
  process: ChildProcess;
  /** Milliseconds from now. */
  boundMs: number;
  /** Resident memory in bytes, native memory included. Enforced on Linux. */
  maxMemoryBytes: number;
}

/** What a process did too much of. */
export type ProcessBreach = "too_slow" | "too_much_memory";

const memoryLookMs = 100;

/** Says once when a process takes longer or more memory than it may; it is the caller who ends it. Returns what ends the watch. */
export function watchProcess({ process, boundMs, maxMemoryBytes }: WatchedProcess, onBreach: (breach: ProcessBreach) => void): () => void {
  const stop = () => {
    clearTimeout(timer);
    clearInterval(interval);
  };
  const breach = (what: ProcessBreach) => {
    stop();
    onBreach(what);
  };
  const timer = setTimeout(() => breach("too_slow"), boundMs);
  const interval = setInterval(() => {
    if (readResidentBytes(process.pid) > maxMemoryBytes) breach("too_much_memory");
  }, memoryLookMs);
  return stop;
}

/** Resident memory of a process; 0 where the system does not tell. Source: proc(5), VmRSS. */
export function readResidentBytes(pid: number | undefined): number {
  try {
    const [, kilobytes] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "latin1")) ?? [];
    return Number(kilobytes ?? 0) * 1024;
  } catch {
    return 0;
  }
}
