import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CodedError } from "@repo/contracts/coded-error";
import { createJobQueue } from "@repo/app-kit/job-queue";
import { openDatabase } from "@repo/app-kit/open-database";
import { createSilentLogger } from "@repo/server-kit/log";
import { testDatabase } from "@repo/testing/test-database";
import { expect, test } from "vitest";
import { startSheetSpace, toSheetFile } from "../../test/sheet-space.ts";
import { configSchema } from "../config.ts";
import { migrationsFolder } from "../open-exam-database.ts";
import { toIntakeRules, toReadingRules } from "../rules.ts";
import { createSpaces } from "../spaces.ts";
import { createSheetService } from "./create-sheet-service.ts";
import type { SheetService } from "./sheet-service.ts";

const files = 6;
const timeoutMs = 120_000;

async function openSheets(directory: string, url: string): Promise<{ sheets: SheetService; close: () => Promise<void> }> {
  const config = configSchema.parse({ HF_SPACE_URL: url, LOCAL_FALLBACK: "false", AUTO_ACCEPT_UNLISTED: "true" });
  const log = createSilentLogger();
  const database = await openDatabase({ ...testDatabase(directory), migrationsFolder });
  const spaces = createSpaces(config, log);
  const queue = await createJobQueue({ database, log });
  const sheets = await createSheetService({
    database,
    queue,
    reader: spaces.reader,
    log,
    reading: toReadingRules(config),
    intake: toIntakeRules(config),
    maxListEntries: 100,
    readingsAtOnce: 2,
  });
  return {
    sheets,
    close: async () => {
      await queue.close({ graceMs: 1_000 });
      await spaces.close();
      await database.close();
    },
  };
}

/** A process that takes files in while the Space is away, says so after each, and is then killed. */
async function storeAndDie(directory: string, url: string): Promise<void> {
  const at = (path: string): string => JSON.stringify(import.meta.resolve(path));
  const script = `
    import { createJobQueue } from ${at("@repo/app-kit/job-queue")};
    import { openDatabase } from ${at("@repo/app-kit/open-database")};
    import { createSilentLogger } from ${at("@repo/server-kit/log")};
    import { configSchema } from ${at("../config.ts")};
    import { toIntakeRules, toReadingRules } from ${at("../rules.ts")};
    import { createSpaces } from ${at("../spaces.ts")};
    import { createSheetService } from ${at("./create-sheet-service.ts")};
    import { toSheetFile } from ${at("../../test/sheet-space.ts")};
    const config = configSchema.parse({ HF_SPACE_URL: ${JSON.stringify(url)}, LOCAL_FALLBACK: "false", AUTO_ACCEPT_UNLISTED: "true" });
    const log = createSilentLogger();
    const database = await openDatabase(${JSON.stringify({ ...testDatabase(directory), migrationsFolder })});
    const queue = await createJobQueue({ database, log });
    const sheets = await createSheetService({ database, queue, reader: createSpaces(config, log).reader, log,
      reading: toReadingRules(config), intake: toIntakeRules(config), maxListEntries: 100, readingsAtOnce: 2 });
    for (let number = 0; number < ${files}; number += 1) {
      const bytes = toSheetFile({ register: "21222204000" + number, subject: "CS8501" });
      await sheets.upload({ bytes, name: number + ".pdf" }, { type: "system", id: null });
      console.log("stored");
    }
    await new Promise(() => setInterval(() => undefined, 1_000));`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", script], { stdio: ["ignore", "pipe", "inherit"] });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let [stored, isKilled] = [0, false];
  child.stdout.on("data", (chunk: Buffer) => {
    stored += chunk.toString().split("stored").length - 1;
    if (stored === files && !isKilled) isKilled = child.kill("SIGKILL");
  });
  child.once("exit", () => (isKilled ? resolve() : reject(new Error("The process ended by itself."))));
  await promise;
}

test("files that were taken in are all read after kill -9 of the app while the Space was away", { timeout: timeoutMs }, async () => {
  const directory = await mkdtemp(join(tmpdir(), "exam-killed-"));
  const space = await startSheetSpace();
  try {
    space.fail(new CodedError("model_unavailable", "The model is loading."));
    await storeAndDie(directory, space.url);
    space.fail(undefined);
    const { sheets, close } = await openSheets(directory, space.url);
    try {
      await expect.poll(async () => (await sheets.counts()).VALIDATED, { timeout: 60_000, interval: 200 }).toBe(files);
      let bytes = 0;
      const { sheets: stored } = await sheets.list({}, {}, { kind: "staff" });
      for (const { id } of stored) for await (const piece of (await sheets.file(id, { kind: "staff" })).bytes) bytes += piece.byteLength;
      expect(bytes).toBe(files * toSheetFile({ register: "212222040000", subject: "CS8501" }).byteLength);
    } finally {
      await close();
    }
  } finally {
    await space.close();
    await rm(directory, { recursive: true, force: true });
  }
});
