import { startMain } from "@repo/testing/space-process";
import { expect, test } from "vitest";

const start = (environment: Record<string, string>) => startMain(new URL("main.ts", import.meta.url), environment);

test("the process listens at once, answers, and on SIGTERM stops with code 0", async () => {
  const child = start({});
  const url = await child.address();
  expect((await fetch(`${url}/health`)).status).toBe(200);
  expect(await child.stop()).toBe(0);
});

test("wrong variables end the process with code 1 and a list that names them without their values", async () => {
  const child = start({ PORT: "hunter2", LOG_LEVEL: "loud" });
  const { code, problems } = await child.end();
  expect(code).toBe(1);
  expect(problems).toContain("PORT: expected number");
  expect(problems).toContain("LOG_LEVEL: expected fatal or error");
  expect(problems).not.toContain("hunter2");
});
