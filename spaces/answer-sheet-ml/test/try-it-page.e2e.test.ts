import { collectComplaints, findBarriers, openBrowser } from "@repo/testing/open-browser";
import { startSpaceUnderTest, type SpaceUnderTest } from "@repo/testing/space-under-test";
import { listen, type Listener } from "@repo/server-kit/listen";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createApp } from "../src/app.ts";
import { configSchema } from "../src/config.ts";
import { createService } from "../src/service.ts";
import { toJpeg, toPdf } from "./sheet-files.ts";
import { writeTinyModels } from "./tiny-models.ts";

type Browser = Awaited<ReturnType<typeof openBrowser>>;
type Page = Awaited<ReturnType<Browser["newPage"]>>;

let browser: Browser;
let space: SpaceUnderTest;
let listener: Listener;

beforeAll(async () => {
  const models = await writeTinyModels();
  browser = await openBrowser();
  const parts = { configSchema, createApp, createService: () => createService({ MODEL_DIRECTORY: models, WORKERS: 1 }) };
  space = await startSpaceUnderTest({ ...parts, example: { path: "/extract", body: {} } }, "app.request");
  listener = await listen(space.server, { port: 0, hostname: "127.0.0.1" });
}, 60_000);
afterAll(async () => {
  await listener.close({ force: true });
  await space.lifecycle.close();
  await browser.close();
});

async function open(width = 1100): Promise<{ page: Page; complaints: string[] }> {
  const page = await browser.newPage({ viewport: { width, height: 800 } });
  const complaints = collectComplaints(page);
  await page.goto(listener.url);
  return { page, complaints };
}

const text = { register: "212223240017", subject: "19AI405" };

test.for([360, 1100])("at %i pixels a person chooses a scan and sees both readings, where they stand, and no barrier", async (width) => {
  const { page, complaints } = await open(width);
  const { bytes, name } = await toJpeg(text);
  await page.getByText("ready", { exact: true }).waitFor();
  await page.getByLabel("Choose a scan").setInputFiles({ name, mimeType: "image/jpeg", buffer: Buffer.from(bytes) });
  await page.getByText(text.register, { exact: true }).waitFor();
  expect(await page.getByText(text.subject, { exact: true }).isVisible()).toBe(true);
  expect(await page.getByRole("img", { name: "Register number as it is written" }).isVisible()).toBe(true);
  await page.locator("canvas").waitFor({ state: "visible" });
  // The frame of the register number, in its colour, above the middle of the field.
  const pixel = await page.evaluate(`(() => { const c = document.getElementById("page");
    return [...c.getContext("2d").getImageData(Math.round(c.width * 0.4), Math.round(c.height * 400 / 2048) - 4, 1, 1).data]; })()`);
  expect(pixel).toEqual([0x0b, 0x6b, 0xcb, 255]);
  expect(await findBarriers(page)).toEqual([]);
  expect(complaints).toEqual([]);
  await page.close();
});

test("a PDF shows its pieces where they were found, a list is used, and a broken file says what is wrong", async () => {
  const { page, complaints } = await open();
  await page.getByText("Lists and forms").click();
  await page.getByLabel("Subject codes that may occur").fill("19AI405, CS8501");
  const { bytes, name } = await toPdf([text]);
  await page.getByLabel("Choose a scan").setInputFiles({ name, mimeType: "application/pdf", buffer: Buffer.from(bytes) });
  await page.getByText("from the list").waitFor();
  await page.locator("canvas").waitFor({ state: "visible" });
  expect(complaints).toEqual([]);
  await page.getByLabel("Choose a scan").setInputFiles({ name: "x.pdf", mimeType: "application/pdf", buffer: Buffer.from("no file") });
  await page.locator(".error").waitFor();
  expect(await page.locator(".error").textContent()).toContain("no PDF");
  await page.close();
});
