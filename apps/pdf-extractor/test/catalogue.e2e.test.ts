/**
 * The whole line as a person meets it: built Space and app as processes, Chromium in front, the committed sample catalogue.
 * App and Space are killed while they work on it.
 */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { DocumentBody, PictureBody } from "@repo/contracts/visual-catalogue";
import { type BuiltProcess, defineBuiltProcess } from "@repo/testing/built-process";
import { collectComplaints, findBarriers, openBrowser } from "@repo/testing/open-browser";
import type { Browser, BrowserContext, Page } from "playwright-core";
import sharp from "sharp";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { sections } from "../sample/catalogue.ts";
import { sampleCataloguePath } from "../src/open-catalogue.ts";
import { makeSwatchPdf, someSwatches } from "./swatch-pdf.ts";

const patienceMs = 240_000;
/** A page on a machine that does other things too. */
const busyPageMs = 90_000;
/** Written where SCREENSHOT is set. */
const screenshotPath = fileURLToPath(new URL("../../../docs/pdf-extractor.png", import.meta.url));
const materials = sections.flatMap(({ items }) => items.map(({ name }) => name));
let folder: string;
let space: BuiltProcess;
let app: BuiltProcess;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let complaints: string[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "pdf-extractor-e2e-"));
  browser = await openBrowser();
  space = await defineBuiltProcess("spaces/siglip-embed", { DATA_DIRECTORY: join(folder, "space") });
  app = await defineBuiltProcess("apps/pdf-extractor", {
    SIGLIP_SPACE_URL: space.url,
    LOCAL_FALLBACK: "false",
    DATA_DIRECTORY: join(folder, "app"),
    HUGGINGFACE_BATCH_SIZE: "4",
  });
  await Promise.all([space.start(), app.start()]);
  context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  context.setDefaultTimeout(busyPageMs);
}, 400_000);
beforeEach(async () => {
  await page?.close();
  page = await context.newPage();
  complaints = collectComplaints(page);
});
afterAll(async () => {
  await browser?.close();
  await Promise.all([app, space].map(async (process) => await process?.stop("SIGKILL")));
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
});

/** The browser complains about requests that met a dead server, and about nothing else. */
const ownComplaints = (): string[] => complaints.filter((complaint) => !complaint.includes("Failed to load resource"));

async function readDocuments(): Promise<DocumentBody[]> {
  const answer = await fetch(`${app.url}/api/documents`).catch(() => undefined);
  return answer?.ok === true ? ((await answer.json()) as { documents: DocumentBody[] }).documents : [];
}

async function listPictures(query = ""): Promise<PictureBody[]> {
  const answer = await fetch(`${app.url}/api/pictures?limit=200&${query}`);
  return ((await answer.json()) as { pictures: PictureBody[] }).pictures;
}

/** Captions of the results on the page, best first. */
const readNames = async (): Promise<string[]> => (await page.locator(".picture-name").allTextContents()).map((name) => name.trim());

async function findMaterial(name: string): Promise<PictureBody> {
  const found = (await listPictures()).find(({ caption }) => caption.includes(name));
  if (found === undefined) throw new Error(`There is no picture of ${name}.`);
  return found;
}

/** Drops files of the disk onto the page, as a file manager does. */
async function drop(paths: string[]): Promise<void> {
  const target = await page.locator("#drop").boundingBox();
  const session = await context.newCDPSession(page);
  const [x, y] = [(target?.x ?? 0) + 20, (target?.y ?? 0) + 20];
  const data = { items: [], files: paths, dragOperationsMask: 1 };
  for (const type of ["dragEnter", "dragOver", "drop"] as const) await session.send("Input.dispatchDragEvent", { type, x, y, data });
  await session.detach();
}

test(
  "the sample catalogue becomes searchable though the app and the Space are killed while it is worked on",
  async () => {
    await page.goto(app.url);
    expect(await page.textContent("h1")).toBe("Find pictures in your PDFs");
    await page.click("button:has-text('Try the sample catalogue')");
    await page.waitForSelector(".document-state");
    const until = async (check: (document: DocumentBody) => boolean): Promise<void> =>
      await expect.poll(async () => (await readDocuments()).some(check), { timeout: patienceMs, interval: 50 }).toBe(true);
    await until(({ pages_done: pages }) => pages >= 2);
    await app.stop("SIGKILL");
    await app.start();
    await until(({ pictures_done: done }) => done >= 4);
    await space.stop("SIGKILL");
    await until(({ waiting_for: waiting }) => waiting !== null);
    await page.goto(app.url);
    await page.waitForSelector(".waiting:visible", { timeout: patienceMs });
    await app.stop("SIGKILL");
    await Promise.all([space.start(), app.start()]);
    await page.goto(app.url);
    await page.waitForSelector(".document-state[data-status=completed]", { timeout: patienceMs });
    expect(await page.textContent(".document-state")).toMatch(/Ready.*\d+ pictures/);
    const captions = (await listPictures()).map(({ caption }) => caption);
    expect(materials.filter((name) => !captions.some((caption) => caption.includes(name)))).toEqual([]);
    const [document] = await readDocuments();
    expect(document).toMatchObject({ status: "completed", pictures_failed: 0, problems: [] });
    expect(ownComplaints()).toEqual([]);
  },
  3 * patienceMs,
);

test("words find the picture they describe, whether or not it is called so", async () => {
  await page.goto(`${app.url}/pictures?text=dark+brown+wood+planks`);
  expect((await readNames()).slice(0, 5).join(" | ")).toContain("Dark oak");
  await page.goto(app.url);
  await page.keyboard.press("/");
  await page.keyboard.type("dark oak");
  await page.keyboard.press("Enter");
  await page.waitForSelector("h1:has-text('Pictures for “dark oak”')");
  expect((await readNames())[0]).toContain("Dark oak");
  expect(new URL(page.url()).search).toBe("?text=dark+oak");
  if (process.env["SCREENSHOT"] !== undefined) await page.screenshot({ path: screenshotPath });
  expect(ownComplaints()).toEqual([]);
});

test("a photo of a material finds it, and its colour finds others of that colour", async () => {
  const oak = await findMaterial("Dark oak");
  const file = Buffer.from(await (await fetch(`${app.url}${oak.image_url}`)).arrayBuffer());
  const photo = await sharp(file).resize(300).rotate(1).jpeg({ quality: 70 }).toBuffer();
  await page.goto(`${app.url}/pictures`);
  await page.setInputFiles("#photo input[type=file]", { name: "photo.jpg", mimeType: "image/jpeg", buffer: photo });
  await page.waitForSelector("h1:has-text('Pictures like your photo')");
  expect((await readNames()).slice(0, 3)).toContainEqual(expect.stringContaining("Dark oak"));
  await page.click(".tabs a:has-text('Colour')");
  await page.waitForSelector(".tabs a[aria-current]:has-text('Colour')");
  expect((await readNames()).slice(0, 5)).toContainEqual(expect.stringContaining("Dark oak"));
  expect(new URL(page.url()).searchParams.get("w_color")).toBe("100");
  expect(ownComplaints()).toEqual([]);
});

test("colours narrow the pictures, and sliders blend what counts", async () => {
  await page.goto(`${app.url}/pictures`);
  const [chip] = await page.locator(".chips .chip").allTextContents();
  const [, label, count] = /^\s*(.*?)\s*(\d+)\s*$/.exec(chip ?? "") ?? [];
  await page.locator(".chips .chip").first().click();
  await page.waitForSelector(".chips .chip[aria-current]");
  expect(await page.locator(".picture").count()).toBe(Math.min(48, Number(count)));
  for (const picture of await listPictures(`color=${encodeURIComponent(label ?? "")}`)) expect(picture.labels?.color[0]?.label).toBe(label);

  const oak = await findMaterial("Dark oak");
  await page.goto(`${app.url}/pictures?like=${oak.id}&w_color=50&w_texture=50`);
  await page.locator("input[type=range][name=w_texture]").fill("0");
  await page.waitForURL(/w_color=50(?!.*w_texture)/);
  await page.waitForSelector(".tabs a[aria-current]:has-text('Colour')");
});

test("PDFs are dropped; what is here already or is no PDF is told apart; the page of a document fills by itself", async () => {
  const paths = ["swatches.pdf", "again.pdf", "notes.txt", "broken.pdf"].map((name) => join(folder, name));
  await writeFile(paths[0] ?? "", makeSwatchPdf(someSwatches));
  await writeFile(paths[1] ?? "", await readFile(sampleCataloguePath));
  await writeFile(paths[2] ?? "", "no PDF");
  await writeFile(paths[3] ?? "", "%PDF-1.7 and then nothing");
  await page.goto(app.url);
  await drop(paths);
  await page.waitForSelector(".upload:has-text('notes.txt'):has-text('not a PDF')");
  await page.waitForSelector(".upload:has-text('again.pdf'):has-text('was here already')");
  await page.waitForSelector(".document:has-text('broken.pdf'):has-text('Failed')", { timeout: patienceMs });
  await page.waitForSelector(".document:has-text('swatches.pdf'):has-text('Ready')", { timeout: patienceMs });
  await page.click(".document a:has-text('swatches.pdf')");
  expect(await page.locator(".picture").count()).toBe(someSwatches.length);
  await page.click(".picture-link >> nth=0");
  await page.waitForSelector(".labels");
  expect(ownComplaints()).toEqual([]);
});

test("every page works without scripts, on a phone, for a keyboard and a screen reader", async () => {
  const plain = await browser.newContext({ javaScriptEnabled: false, viewport: { width: 390, height: 844 } });
  plain.setDefaultTimeout(busyPageMs);
  const still = await plain.newPage();
  await still.goto(app.url);
  await still.setInputFiles("#files", {
    name: "by hand.pdf",
    mimeType: "application/pdf",
    buffer: Buffer.from(makeSwatchPdf(someSwatches.slice(0, 1))),
  });
  await still.click("button:has-text('Upload')");
  await still.waitForSelector(".notice:has-text('Stored.')");
  await still.fill("#query", "blue");
  await still.press("#query", "Enter");
  await still.waitForSelector("h1:has-text('Pictures for “blue”')");
  await plain.close();

  await page.setViewportSize({ width: 390, height: 844 });
  const [document] = await readDocuments();
  const oak = await findMaterial("Dark oak");
  const paths = [
    "/",
    "/pictures",
    "/pictures?text=blue",
    `/pictures?like=${oak.id}&w_color=100&color=brown`,
    `/pictures/${oak.id}`,
    `/documents/${document?.id}`,
    "/calls",
  ];
  for (const path of paths) {
    await page.goto(`${app.url}${path}`);
    expect([path, await findBarriers(page)]).toEqual([path, []]);
  }
});
