import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { UploadResult } from "./upload-client.ts";
import { watchFolder } from "./watch-folder.ts";

let folder: string;
let lines: string[];
let stopping: AbortController;
let watching: Promise<unknown> | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "scan-watch-"));
  lines = [];
  stopping = new AbortController();
});
afterEach(async () => {
  stopping.abort();
  await watching;
  await rm(folder, { recursive: true });
});

const stored: UploadResult = { kind: "stored", id: "1", isNew: true };
const list = async (name = ""): Promise<string[]> =>
  (await readdir(join(folder, name)).catch(() => [])).toSorted((a, b) => a.localeCompare(b));

function watch(answer: (name: string, text: string) => UploadResult | Promise<UploadResult>, once = false): string[] {
  const uploads: string[] = [];
  watching = watchFolder({
    folder,
    client: {
      upload: async ({ name, bytes }) => {
        const text = new TextDecoder().decode(bytes);
        uploads.push(`${name}=${text}`);
        return await answer(name, text);
      },
    },
    delayMs: 40,
    once,
    say: (line) => void lines.push(line),
    signal: stopping.signal,
    firstPauseMs: 60,
  });
  return uploads;
}

test("a sent file goes to processed/ with a piece of its hash in the name", async () => {
  await writeFile(join(folder, "scan 1.pdf"), "one");
  await writeFile(join(folder, "scan 2"), "two");
  const uploads = watch(() => stored, true);
  expect(await watching).toEqual({ sent: 2, failed: 0 });
  expect(uploads).toEqual(["scan 1.pdf=one", "scan 2=two"]);
  expect(await list()).toEqual(["processed"]);
  expect(await list("processed")).toEqual(["scan 1-7692c3ad3540bb80.pdf", "scan 2-3fc4ccfe745870e2"]);
});

test("a file is sent when it has stopped growing, and whole", async () => {
  const path = join(folder, "slow.pdf");
  const uploads = watch(() => stored);
  for (let index = 0; index < 8; index += 1) {
    await appendFile(path, "piece ");
    await new Promise((resolve) => setTimeout(resolve, 25));
    expect(uploads).toEqual([]);
  }
  await expect.poll(() => uploads).toEqual([`slow.pdf=${"piece ".repeat(8)}`]);
});

test("what is hidden, half written or in a folder is left alone", async () => {
  for (const name of [".hidden.pdf", "~lock.pdf", "scan.pdf.part", "scan.TMP", "Thumbs.db"]) await writeFile(join(folder, name), "x");
  await writeFile(join(folder, "empty.pdf"), "");
  await writeFile(join(folder, "good.pdf"), "x");
  const uploads = watch(() => stored);
  await expect.poll(async () => await list("processed")).toHaveLength(1);
  await new Promise((resolve) => setTimeout(resolve, 150));
  expect(uploads).toEqual(["good.pdf=x"]);
});

test("a refused file goes to failed/ with the reason beside it", async () => {
  await writeFile(join(folder, "notes.docx"), "x");
  watch(() => ({ kind: "refused", reason: "This is no scan." }), true);
  expect(await watching).toEqual({ sent: 0, failed: 1 });
  const [file = "", reason = ""] = await list("failed");
  expect([file, reason]).toEqual([expect.stringMatching(/^notes-[0-9a-f]{16}\.docx$/), `${file}.txt`]);
  expect(await readFile(join(folder, "failed", reason), "utf8")).toMatch(/^\d{4}-.*Z\nThis is no scan\.\n$/);
});

test("one file's trouble does not hold up the others, and is told", async () => {
  await writeFile(join(folder, "a.pdf"), "a");
  await writeFile(join(folder, "b.pdf"), "b");
  let troubles = 2;
  const uploads = watch((name) => {
    if (name !== "a.pdf" || troubles === 0) return stored;
    troubles -= 1;
    return { kind: "later", reason: "HTTP 500", isAway: false, retryAfterMs: undefined };
  }, true);
  expect(await watching).toEqual({ sent: 2, failed: 0 });
  expect(uploads).toEqual(["a.pdf=a", "b.pdf=b", "a.pdf=a", "a.pdf=a"]);
  expect(lines.filter((line) => line.includes("HTTP 500"))).toHaveLength(2);
});

test("while the server is away nothing else is tried, and as long as it asks for", async () => {
  for (const name of ["a.pdf", "b.pdf"]) await writeFile(join(folder, name), name);
  const times: number[] = [];
  watch(() => {
    times.push(Date.now());
    return times.length === 1 ? { kind: "later", reason: "away", isAway: true, retryAfterMs: 400 } : stored;
  }, true);
  await watching;
  expect(times).toHaveLength(3);
  expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThan(390);
});

test("a scan that comes under the same name while the first is on its way is sent too", async () => {
  const path = join(folder, "scan.pdf");
  await writeFile(path, "first");
  const uploads = watch(async (_name, text) => {
    if (text === "first") await writeFile(path, "the second scan");
    return stored;
  }, true);
  await watching;
  expect(uploads).toEqual(["scan.pdf=first", "scan.pdf=the second scan"]);
  expect(await Promise.all((await list("processed")).map(async (name) => await readFile(join(folder, "processed", name), "utf8")))).toEqual(
    ["the second scan"],
  );
});
