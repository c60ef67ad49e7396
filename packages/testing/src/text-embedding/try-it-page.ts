/** The Space's front page as a person meets it, in a real browser, over a small service. */
import { existsSync } from "node:fs";
import type { TextEmbeddingService } from "@repo/contracts/embed-text";
import type { HostedService } from "@repo/contracts/hosted-service";
import { createLifecycle } from "@repo/server-kit/lifecycle";
import { listen, type Listener } from "@repo/server-kit/listen";
import { loadConfig } from "@repo/server-kit/load-config";
import { createHashingEmbedder } from "@repo/server-kit/text-embedding/hashing-embedder";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { z } from "zod";
import type { StartableSpace } from "../running-space.ts";

const browserPath = ["/usr/bin/chromium", "/usr/bin/google-chrome", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"].find(
  existsSync,
);

/** A Space's page, over a service that needs no model. */
export interface TryItSpace<Schema extends z.ZodObject> extends Pick<
  StartableSpace<Schema, TextEmbeddingService & HostedService>,
  "configSchema" | "createApp"
> {
  dimensions: number;
}

async function startPage<Schema extends z.ZodObject>(space: TryItSpace<Schema>, environment: Record<string, string>): Promise<Listener> {
  const load = () => Promise.resolve(createHashingEmbedder({ model: "outpost/example", dimensions: space.dimensions }));
  const lifecycle = createLifecycle({ load });
  await lifecycle.settled();
  const server = space.createApp({ config: loadConfig(space.configSchema, environment), lifecycle });
  return listen(server, { port: 0, hostname: "127.0.0.1" });
}

/** The page for people: by keyboard, on a phone, with a key, without a Space, without complaints of the browser. */
export function testTryItPage<Schema extends z.ZodObject>(space: TryItSpace<Schema>): void {
  let browser: Browser;
  let open: Listener;
  let locked: Listener;
  let page: Page;
  let complaints: string[];

  beforeAll(async () => {
    if (browserPath === undefined) throw new Error("The browser tests need Chromium: apt-get install chromium.");
    browser = await chromium.launch({ executablePath: browserPath, args: ["--no-sandbox"] });
    open = await startPage(space, {});
    locked = await startPage(space, { SPACE_API_KEYS: "open-sesame" });
  });

  afterAll(async () => {
    await browser.close();
    await open.close({ force: true });
    await locked.close({ force: true });
  });

  beforeEach(async () => {
    page = await browser.newPage({ viewport: { width: 390, height: 800 }, colorScheme: "dark" });
    complaints = [];
    // A violated content security policy and an uncaught error both end up here.
    page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(String(error)));
  });

  afterEach(() => page.close());

  test("two sentences are compared by keyboard alone, and the same sentence twice is 1", async () => {
    await page.goto(open.url);
    await page.getByLabel("First").fill("the same words");
    await page.keyboard.press("Tab");
    await page.keyboard.press("ControlOrMeta+a");
    await page.keyboard.type("the same words");
    await page.keyboard.press("Control+Enter");
    await page.getByText("1.000").waitFor();
    expect(await page.locator("#pair-form .answer").textContent()).toMatch(/2 texts, 10 tokens .* ms round trip .* outpost\/example/);
    expect(await page.getByRole("status").textContent()).toBe("ready");
    expect(complaints).toEqual([]);
  });

  test("a list becomes a picture that fits a phone, with its values as a table for who cannot see it", async () => {
    await page.goto(open.url);
    await page.getByLabel("One text per line").fill("first line\n\n  second line  \n<img src=x onerror=alert(1)>");
    await page.getByRole("button", { name: "Show the matrix" }).click();
    await page.getByRole("img", { name: "Heat map" }).waitFor();
    expect(await page.locator("svg rect").count()).toBe(9);
    await page.locator("svg rect").nth(1).hover();
    expect(await page.locator(".caption").textContent()).toMatch(/“first line” and “second line”/);
    await page.getByText("The values as a table").click();
    expect(await page.getByRole("row").nth(1).getByRole("cell").first().textContent()).toBe("1.000");
    expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBe(0);
    expect(await page.locator("img").count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  test("a Space with keys says what is missing, and takes the key", async () => {
    await page.goto(locked.url);
    await page.getByRole("button", { name: "Compare" }).click();
    await page.getByText("This service needs a key").waitFor();
    await page.getByLabel("Key of this Space").fill("open-sesame");
    await page.getByRole("button", { name: "Compare" }).click();
    await page.locator(".score").waitFor();
    expect(await page.locator("#curl").textContent()).toContain(`curl ${locked.url}/embed`);
    expect(await page.locator("#curl").textContent()).toContain("X-API-Key: YOUR_KEY");
  });

  test("a Space that went away is told as that, and the button works again", async () => {
    const passing = await startPage(space, {});
    await page.goto(passing.url);
    await passing.close({ force: true });
    await page.getByRole("button", { name: "Compare" }).click();
    await page.getByText("The Space cannot be reached.").waitFor();
    expect(await page.getByRole("button", { name: "Compare" }).isEnabled()).toBe(true);
  });

  test("the page of all routes opens and shows the fields of a body", async () => {
    await page.goto(`${open.url}/docs`);
    await page.getByText("Turn texts into vectors").click();
    await page.getByText("Scale every vector to length 1.").first().waitFor();
    expect(complaints).toEqual([]);
  });
}
