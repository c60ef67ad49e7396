import { type ChildProcess, spawn } from "node:child_process";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

/** A built Space or app as a process of its own, which a test may kill and start again at the same address. */
export interface BuiltProcess {
  /** http://127.0.0.1:port */
  readonly url: string;
  /** Undefined while it is not running. */
  readonly pid: number | undefined;
  /** Starts it and waits until /ready says yes. @throws Error when it ends before, or after three minutes */
  start(): Promise<void>;
  /** Ends it by this signal and waits for its end. @returns exit code, null when the signal killed it or it was not running */
  stop(signal: "SIGTERM" | "SIGKILL"): Promise<number | null>;
}

/** Longest start, milliseconds: the first one of an embedded database on a busy machine takes many seconds. */
const startTimeoutMs = 180_000;

/** A port of this machine that nobody listens on right now. */
export async function findFreePort(): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const server = createServer();
  server.once("error", reject);
  server.listen(0, "127.0.0.1", () => {
    const { port } = server.address() as AddressInfo;
    server.close(() => resolve(port));
  });
  return await promise;
}

/**
 * Describes a process; nothing runs before its start(). It gets no variable of the test's environment.
 * @param folder folder of the Space or app in the repository, e.g. spaces/bge-embed; `pnpm build` has made its dist/main.js
 * @param environment its variables, on top of HOST, PORT, MODEL=pocket and LOG_LEVEL=warn
 */
export async function defineBuiltProcess(folder: string, environment: Readonly<Record<string, string>> = {}): Promise<BuiltProcess> {
  const port = await findFreePort();
  const url = `http://127.0.0.1:${port}`;
  const cwd = fileURLToPath(new URL(`../../../${folder}`, import.meta.url));
  const base = { HOST: "127.0.0.1", PORT: String(port), MODEL: "pocket", LOG_LEVEL: "warn" };
  let child: ChildProcess | undefined;

  const isReady = async (): Promise<boolean> => {
    const response = await fetch(`${url}/ready`, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined);
    await response?.body?.cancel();
    return response?.ok ?? false;
  };
  return {
    url,
    get pid() {
      return child?.pid;
    },
    start: async () => {
      const started = spawn(process.execPath, ["dist/main.js"], {
        cwd,
        env: { ...base, ...environment },
        stdio: ["ignore", "inherit", "inherit"],
      });
      child = started;
      for (const deadline = Date.now() + startTimeoutMs; !(await isReady()); await sleep(50)) {
        if (started.exitCode !== null || started.signalCode !== null) throw new Error(`${folder} ended while it was starting.`);
        if (Date.now() > deadline) throw new Error(`${folder} was not ready within ${startTimeoutMs} ms.`);
      }
    },
    stop: async (signal) => {
      const stopping = child;
      child = undefined;
      if (stopping === undefined || stopping.exitCode !== null || stopping.signalCode !== null) return stopping?.exitCode ?? null;
      const { promise, resolve } = Promise.withResolvers<number | null>();
      stopping.once("exit", resolve);
      stopping.kill(signal);
      return await promise;
    },
  };
}
