/** The command as a scanner's room has it: the built app as a process, the command as another, and real files. */
import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { openDatabase } from "@repo/app-kit/open-database";
import { type BuiltProcess, defineBuiltProcess } from "@repo/testing/built-process";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { createStaffAccounts } from "../src/people/staff-accounts.ts";
import { staffSessions } from "../src/schema.ts";
import { migrationsFolder } from "./open-test-submissions.ts";

const program = fileURLToPath(new URL("../src/scan-watch.ts", import.meta.url));
const password = "seven green lamps";
let base: string;
let data: string;
let app: BuiltProcess;
let running: ChildProcess | undefined;
let output = "";

beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), "scan-watch-"));
  data = join(base, "data");
  const database = await openDatabase({ directory: data, migrationsFolder });
  await createStaffAccounts(database.db).create({ username: "scanner", password, role: "administrator" }, { type: "system", id: null });
  await database.close();
  app = await defineBuiltProcess("apps/exam-middleware", { DATA_DIRECTORY: data, ML_SERVICE_ENABLED: "false", LOCAL_FALLBACK: "false" });
  await app.start();
}, 120_000);
afterEach(() => running?.kill("SIGKILL"));
afterAll(async () => {
  await app?.stop("SIGKILL");
  await rm(base, { recursive: true, force: true });
});

function start(folder: string, ...args: string[]): ChildProcess {
  output = "";
  const child = spawn(process.execPath, [program, folder, "--server", app.url, "--username", "scanner", "--delay", "0.1", ...args], {
    env: { SCAN_WATCH_PASSWORD: password },
    stdio: ["ignore", "pipe", "pipe"],
  });
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk) => (output += String(chunk)));
  running = child;
  return child;
}

async function makeFolder(name: string): Promise<string> {
  const folder = join(base, name);
  await mkdir(folder);
  return folder;
}
const writeScan = async (folder: string, name: string, text: string): Promise<void> =>
  await writeFile(join(folder, name), `%PDF-1.4\n${text}\n%%EOF`);
const list = async (folder: string): Promise<string[]> => await readdir(folder).catch(() => []);

/** SHA-256 of every sheet that the server has. */
async function hashes(): Promise<string[]> {
  const body = new URLSearchParams({ username: "scanner", password });
  const { access_token: token } = (await (await fetch(`${app.url}/auth/staff/login`, { method: "POST", body })).json()) as {
    access_token: string;
  };
  const response = await fetch(`${app.url}/sheets?limit=500`, { headers: { authorization: `Bearer ${token}` } });
  const { sheets } = (await response.json()) as { sheets: { file_hash: string }[] };
  return sheets.map(({ file_hash: hash }) => hash);
}
const hashOf = async (path: string): Promise<string> =>
  createHash("sha256")
    .update(await readFile(path))
    .digest("hex");

test("files are sent, refused ones set aside, and each is told", async () => {
  const folder = await makeFolder("first");
  await writeScan(folder, "scan 1.pdf", "first/1");
  await writeScan(folder, "scan 2.pdf", "first/2");
  await writeFile(join(folder, "notes.pdf"), "no scan at all");
  const [code] = (await once(start(folder, "--once"), "exit")) as [number];
  expect([code, output]).toEqual([0, expect.stringContaining("2 sent, 1 refused")]);
  expect(await list(join(folder, "processed"))).toHaveLength(2);
  const failed = (await list(join(folder, "failed"))).toSorted();
  expect(failed).toEqual([expect.stringMatching(/^notes-[0-9a-f]{16}\.pdf$/), expect.stringMatching(/\.pdf\.txt$/)]);
  const stored = await hashes();
  for (const name of await list(join(folder, "processed"))) expect(stored).toContain(await hashOf(join(folder, "processed", name)));
});

test("killed again and again, the command loses nothing and sends nothing twice", async () => {
  const folder = await makeFolder("killed");
  const count = 40;
  for (let index = 0; index < count; index += 1) await writeScan(folder, `scan${index}.pdf`, `killed/${index}`);
  const before = (await hashes()).length;
  let kills = 0;
  for (; (await list(folder)).some((name) => name.endsWith(".pdf")); kills += 1) {
    const child = start(folder);
    const sentBefore = (await list(join(folder, "processed"))).length;
    await expect
      .poll(async () => (await list(join(folder, "processed"))).length, { timeout: 30_000, interval: 3 })
      .toBeGreaterThan(sentBefore);
    await sleep(kills * 7);
    child.kill("SIGKILL");
    await once(child, "exit");
  }
  expect(kills).toBeGreaterThan(1);
  const processed = await list(join(folder, "processed"));
  const sent = await Promise.all(processed.map(async (name) => await hashOf(join(folder, "processed", name))));
  expect(new Set(sent).size).toBe(count);
  const stored = await hashes();
  expect(stored.length - before).toBe(count);
  expect(stored).toEqual(expect.arrayContaining(sent));
});

test("a server that is killed is waited for, and a session that is gone is renewed", async () => {
  const folder = await makeFolder("away");
  start(folder);
  await expect.poll(() => output, { timeout: 30_000 }).toContain("watching");
  await app.stop("SIGKILL");
  await writeScan(folder, "while away.pdf", "away/1");
  await expect.poll(() => output, { timeout: 30_000 }).toContain("cannot be reached");
  // Sessions outlive a restart; this one does not.
  const database = await openDatabase({ directory: data, migrationsFolder });
  await database.db.delete(staffSessions);
  await database.close();
  await app.start();
  await expect.poll(async () => await list(join(folder, "processed")), { timeout: 60_000 }).toHaveLength(1);
  running?.kill("SIGTERM");
  const [code] = running === undefined ? [] : ((await once(running, "exit")) as [number]);
  expect([code, output]).toEqual([0, expect.stringContaining("1 sent")]);
});

test("wrong passwords and wrong folders end the command with a word", async () => {
  const folder = await makeFolder("wrong");
  const [code] = (await once(start(folder, "--password", "not this one"), "exit")) as [number];
  expect([code, output]).toEqual([3, expect.stringContaining("password is wrong")]);
  const [other] = (await once(start(join(base, "no such folder")), "exit")) as [number];
  expect([other, output]).toEqual([2, expect.stringContaining("There is no folder")]);
});
