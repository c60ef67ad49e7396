import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

/** One line of the Space's log. */
interface LogLine {
  level: number;
  msg: string;
  url?: string;
}

/** A Space as a process of its own, so that a crash is a crash. */
export interface SpaceProcess {
  url: string;
  /** False once the process has ended, whatever the reason. */
  isAlive: () => boolean;
  /** Lines at error or above: what the Space itself considers a fault of its own. */
  faults: () => readonly LogLine[];
  /** Sends SIGTERM and gives the exit code. */
  stop: () => Promise<number | null>;
}

const errorLevel = 50;

/**
 * Runs a Space's main.ts and waits until its log says that it is ready: LOG_LEVEL must not be above info.
 * @param environment every variable that the process gets; nothing is taken from the test's own
 * @throws Error with the logged faults when the process ends before it is ready
 */
export async function startSpaceProcess(main: string, environment: Readonly<Record<string, string>>): Promise<SpaceProcess> {
  const child: ChildProcess = spawn(process.execPath, [main], { env: environment, stdio: ["ignore", "pipe", "inherit"] });
  if (child.stdout === null) throw new Error("the process has no output");
  // A test run that is given up must not leave a server behind.
  const kill = (): void => void child.kill("SIGKILL");
  process.once("exit", kill);
  const ended = once(child, "exit") as Promise<[number | null]>;
  const faults: LogLine[] = [];
  const { promise: ready, resolve, reject } = Promise.withResolvers<string>();
  let url = "";
  createInterface({ input: child.stdout }).on("line", (text) => {
    const line = JSON.parse(text) as LogLine;
    url = line.url ?? url;
    if (line.level >= errorLevel) faults.push(line);
    if (line.msg === "ready") resolve(url);
  });
  void ended.then(([code]) => process.off("exit", kill) && reject(new Error(`the Space ended with ${code}: ${JSON.stringify(faults)}`)));
  ready.catch(() => {});
  return {
    url: await ready,
    isAlive: () => child.exitCode === null && child.signalCode === null,
    faults: () => faults,
    stop: async () => {
      child.kill("SIGTERM");
      const [code] = await ended;
      return code;
    },
  };
}
