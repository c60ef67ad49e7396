/** Runs where TEST_DATABASE_URL names a PostgreSQL (`pnpm test:postgres`). */
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { toCodedError } from "@repo/server-kit/error-response";
import { testDatabase } from "@repo/testing/test-database";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openDatabase } from "./open-database.ts";

/** A way to the server that can be cut. */
async function startRelay(server: URL): Promise<{ url: string; cut(): void; mend(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const relay = createServer((near) => {
    const far = connect(Number(server.port || 5432), server.hostname);
    for (const socket of [near, far]) sockets.add(socket.on("error", () => undefined));
    near.pipe(far).pipe(near);
  });
  const listen = async (port: number): Promise<void> => void (await once(relay.listen(port, "127.0.0.1"), "listening"));
  await listen(0);
  const { port } = relay.address() as AddressInfo;
  const url = new URL(server);
  url.hostname = "127.0.0.1";
  url.port = String(port);
  return {
    url: url.href,
    cut: () => {
      relay.close();
      for (const socket of sockets) socket.destroy();
      sockets.clear();
    },
    mend: async () => await listen(port),
  };
}

describe.skipIf(testDatabase().url === undefined)("on a PostgreSQL server", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "open-server-database-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function writeMigrations(name: string, statements: string): string {
    const migrationsFolder = join(folder, name);
    mkdirSync(join(migrationsFolder, "meta"), { recursive: true });
    writeFileSync(join(migrationsFolder, "0000_initial.sql"), statements);
    const entries = [{ idx: 0, version: "7", when: 1, tag: "0000_initial", breakpoints: true }];
    writeFileSync(join(migrationsFolder, "meta/_journal.json"), JSON.stringify({ version: "7", dialect: "postgresql", entries }));
    return migrationsFolder;
  }

  test(
    "a database that does not exist is made, by several that start at once too, and its migrations run once",
    { timeout: 60_000 },
    async () => {
      const target = testDatabase();
      // Slow enough that all of them are there before the first one is done.
      const migrationsFolder = writeMigrations(
        "slow",
        "CREATE TABLE notes (text text);--> statement-breakpoint\nSELECT pg_sleep(0.5);--> statement-breakpoint\nINSERT INTO notes VALUES ('once');",
      );
      const opened = await Promise.all(Array.from({ length: 4 }, async () => await openDatabase({ ...target, migrationsFolder })));
      const { db } = opened[0] as (typeof opened)[number];
      const { rows } = (await db.execute(sql`select text, current_database() as name from notes`)) as unknown as { rows: object[] };
      await Promise.all(opened.map(async ({ close }) => await close()));
      expect(rows).toEqual([{ text: "once", name: target.name }]);
    },
  );

  test("the database of another app is refused, not half migrated", { timeout: 60_000 }, async () => {
    const target = testDatabase();
    const one = await openDatabase({ ...target, migrationsFolder: writeMigrations("one", "CREATE TABLE ones (id int);") });
    const other = writeMigrations("other", "CREATE TABLE others (id int);");
    await expect(openDatabase({ ...target, migrationsFolder: other })).rejects.toThrow(/another app.*DATABASE_NAME/);
    const { rows } = (await one.db.execute(sql`select to_regclass('others') as others`)) as unknown as { rows: object[] };
    await one.close();
    expect(rows).toEqual([{ others: null }]);
  });

  test("while the server is away queries and transactions say so, and go on when it is back", { timeout: 60_000 }, async () => {
    const target = testDatabase();
    const relay = await startRelay(new URL(target.url ?? ""));
    const away = { code: "database_unavailable", status: 503 };
    const database = await openDatabase({
      ...target,
      url: relay.url,
      migrationsFolder: writeMigrations("away", "CREATE TABLE ones (id int);"),
    });
    const codeOf = async (work: Promise<unknown>) =>
      await work.then(
        () => "done",
        (error: unknown) => toCodedError(error),
      );
    const midway = database.db.transaction(async (transaction) => {
      await transaction.execute(sql`insert into ones values (1)`);
      relay.cut();
      await transaction.execute(sql`insert into ones values (2)`);
    });
    expect(await codeOf(midway)).toMatchObject(away);
    expect(await codeOf(database.ping())).toMatchObject(away);
    expect(await codeOf(database.db.transaction(async () => await Promise.resolve()))).toMatchObject(away);
    await relay.mend();
    const { rows } = (await database.db.execute(sql`select id from ones`)) as unknown as { rows: object[] };
    expect(rows).toEqual([]);
    await database.close();
    relay.cut();
  });

  test("a name with quotes in it stays a name", { timeout: 60_000 }, async () => {
    const target = testDatabase();
    const name = `${target.name}"; --`;
    const database = await openDatabase({ ...target, name, migrationsFolder: writeMigrations("quoted", "CREATE TABLE ones (id int);") });
    const { rows } = (await database.db.execute(sql`select current_database() as name`)) as unknown as { rows: object[] };
    await database.close();
    expect(rows).toEqual([{ name }]);
  });
});
