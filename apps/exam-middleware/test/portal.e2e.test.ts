/**
 * The portal as staff meet it: built Space and app as processes, Chromium in front. A folder of fifty scans is dropped, the
 * Space and the app are killed while it arrives, and every file is there in the end, read as it is written.
 */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { type BuiltProcess, defineBuiltProcess } from "@repo/testing/built-process";
import { collectComplaints, findBarriers, openBrowser } from "@repo/testing/open-browser";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { sessionCookie } from "../src/people/create-access-control.ts";
import { makeScans, type Scan, writeBrokenScan } from "./make-scans.ts";
import { signInStaff } from "./sign-in-staff.ts";

const scanCount = 50;
const patienceMs = 240_000;
let folder: string;
let scans: Scan[];
let models: string;
let space: BuiltProcess;
let app: BuiltProcess;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let complaints: string[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "exam-portal-"));
  const made = await makeScans(join(folder, "exam hall 3"), scanCount);
  ({ scans, models } = made);
  const directory = join(folder, "data");
  const token = await signInStaff(directory);
  browser = await openBrowser();
  space = await defineBuiltProcess("spaces/answer-sheet-ml", { MODEL_DIRECTORY: models });
  app = await defineBuiltProcess("apps/exam-middleware", {
    HF_SPACE_URL: space.url,
    LOCAL_FALLBACK: "false",
    DATA_DIRECTORY: directory,
  });
  await Promise.all([space.start(), app.start()]);
  context = await browser.newContext({ viewport: { width: 1280, height: 900 }, acceptDownloads: true });
  await context.addCookies([{ name: sessionCookie, value: token, url: app.url, httpOnly: true, sameSite: "Strict" }]);
}, 180_000);
beforeEach(async () => {
  await page?.close();
  page = await context.newPage();
  complaints = collectComplaints(page);
});
afterAll(async () => {
  await browser?.close();
  await Promise.all([app, space].map(async (process) => await process?.stop("SIGKILL")));
  for (const path of [folder, models]) if (path !== undefined) await rm(path, { recursive: true, force: true });
});

/** Drops files or folders of the disk onto the page, as a file manager does. */
async function drop(paths: string[]): Promise<void> {
  const target = await page.locator("#drop").boundingBox();
  const session = await context.newCDPSession(page);
  const [x, y] = [(target?.x ?? 0) + 20, (target?.y ?? 0) + 20];
  const data = { items: [], files: paths, dragOperationsMask: 1 };
  for (const type of ["dragEnter", "dragOver", "drop"] as const) await session.send("Input.dispatchDragEvent", { type, x, y, data });
  await session.detach();
}

const readFacts = async (): Promise<string> => (await page.textContent("#batch-facts")) ?? "";
const countStored = async (): Promise<number> => Number(/^(\d+) of/.exec((await page.textContent("#upload-facts")) ?? "")?.[1] ?? 0);
const until = async (check: () => Promise<boolean>): Promise<void> =>
  await expect.poll(check, { timeout: patienceMs, interval: 150 }).toBe(true);

async function exportSheets(): Promise<Record<string, unknown>[]> {
  const answer = await context.request.get(`${app.url}/portal/staff/export?format=json`);
  expect(answer.ok()).toBe(true);
  return ((await answer.json()) as { sheets: Record<string, unknown>[] }).sheets;
}

test(
  "a folder of fifty scans is read and stored though the Space and the app are killed meanwhile",
  async () => {
    await page.goto(`${app.url}/portal/staff`);
    await drop([join(folder, "exam hall 3")]);
    await until(async () => (await countStored()) >= 5);
    await space.stop("SIGKILL");
    await until(async () => (await countStored()) >= 15);
    await app.stop("SIGKILL");
    await page.waitForSelector("#upload-problem:visible", { timeout: patienceMs });
    expect(await page.textContent("#upload-problem")).toContain("Every file is kept here and sent again");
    await app.start();
    await until(async () => (await countStored()) === scanCount);
    expect(await page.isVisible("#upload-problem")).toBe(false);
    // While the Space is away, the page says what it waits for.
    await page.waitForSelector("#batch-waiting:visible", { timeout: patienceMs });
    expect(await readFacts()).not.toContain(`${scanCount} of ${scanCount} read`);
    // And once more, with all of it stored and nothing read.
    await app.stop("SIGKILL");
    await Promise.all([space.start(), app.start()]);
    await until(async () => (await readFacts()).includes(`${scanCount} of ${scanCount} read`));

    const stored = await exportSheets();
    expect(stored).toHaveLength(scanCount);
    const found = new Map(stored.map((sheet) => [String(sheet["original_filename"]), sheet]));
    for (const { name, register, subject } of scans) {
      const sheet = found.get(basename(name));
      expect([name, sheet?.["register_number"], sheet?.["subject_code"]]).toEqual([name, register, subject]);
    }
    expect(await page.locator(".upload").count()).toBe(scanCount);
    // The browser complains about the requests that met a dead server, and about nothing else.
    expect(complaints.filter((complaint) => !complaint.includes("Failed to load resource"))).toEqual([]);
  },
  2 * patienceMs,
);

test("the same folder again is known, broken files and other things are told apart, and a page loaded again goes on", async () => {
  await page.goto(`${app.url}/portal/staff`);
  await writeBrokenScan(join(folder, "broken.jpg"));
  await writeFile(join(folder, "notes.txt"), "not a sheet");
  await drop([join(folder, "exam hall 3"), join(folder, "broken.jpg"), join(folder, "notes.txt")]);
  await until(async () => (await page.getAttribute("#upload-summary", "data-left")) === "0");
  expect(await page.textContent("#upload-facts")).toBe("51 of 52 files uploaded, 50 were here already, 1 not taken");
  await page.waitForSelector(".upload:has-text('broken.jpg'):has-text('Failed')", { timeout: patienceMs });
  expect(await page.textContent(".upload:has-text('notes.txt')")).toContain("not one of");
  await page.reload();
  expect(await page.textContent(".upload:has-text('broken.jpg')")).toContain("Failed");
  expect(await exportSheets()).toHaveLength(scanCount + 1);
});

test("lists that come later are held against what was read, and what they confirm needs nobody", async () => {
  await page.goto(`${app.url}/portal/staff/lists`);
  const send = async (kind: string, csv: string): Promise<void> => {
    await page.selectOption("select[name=kind]", kind);
    await page.fill("input[name=name]", `All ${kind}`);
    await page.setInputFiles("input[name=file]", { name: "list.csv", mimeType: "text/csv", buffer: Buffer.from(csv) });
    await page.click("button:has-text('Import')");
  };
  await send("roster", "register_number,student_name\n12,Nobody\n");
  await page.waitForSelector(".problems:has-text('Line 2')");
  await send("roster", ["register_number", ...scans.slice(0, 20).map(({ register }) => register)].join("\n"));
  await page.waitForSelector(".notice:has-text('Imported: 20 entries.')");
  await send("course", "subject_code\n19AI405\nCS8501\nGE8790\n");
  await page.waitForSelector(".notice:has-text('Imported: 3 entries.')");
  await page.click("button:has-text('Match all sheets again')");
  await page.waitForSelector(".notice:has-text('held against the lists again')");
  const isAccepted = ({ review_outcome: outcome }: Record<string, unknown>): boolean => outcome === "automatic";
  await until(async () => (await exportSheets()).filter(isAccepted).length === 20);
  await page.goto(`${app.url}/portal/staff/review`);
  // Thirty scans of students on no roster, and the broken one.
  expect(await page.textContent(".review-progress")).toContain(`1 of ${scanCount - 20 + 1}`);
});

test("a sheet is reviewed by keys alone: the page with its boxes, another reading, editing, later, turning", async () => {
  await page.goto(`${app.url}/portal/staff/review`);
  // The broken file comes first: nothing is less sure.
  await page.waitForSelector(".flag:has-text('could not be read')");
  await page.waitForSelector(".preview-page:has-text('cannot be shown here')");
  await page.keyboard.press("s");
  await page.waitForSelector(".preview-page canvas", { timeout: 30_000 });
  const [, total] = /2 of (\d+)/.exec((await page.textContent(".review-progress")) ?? "") ?? [];
  expect(Number(total)).toBeGreaterThan(10);
  const first = await page.inputValue("input[name=id]");
  const size = async () => await page.evaluate(() => document.querySelector<HTMLCanvasElement>(".preview-page canvas")?.width ?? 0);
  const width = await size();
  await page.keyboard.press("r");
  expect(await size()).not.toBe(width);

  await page.keyboard.press("s");
  await page.waitForFunction((id) => document.querySelector<HTMLInputElement>("input[name=id]")?.value !== id, first);
  expect(await page.textContent(".review-progress")).toContain(`3 of ${total}`);

  const second = await page.inputValue("input[name=id]");
  await page.keyboard.press("e");
  expect(await page.evaluate(() => document.activeElement?.classList.contains("reading"))).toBe(true);
  await page.keyboard.press("Escape");
  await page.locator("input[name=register_number]").focus();
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.type("21");
  await page.keyboard.press("Enter");
  // The browser itself refuses what has not the form of a register number.
  expect(await page.inputValue("input[name=id]")).toBe(second);
  await page.locator("input[name=register_number]").fill("999999999999");
  await page.locator("input[name=register_number]").press("Enter");
  await page.waitForSelector(".notice:has-text('Corrected: 999999999999')");

  const third = await page.inputValue("input[name=id]");
  await page.keyboard.press("a");
  await page.waitForFunction((id) => document.querySelector<HTMLInputElement>("input[name=id]")?.value !== id, third);
  const corrected = (await exportSheets()).find((sheet) => sheet["artifact_uuid"] === second);
  expect(JSON.stringify(corrected)).toContain("999999999999");
  expect(complaints.filter((complaint) => !complaint.includes("Failed to load resource"))).toEqual([]);
});

test("the page of a sheet is shown with its boxes, whatever kind of file it came in and however it lay", async () => {
  const sheets = await exportSheets();
  for (const name of ["scan-00.jpg", "scan-01.png", "scan-02.pdf", "scan-03.tiff", "scan-04.jpg", "scan-14.pdf"]) {
    const id = String(sheets.find((sheet) => sheet["original_filename"] === name)?.["artifact_uuid"]);
    await page.goto(`${app.url}/portal/staff/sheets/${id}`);
    await page.waitForSelector(".preview-page canvas", { timeout: 30_000 });
    // Both boxes surround dark writing: the page stands upright, and around the writing there is none.
    const drawn = await page.evaluate(() => {
      const figure = document.querySelector<HTMLElement>("figure.preview");
      const canvas = document.querySelector<HTMLCanvasElement>(".preview-page canvas");
      const pen = canvas?.getContext("2d");
      if (!figure || !canvas || !pen) return [];
      const boxes = JSON.parse(figure.dataset["boxes"] ?? "[]") as { field: string; rank: number; box: [number, number, number, number] }[];
      return boxes
        .filter(({ rank }) => rank === 0)
        .map(({ field, box: [x, y, width, height] }) => {
          const [w, h] = [canvas.width, canvas.height];
          const { data } = pen.getImageData(x * w, y * h, width * w, height * h);
          const shades = Array.from({ length: data.length / 4 }, (_, at) => Math.max(...data.subarray(at * 4, at * 4 + 3)));
          const [edge] = pen.getImageData((x + width / 2) * w, y * h, 1, 1).data;
          return { field, ink: shades.filter((shade) => shade < 100).length / shades.length, edge };
        });
    });
    expect([name, drawn.map(({ field }) => field).toSorted()]).toEqual([name, ["register_number", "subject_code"]]);
    for (const { ink } of drawn) expect([name, ink > 0.02]).toEqual([name, true]);
    expect([name, new Set(drawn.map(({ edge }) => edge))]).toEqual([name, new Set([0x16, 0xc2])]);
  }
});

test("two people at one sheet: the second is told, and nothing is overwritten", async () => {
  const second = `${app.url}/portal/staff/review?skip=1`;
  await page.goto(second);
  const other = await context.newPage();
  await other.goto(second);
  const id = await page.inputValue("input[name=id]");
  expect(await other.inputValue("input[name=id]")).toBe(id);
  await page.fill("input[name=register_number]", "888888888888");
  await page.press("input[name=register_number]", "Enter");
  await page.waitForSelector(".notice:has-text('Corrected: 888888888888')");
  await other.fill("input[name=register_number]", "777777777777");
  await other.press("input[name=register_number]", "Enter");
  await other.waitForSelector("[role=alert]:has-text('Somebody else has decided')");
  expect(await other.inputValue("input[name=id]")).not.toBe(id);
  await other.close();
});

test("every page works without scripts, on a phone, for a keyboard and a screen reader", async () => {
  const plain = await browser.newContext({ javaScriptEnabled: false, viewport: { width: 390, height: 844 } });
  await plain.addCookies(await context.cookies());
  const still = await plain.newPage();
  await still.goto(`${app.url}/portal/staff`);
  await still.setInputFiles("#files", { name: "by hand.jpg", mimeType: "image/jpeg", buffer: await readFile(join(folder, "broken.jpg")) });
  await still.click("button:has-text('Upload')");
  expect(new URL(still.url()).searchParams.get("batch")).toMatch(/^[0-9a-f-]{36}$/);
  await still.goto(`${app.url}/portal/staff/review`);
  const id = await still.inputValue("input[name=id]");
  await still.click("button:has-text('Later')");
  expect(await still.inputValue("input[name=id]")).not.toBe(id);
  await plain.close();

  await page.setViewportSize({ width: 390, height: 844 });
  const [sheet] = await exportSheets();
  const sheetId = String(sheet?.["artifact_uuid"]);
  for (const path of ["", "/review", "/sheets", `/sheets/${sheetId}`, "/lists", "/reports", "/statistics", "/log"]) {
    await page.goto(`${app.url}/portal/staff${path}`);
    expect([path, await findBarriers(page)]).toEqual([path, []]);
  }
});
