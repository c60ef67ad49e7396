import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** One line of the log. */
interface LogLine {
  level: number;
  msg: string;
  url?: string;
}

/** A main.ts as a process of its own, without a build, so that a crash is a crash. */
export interface MainProcess {
  /** Where it listens. @throws Error with what went wrong when it ends before it does */
  address(): Promise<string>;
  /** Waits until its log says that it is ready: LOG_LEVEL must not be above info. @returns where it listens. @throws like address */
  ready(): Promise<string>;
  /** False once it has ended, whatever the reason. */
  isAlive(): boolean;
  /** Lines at error or above: what the process itself considers a fault of its own. */
  faults(): readonly LogLine[];
  /** Sends SIGTERM. @returns exit code, null when a signal ended it */
  stop(): Promise<number | null>;
  /** Waits until it has ended by itself. @returns exit code and what it wrote to standard error */
  end(): Promise<{ code: number | null; problems: string }>;
}

const errorLevel = 50;

/**
 * Starts a process on a free port. It gets no variable of the test's environment but PATH.
 * @param main address of its module, e.g. new URL("main.ts", import.meta.url)
 */
export function startMain(main: URL, environment: Readonly<Record<string, string>> = {}): MainProcess {
  const env = { PATH: process.env["PATH"], PORT: "0", ...environment };
  const child = spawn(process.execPath, [fileURLToPath(main)], { env, stdio: ["ignore", "pipe", "pipe"] });
  // A test run that is given up must not leave a server behind.
  const kill = (): void => void child.kill("SIGKILL");
  process.once("exit", kill);
  const faults: LogLine[] = [];
  let problems = "";
  child.stderr.on("data", (chunk: Buffer) => (problems += chunk.toString()));
  const address = Promise.withResolvers<string>();
  const ready = Promise.withResolvers<string>();
  createInterface({ input: child.stdout }).on("line", (text) => {
    const line = JSON.parse(text) as LogLine;
    if (line.url !== undefined) address.resolve(line.url);
    if (line.level >= errorLevel) faults.push(line);
    if (line.msg === "ready") ready.resolve(address.promise);
  });
  const closed = once(child, "close") as Promise<[number | null]>;
  void closed.then(([code]) => {
    process.off("exit", kill);
    const error = new Error(`The process ended with ${code}: ${problems}${JSON.stringify(faults)}`);
    for (const waiting of [address, ready]) waiting.reject(error);
  });
  // Nobody need wait for either.
  for (const { promise } of [address, ready]) promise.catch(() => undefined);
  return {
    address: async () => await address.promise,
    ready: async () => await ready.promise,
    isAlive: () => child.exitCode === null && child.signalCode === null,
    faults: () => faults,
    async stop() {
      child.kill("SIGTERM");
      return (await closed)[0];
    },
    end: async () => ({ code: (await closed)[0], problems }),
  };
}

/** A Space that is ready. */
export interface SpaceProcess extends Omit<MainProcess, "address" | "ready" | "end"> {
  url: string;
}

/** Starts a Space's main.ts and waits until it is ready; see {@link startMain}. @throws Error when it ends before */
export async function startSpaceProcess(main: URL, environment: Readonly<Record<string, string>>): Promise<SpaceProcess> {
  const { ready, isAlive, faults, stop } = startMain(main, environment);
  return { url: await ready(), isAlive, faults, stop };
}
