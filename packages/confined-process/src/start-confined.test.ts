import { type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { afterEach, expect, test } from "vitest";
import { startConfined } from "./start-confined.ts";
import { type ProcessBreach, readResidentBytes, watchProcess } from "./watch-process.ts";

const entry = new URL("../test/confined-module.ts", import.meta.url);
const started: ChildProcess[] = [];
afterEach(() => {
  for (const child of started.splice(0)) child.kill("SIGKILL");
});

async function start(): Promise<{ child: ChildProcess; told: unknown }> {
  const child = startConfined(entry);
  started.push(child);
  const [told] = (await once(child, "message")) as unknown[];
  return { child, told };
}

async function firstBreach(child: ChildProcess, bounds: { boundMs: number; maxMemoryBytes: number }): Promise<ProcessBreach> {
  const { promise, resolve } = Promise.withResolvers<ProcessBreach>();
  watchProcess({ process: child, ...bounds }, resolve);
  return promise;
}

test("a confined process knows no variable of ours and writes nothing", async () => {
  expect((await start()).told).toEqual({ environment: expect.not.arrayContaining(["PATH", "HOME"]), canWrite: false });
});

test("a process that does not answer in time is told of", async () => {
  const { child } = await start();
  child.send("hang");
  expect(await firstBreach(child, { boundMs: 200, maxMemoryBytes: Number.POSITIVE_INFINITY })).toBe("too_slow");
});

test.runIf(process.platform === "linux")("a process that takes too much memory is told of", async () => {
  const { child } = await start();
  expect(readResidentBytes(child.pid)).toBeGreaterThan(10_000_000);
  child.send("grow");
  expect(await firstBreach(child, { boundMs: 20_000, maxMemoryBytes: 250_000_000 })).toBe("too_much_memory");
});
