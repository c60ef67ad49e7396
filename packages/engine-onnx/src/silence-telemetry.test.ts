import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { onTestFinished, test } from "vitest";

const program = fileURLToPath(new URL("../test/embed-once.ts", import.meta.url));

/** Runs the program in an environment without CI, VITEST and the like, which ONNX Runtime would take for a test and keep still. */
async function embedOnce(): Promise<{ stdout: string; written: string[] }> {
  const home = await mkdtemp(join(tmpdir(), "telemetry-"));
  onTestFinished(() => rm(home, { recursive: true }));
  const env = { PATH: process.env["PATH"], HOME: home };
  const { stdout } = await promisify(execFile)(process.execPath, ["--conditions", "development", program], { env });
  return { stdout, written: await readdir(home, { recursive: true }) };
}

test("a server leaves no identifier of the machine behind and reports to nobody", async ({ expect }) => {
  const { stdout, written } = await embedOnce();
  expect(stdout).toBe("1 vector");
  expect(written).toEqual([]);
});
