/** Runs on the embedded database, and on a PostgreSQL as well where TEST_DATABASE_URL names one. */
import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CodedError } from "@repo/contracts/coded-error";
import { sql } from "drizzle-orm";
import { testDatabase } from "@repo/testing/test-database";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { createJobQueue, type JobQueue } from "./job-queue.ts";
import { type OpenDatabase, openDatabase } from "./open-database.ts";

const server = testDatabase();
const hasServer = server.url !== undefined;
const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
const schema = z.object({ number: z.number() });
const until = { timeout: 25_000, interval: 50 };

let folder: string;
let migrationsFolder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "job-queue-"));
  migrationsFolder = join(folder, "migrations");
  mkdirSync(join(migrationsFolder, "meta"), { recursive: true });
  writeFileSync(join(migrationsFolder, "meta/_journal.json"), JSON.stringify({ version: "7", dialect: "postgresql", entries: [] }));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Another process that takes jobs of this name, says so and never finishes them. */
function startStuckWorker(target: { directory: string; url?: string }, name: string): { child: ChildProcess; started: Promise<void> } {
  const script = `
    import { openDatabase } from ${JSON.stringify(import.meta.resolve("./open-database.ts"))};
    import { createJobQueue } from ${JSON.stringify(import.meta.resolve("./job-queue.ts"))};
    import { z } from ${JSON.stringify(import.meta.resolve("zod"))};
    const database = await openDatabase(${JSON.stringify({ ...target, migrationsFolder })});
    const queue = await createJobQueue({ database, log: console });
    const kind = await queue.define(${JSON.stringify(name)}, { schema: z.object({ number: z.number() }) }, async () => {
      console.log("started");
      await new Promise(() => setInterval(() => undefined, 1_000));
    });
    await kind.enqueue({ number: 7 });`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", script], { stdio: ["ignore", "pipe", "inherit"] });
  const { promise: started, resolve, reject } = Promise.withResolvers<void>();
  child.stdout.on("data", (chunk: Buffer) => chunk.toString().includes("started") && resolve());
  child.once("exit", () => reject(new Error("The other process ended too early.")));
  return { child, started };
}

async function kill(child: ChildProcess): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  child.once("exit", () => resolve());
  child.kill("SIGKILL");
  await promise;
}

describe.each(["embedded", ...(hasServer ? ["server"] : [])])("on the %s database", (place) => {
  let database: OpenDatabase;
  let queue: JobQueue;
  let name: string;
  const open = async (): Promise<OpenDatabase> =>
    await openDatabase({ migrationsFolder, ...(place === "server" ? server : { directory: "memory" }) });

  beforeAll(async () => {
    database = await open();
    await database.db.execute(sql`create table if not exists job_queue_notes (note text not null)`);
  }, 60_000);
  afterAll(async () => await database?.close());
  beforeEach(async () => {
    name = `test-${randomUUID()}`;
    queue = await createJobQueue({ database, log });
  });
  afterEach(async () => await queue.close({ graceMs: 1_000 }));

  test("short jobs that wait already are done one after the other, without a pause", { timeout: 60_000 }, async () => {
    const numbers: number[] = [];
    const waiting = await queue.define(name, { schema });
    for (let number = 0; number < 12; number += 1) await waiting.enqueue({ number });
    await queue.define(name, { schema, concurrency: 2, isShort: true }, async (data) => {
      numbers.push(data.number);
      await Promise.resolve();
    });
    // With a pause after each pair it would be 20 seconds on the embedded database.
    await expect.poll(() => numbers.length, { timeout: 15_000 }).toBe(12);
    expect(numbers.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, number) => number));
  });

  test("a job that is put in within a transaction exists exactly when its rows do", async () => {
    const done: number[] = [];
    const kind = await queue.define(name, { schema }, async ({ number }) => await Promise.resolve(void done.push(number)));
    await database.db.transaction(async (transaction) => {
      await transaction.execute(sql`insert into job_queue_notes (note) values (${name})`);
      await kind.enqueue({ number: 1 }, { transaction });
    });
    const failing = database.db.transaction(async (transaction) => {
      await kind.enqueue({ number: 2 }, { transaction });
      throw new Error("rolled back");
    });
    await expect(failing).rejects.toThrow("rolled back");
    await kind.enqueue({ number: 3 });
    await expect.poll(() => done.toSorted((a, b) => a - b), until).toEqual([1, 3]);
  });

  test("while a job with a key waits or runs there is no second one, and afterwards there may be", async () => {
    const gate = Promise.withResolvers<void>();
    let runs = 0;
    const kind = await queue.define(name, { schema, concurrency: 2 }, async () => {
      runs += 1;
      await gate.promise;
    });
    expect(await kind.enqueue({ number: 1 }, { key: "a" })).toBeTypeOf("string");
    expect(await kind.enqueue({ number: 1 }, { key: "a" })).toBeUndefined();
    expect(await kind.enqueue({ number: 1 }, { key: "b" })).toBeTypeOf("string");
    await expect.poll(() => runs, until).toBe(2);
    expect(await kind.enqueue({ number: 1 }, { key: "a" })).toBeUndefined();
    gate.resolve();
    await expect.poll(async () => await kind.enqueue({ number: 1 }, { key: "a" }), until).toBeTypeOf("string");
  });

  test("a failing job is tried again, and at the end its reason is there for its owner and for people", async () => {
    let attempts = 0;
    const failed: [number, string][] = [];
    const kind = await queue.define(
      name,
      {
        schema,
        retryLimit: 1,
        retryDelaySeconds: 0,
        onFailed: async ({ number }, reason) => await Promise.resolve(void failed.push([number, reason])),
      },
      async () => {
        attempts += 1;
        return await Promise.reject(new Error(`attempt ${attempts}`));
      },
    );
    const id = await kind.enqueue({ number: 5 });
    await expect.poll(() => failed, until).toEqual([[5, "attempt 2"]]);
    expect(await kind.failures()).toEqual([{ id, data: { number: 5 }, reason: "attempt 2", code: undefined, failedAt: expect.any(Date) }]);
  });

  test("an error that trying again cannot mend ends the job at once", async () => {
    let attempts = 0;
    const kind = await queue.define(name, { schema }, async () => {
      attempts += 1;
      return await Promise.reject(new CodedError("not_found", "It is gone."));
    });
    await kind.enqueue({ number: 1 });
    await expect
      .poll(async () => (await kind.failures()).map(({ reason, code }) => [reason, code]), until)
      .toEqual([["It is gone.", "not_found"]]);
    expect(attempts).toBe(1);
  });

  test("data that does not match is refused at the door", async () => {
    const kind = await queue.define(name, { schema });
    await expect(kind.enqueue({ number: "one" } as never)).rejects.toMatchObject({ code: "invalid_request" });
  });

  test("progress reaches the listeners until they leave", async () => {
    const seen: unknown[] = [];
    const kind = await queue.define(
      name,
      { schema },
      async ({ number }, { progress }) => await Promise.resolve(progress({ done: number })),
    );
    const leave = kind.onProgress(({ value }) => seen.push(value));
    await kind.enqueue({ number: 1 });
    await expect.poll(() => seen, until).toEqual([{ done: 1 }]);
    leave();
    await kind.enqueue({ number: 2 });
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(seen).toHaveLength(1);
  });

  test("a queue that closes tells the handler, and the job goes on in the next one", async () => {
    const started = Promise.withResolvers<void>();
    const kind = await queue.define(name, { schema }, async (_data, { signal }) => {
      started.resolve();
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      return "again";
    });
    await kind.enqueue({ number: 4 });
    await started.promise;
    await queue.close();
    queue = await createJobQueue({ database, log });
    const done: [number, number][] = [];
    await queue.define(name, { schema }, async ({ number }, { attempt }) => await Promise.resolve(void done.push([number, attempt])));
    await expect.poll(() => done, until).toEqual([[4, 1]]);
  });
});

test("a job of a killed process goes on when the embedded database is opened again", { timeout: 60_000 }, async () => {
  const directory = join(folder, "killed");
  const { child, started } = startStuckWorker({ directory }, "stuck");
  await started;
  await kill(child);
  const database = await openDatabase({ directory, migrationsFolder });
  const queue = await createJobQueue({ database, log });
  const done = Promise.withResolvers<number>();
  await queue.define("stuck", { schema }, async ({ number }) => await Promise.resolve(done.resolve(number)));
  expect(await done.promise).toBe(7);
  await queue.close();
  await database.close();
});

test.skipIf(!hasServer)(
  "two processes share a server, and one has the other's job soon after it was killed",
  { timeout: 60_000 },
  async () => {
    const name = `test-${randomUUID()}`;
    const { child, started } = startStuckWorker(server, name);
    await started;
    const database = await openDatabase({ ...server, migrationsFolder });
    const queue = await createJobQueue({ database, log });
    const done: number[] = [];
    const kind = await queue.define(name, { schema }, async ({ number }) => await Promise.resolve(void done.push(number)));
    await kind.enqueue({ number: 8 });
    await expect.poll(() => done, until).toEqual([8]);
    await kill(child);
    await expect.poll(() => done, until).toEqual([8, 7]);
    await queue.close();
    await database.close();
  },
);
