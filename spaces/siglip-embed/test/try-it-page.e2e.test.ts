import { listen, type Listener } from "@repo/server-kit/listen";
import { collectComplaints, findBarriers, openBrowser } from "@repo/testing/open-browser";
import { startSpaceUnderTest, type SpaceUnderTest } from "@repo/testing/space-under-test";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createApp } from "../src/app.ts";
import { configSchema } from "../src/config.ts";
import { createService } from "../src/service.ts";
import { toPicture } from "./pictures.ts";
import { writeTinyModel } from "./tiny-model.ts";

let browser: Awaited<ReturnType<typeof openBrowser>>;
let space: SpaceUnderTest;
let listener: Listener;

beforeAll(async () => {
  const directory = await writeTinyModel();
  browser = await openBrowser();
  const createTinyService = () => createService({ MODEL_DIRECTORY: directory, DATA_DIRECTORY: directory, WORKERS: 1 });
  const example = { path: "/embed/text", body: { texts: ["red"] } };
  space = await startSpaceUnderTest({ configSchema, createApp, createService: createTinyService, example }, "app.request");
  listener = await listen(space.server, { port: 0, hostname: "127.0.0.1" });
}, 60_000);
afterAll(async () => {
  await listener.close({ force: true });
  await space.lifecycle.close();
  await browser.close();
});

test.for([360, 1100])("at %i pixels a person chooses an image and sees how labels and aspects fit, and no barrier", async (width) => {
  const page = await browser.newPage({ viewport: { width, height: 800 } });
  const complaints = collectComplaints(page);
  await page.goto(listener.url);
  await page.getByText("ready", { exact: true }).waitFor();
  await page.getByLabel("Labels, one per line").fill("a red wall\nsomething else");
  const { bytes, name = "" } = await toPicture("#c00000");
  await page.getByLabel("Choose an image").setInputFiles({ name, mimeType: "image/png", buffer: Buffer.from(bytes) });
  await page.getByText("a red wall", { exact: true }).waitFor();
  for (const title of ["Your labels", "Colour", "Texture", "Material", "Style"])
    expect(await page.getByRole("heading", { name: title, exact: true }).isVisible()).toBe(true);
  expect(await page.getByRole("img", { name: "The image you chose" }).isVisible()).toBe(true);
  expect(await findBarriers(page)).toEqual([]);
  expect(complaints).toEqual([]);
  await page.close();
});

test("a file that is no image says so", async () => {
  const page = await browser.newPage();
  await page.goto(listener.url);
  await page.getByLabel("Choose an image").setInputFiles({ name: "a.png", mimeType: "image/png", buffer: Buffer.from("no image") });
  await page.locator(".error").waitFor();
  expect(await page.locator(".error").textContent()).toContain("no picture");
  await page.close();
});
