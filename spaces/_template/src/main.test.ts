import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const main = fileURLToPath(new URL("main.ts", import.meta.url));

function start(environment: Record<string, string>) {
  return spawn(process.execPath, [main], {
    env: { PATH: process.env["PATH"], PORT: "0", ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

test("the process listens at once, answers, and on SIGTERM stops with code 0", async () => {
  const child = start({});
  const lines = createInterface({ input: child.stdout });
  let url = "";
  for await (const line of lines) {
    const entry = JSON.parse(line) as { url?: string };
    if (entry.url !== undefined) {
      url = entry.url;
      break;
    }
  }
  expect((await fetch(`${url}/health`)).status).toBe(200);
  const gone = once(child, "exit");
  child.kill("SIGTERM");
  expect(await gone).toEqual([0, null]);
});

test("wrong variables end the process with code 1 and a list that names them without their values", async () => {
  const child = start({ PORT: "hunter2", LOG_LEVEL: "loud" });
  let problems = "";
  child.stderr.on("data", (chunk: Buffer) => (problems += chunk.toString()));
  expect(await once(child, "close")).toEqual([1, null]);
  expect(problems).toContain("PORT: expected number");
  expect(problems).toContain("LOG_LEVEL: expected fatal or error");
  expect(problems).not.toContain("hunter2");
});
