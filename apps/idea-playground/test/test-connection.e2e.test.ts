import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { useTextSpace } from "./open-test-services.ts";

const command = fileURLToPath(new URL("../src/test-connection.ts", import.meta.url));

async function run(
  args: readonly string[],
  variables: Record<string, string> = {},
): Promise<{ code: number | null; out: string; problems: string }> {
  const child = spawn(process.execPath, [command, ...args], {
    env: { PATH: process.env["PATH"], ...variables },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const exited = new Promise<number | null>((resolve) => child.once("exit", (code) => resolve(code)));
  const [out, problems, code] = await Promise.all([text(child.stdout), text(child.stderr), exited]);
  return { code, out, problems };
}

test("the command tests a Space and ends with 0, or 1 and the cause", async (context) => {
  const space = await useTextSpace(context);
  const good = await run(["--json"], { TEST_SPACE_URL: space.url });
  expect(JSON.parse(good.out)).toMatchObject({ outcome: "ok", check: { ok: true, model: "outpost/word-chain" } });
  expect(good.code).toBe(0);
  space.behave({ kind: "asleep" });
  const asleep = await run(["--wait", "0"], { TEST_SPACE_URL: space.url });
  expect(asleep.code).toBe(1);
  expect(asleep.out).toContain("✗ awake");
  const wrong = await run(["--tier", "royal"]);
  expect([wrong.code, wrong.problems]).toEqual([2, expect.stringContaining("There is no tier royal")]);
});
