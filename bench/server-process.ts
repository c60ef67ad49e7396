import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, openSync, closeSync, readFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { ServerUnderTest } from "./servers.ts";

/** A server that answers. */
export interface RunningServer {
  server: ServerUnderTest;
  pid: number;
  port: number;
  /** From spawning the process to its first answer that it is ready. */
  readyMs: number;
  stop(): Promise<void>;
}

const usualReadyTimeoutMs = 120_000;
const stopTimeoutMs = 10_000;
const children = new Set<ChildProcess>();

/** Starts a server on a free port of 127.0.0.1 and waits until it is ready; what it prints goes to `logFolder`. */
export async function startServer(server: ServerUnderTest, logFolder: string): Promise<RunningServer> {
  mkdirSync(logFolder, { recursive: true });
  const port = await findFreePort();
  const logPath = join(logFolder, `${server.name}.log`);
  const log = openSync(logPath, "w");
  const startedAt = performance.now();
  const { readyTimeoutMs = usualReadyTimeoutMs } = server;
  const { command, args, cwd, env } = server.start(port);
  const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ["ignore", log, log] });
  closeSync(log);
  children.add(child);
  child.once("exit", () => children.delete(child));
  const failed = once(child, "error").then(([error]) => error as Error);
  const stop = () => stopChild(child);
  while (performance.now() - startedAt < readyTimeoutMs) {
    const answer = await fetch(`http://127.0.0.1:${port}${server.readyPath}`).catch(() => undefined);
    await answer?.arrayBuffer();
    if (answer?.ok === true && child.pid !== undefined)
      return { server, pid: child.pid, port, readyMs: performance.now() - startedAt, stop };
    if (child.exitCode !== null || (await Promise.race([failed, sleep(5)])) !== undefined) break;
  }
  await stop();
  throw new Error(
    `${server.name} was not ready after ${Math.round((performance.now() - startedAt) / 1000)} s:\n${readFileSync(logPath, "utf8").slice(-2000)}`,
  );
}

/** Stops every server that is still running. */
export async function stopAllServers(): Promise<void> {
  await Promise.all([...children].map(stopChild));
}

/** Memory of a process in megabytes (10^6 bytes). Linux only, NaN elsewhere. */
export interface Memory {
  /** Resident; a file that two workers map counts twice. */
  rssMb: number;
  /** The part of it that is no file's content, which the system cannot drop. */
  anonymousMb: number;
  /** Highest resident so far. */
  peakMb: number;
}

/** The memory of a process now. */
export function readMemory(pid: number): Memory {
  let status = "";
  try {
    status = readFileSync(`/proc/${pid}/status`, "utf8");
  } catch {
    // Not Linux, or the process is gone.
  }
  const read = (field: string) => (Number(new RegExp(`^${field}:\\s+(\\d+)`, "m").exec(status)?.[1] ?? Number.NaN) * 1024) / 1e6;
  return { rssMb: read("VmRSS"), anonymousMb: read("RssAnon"), peakMb: read("VmHWM") };
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const exited = once(child, "exit");
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), stopTimeoutMs);
  await exited;
  clearTimeout(timer);
}

async function findFreePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, "close");
  return port;
}
