import { inspect } from "node:util";
import { expect, test } from "vitest";
import { createLogger } from "./log.ts";
import { Secret } from "./secret.ts";

const secret = new Secret("hunter2");

test("a secret shows itself only when asked to", () => {
  expect(secret.reveal()).toBe("hunter2");
  const shown = [String(secret), JSON.stringify({ secret }), inspect(secret), inspect({ deep: [secret] }, { showHidden: true })].join(" ");
  expect(shown).not.toContain("hunter2");
  expect(shown).toContain("[redacted]");
});

test("a logger writes neither secrets nor what stands under a secret's name", () => {
  const lines: string[] = [];
  const log = createLogger({ name: "test", destination: { write: (line: string) => void lines.push(line) } });
  log.info({ secret, config: { apiKey: "hunter2" }, headers: { authorization: "Bearer hunter2" } }, "started");
  expect(lines.join("")).not.toContain("hunter2");
  expect(lines.join("")).toContain("started");
});
