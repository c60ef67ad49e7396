import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openDatabase } from "./open-database.ts";

let folder: string;
let migrationsFolder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "open-database-"));
  migrationsFolder = join(folder, "migrations");
  mkdirSync(join(migrationsFolder, "meta"), { recursive: true });
  writeFileSync(
    join(migrationsFolder, "0000_initial.sql"),
    "CREATE EXTENSION vector;--> statement-breakpoint\nCREATE EXTENSION pg_trgm;--> statement-breakpoint\nCREATE TABLE notes (id serial PRIMARY KEY, text text NOT NULL, place vector(2));",
  );
  const entries = [{ idx: 0, version: "7", when: 1, tag: "0000_initial", breakpoints: true }];
  writeFileSync(join(migrationsFolder, "meta/_journal.json"), JSON.stringify({ version: "7", dialect: "postgresql", entries }));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("the embedded database has vectors and keeps what was written", { timeout: 60_000 }, async () => {
  const directory = join(folder, "kept");
  const first = await openDatabase({ directory, migrationsFolder });
  await first.db.execute(sql`insert into notes (text, place) values ('near', '[1,0]'), ('far', '[0,1]')`);
  await first.close();
  const second = await openDatabase({ directory, migrationsFolder });
  const { rows } = (await second.db.execute(sql`select text from notes order by place <=> '[1,0.1]'`)) as unknown as {
    rows: { text: string }[];
  };
  await second.close();
  expect(rows.map(({ text }) => text)).toEqual(["near", "far"]);
});

test("a directory serves one process at a time", { timeout: 60_000 }, async () => {
  const directory = join(folder, "shared");
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, "process.lock"), String(process.ppid));
  await expect(openDatabase({ directory, migrationsFolder })).rejects.toThrow(/in use by process/);
});

test("what a transaction wrote survives kill -9, and the directory opens again", { timeout: 60_000 }, async () => {
  const directory = join(folder, "killed");
  const script = `
    import { openDatabase } from ${JSON.stringify(fileURLToPath(new URL("./open-database.ts", import.meta.url)))};
    import { sql } from ${JSON.stringify(import.meta.resolve("drizzle-orm"))};
    const { db } = await openDatabase(${JSON.stringify({ directory, migrationsFolder })});
    for (let id = 0; ; id += 1) {
      await db.execute(sql\`insert into notes (text) values (\${String(id)})\`);
      console.log(id);
    }`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", script], { stdio: ["ignore", "pipe", "inherit"] });
  let written = -1;
  const { promise: killed, resolve } = Promise.withResolvers<void>();
  child.once("exit", () => resolve());
  child.stdout.on("data", (chunk: Buffer) => {
    written = Number(chunk.toString().trim().split("\n").at(-1));
    if (written >= 20) child.kill("SIGKILL");
  });
  await killed;
  const { db, close } = await openDatabase({ directory, migrationsFolder });
  const { rows } = (await db.execute(sql`select count(*)::int as count from notes`)) as unknown as { rows: { count: number }[] };
  await close();
  expect(written).toBeGreaterThanOrEqual(20);
  expect(rows[0]?.count).toBeGreaterThanOrEqual(written + 1);
});

test("a server that does not answer is an error, not a hang", { timeout: 20_000 }, async () => {
  await expect(openDatabase({ url: "postgres://nobody@127.0.0.1:1/none", directory: "unused", migrationsFolder })).rejects.toThrow(
    /127\.0\.0\.1:1 of DATABASE_URL does not answer: .*ECONNREFUSED/,
  );
});
