import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CodedError } from "@repo/contracts/coded-error";
import { testDatabase } from "@repo/testing/test-database";
import { expect, test } from "vitest";
import { openTestCatalogue } from "../../test/open-test-catalogue.ts";
import { startVisualSpace } from "../../test/visual-space.ts";
import { pictures, pictureVectors } from "../schema.ts";

const timeoutMs = 600_000;

/** The app as a process of its own: takes the document in, works on it, and is killed when `isTime` says so. */
async function workAndDie(directory: string, url: string, isTime: () => boolean): Promise<void> {
  const at = (path: string): string => JSON.stringify(import.meta.resolve(path));
  const script = `
    import { openDatabase } from ${at("@repo/app-kit/open-database")};
    import { createSilentLogger } from ${at("@repo/server-kit/log")};
    import { configSchema } from ${at("../config.ts")};
    import { migrationsFolder } from ${at("../open-catalogue.ts")};
    import { openServices } from ${at("../open-services.ts")};
    import { makeSwatchPdf, someSwatches } from ${at("../../test/swatch-pdf.ts")};
    const config = configSchema.parse({ SIGLIP_SPACE_URL: ${JSON.stringify(url)}, LOCAL_FALLBACK: "false", HUGGINGFACE_BATCH_SIZE: "2" });
    const database = await openDatabase({ ...${JSON.stringify(testDatabase(directory))}, migrationsFolder });
    const { documents } = await openServices(config, database, createSilentLogger());
    await documents.upload({ bytes: makeSwatchPdf(someSwatches), name: "swatches.pdf" });
    await new Promise(() => setInterval(() => undefined, 1_000));`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", script], { stdio: ["ignore", "ignore", "inherit"] });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let isKilled = false;
  const timer = setInterval(() => {
    if (isTime() && !isKilled) isKilled = child.kill("SIGKILL");
  }, 5);
  child.once("exit", () => (isKilled ? resolve() : reject(new Error("The process ended by itself."))));
  await promise.finally(() => clearInterval(timer));
}

test(
  "kill -9 of the app and of the Space in the middle of the work loses nothing and computes no stored vector again",
  { timeout: timeoutMs },
  async () => {
    const directory = await mkdtemp(join(tmpdir(), "catalogue-killed-"));
    let space = await startVisualSpace();
    const port = Number(new URL(space.url).port);
    try {
      // The app dies while its second batch is being computed.
      space.before(async () => {
        if (space.batches.length > 1) await new Promise((resolve) => setTimeout(resolve, 60_000));
      });
      await workAndDie(directory, space.url, () => space.batches.length > 1);
      await space.close();
      // The Space is away when the app is back, and then dies once more while it answers.
      const catalogue = await openTestCatalogue({ HUGGINGFACE_BATCH_SIZE: "2" }, { directory, space });
      try {
        const { documents } = await catalogue.documents.list({ limit: 10 });
        expect(documents).toMatchObject([{ pictures: 7, picturesDone: 2, pageCount: 2 }]);
        const id = documents[0]?.id ?? "";
        await expect.poll(async () => (await catalogue.documents.get(id)).waitingFor, { timeout: 60_000 }).not.toBeNull();
        space = await startVisualSpace(port);
        space.before(() => {
          throw new CodedError("model_unavailable", "The Space is going down.");
        });
        await expect.poll(() => space.batches.length, { timeout: 60_000 }).toBeGreaterThan(0);
        await space.close();
        space = await startVisualSpace(port);
        expect(await catalogue.settled(id)).toMatchObject({ status: "completed", images: 7, pictures: 7, picturesDone: 7 });
        expect(space.batches).toEqual([2, 2, 1]);
        expect([await catalogue.database.db.$count(pictures), await catalogue.database.db.$count(pictureVectors)]).toEqual([7, 35]);
      } finally {
        await catalogue.close();
      }
    } finally {
      await space.close();
      await rm(directory, { recursive: true, force: true });
    }
  },
);
