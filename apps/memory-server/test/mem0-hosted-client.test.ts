import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { listen } from "@repo/server-kit/listen";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openTestApp, type TestApp } from "./open-test-app.ts";

let app: TestApp;
let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "mem0-hosted-client-"));
  app = await openTestApp({ ADMIN_API_KEY: "administrator-key-of-the-test" });
}, 60_000);
afterAll(async () => {
  await app.close();
  await rm(home, { recursive: true });
});

test("a program for Mem0's hosted service runs with another address and key", { timeout: 60_000 }, async () => {
  const listener = await listen(app.server, { port: 0, hostname: "127.0.0.1" });
  const { key } = await app.keys.create({ label: "program", userId: "ada" });
  // A process of its own: the client reads whether it may send telemetry when it is loaded, and writes into the home folder.
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [fileURLToPath(new URL("mem0-hosted-program.ts", import.meta.url)), listener.url, key],
    { env: { MEM0_TELEMETRY: "false", MEM0_DIR: home, HOME: home } },
  ).finally(() => {
    void listener.close({ force: true });
  });
  const seen = JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as unknown;
  expect(seen).toMatchObject({
    added: { results: [{ event: "ADD", memory: "I love hiking in the Alps" }] },
    found: { results: [{ memory: "I love hiking in the Alps", userId: "ada", metadata: { topic: "sport" }, score: expect.any(Number) }] },
    listed: { count: 2, next: expect.stringContaining("page=2"), previous: null, results: [{ memory: "My cat is called Tom" }] },
    got: { memory: "I love sailing", userId: "ada" },
    history: [{ event: "ADD" }, { event: "UPDATE", oldMemory: "I love hiking in the Alps", newMemory: "I love sailing" }],
    users: { count: 1, results: [{ type: "user", name: "ada", totalMemories: 2 }] },
    left: { count: 1, results: [{ memory: "My cat is called Tom" }] },
    missing: "MemoryNotFoundError",
  });
});
