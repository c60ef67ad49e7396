/**
 * The console as a person meets it: built Space and server as processes, Chromium in front. One server asks for keys, the
 * other is in local mode.
 */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BuiltProcess, defineBuiltProcess } from "@repo/testing/built-process";
import { collectComplaints, findBarriers, openBrowser } from "@repo/testing/open-browser";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";

const adminKey = "an-administrators-key";
let folder: string;
let space: BuiltProcess;
let local: BuiltProcess;
let locked: BuiltProcess;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let complaints: string[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "memory-console-"));
  browser = await openBrowser();
  space = await defineBuiltProcess("spaces/bge-embed");
  const variables = { HF_SPACE_EMBEDDER_ENDPOINT: space.url, LOCAL_FALLBACK: "false" };
  local = await defineBuiltProcess("apps/memory-server", { ...variables, DATA_DIRECTORY: join(folder, "local") });
  locked = await defineBuiltProcess("apps/memory-server", {
    ...variables,
    DATA_DIRECTORY: join(folder, "locked"),
    ADMIN_API_KEY: adminKey,
  });
  await space.start();
  await Promise.all([local.start(), locked.start()]);
});
beforeEach(async () => {
  context = await browser.newContext({ viewport: { width: 1200, height: 800 } });
  page = await context.newPage();
  complaints = collectComplaints(page);
});
afterEach(async () => {
  await context.close();
  if (complaints.length > 0) throw new Error(`The browser complained: ${complaints.join("; ")}`);
});
afterAll(async () => {
  await browser?.close();
  await Promise.all([local, locked, space].map(async (process) => await process?.stop("SIGKILL")));
  await rm(folder, { recursive: true, force: true });
});

async function call(
  server: BuiltProcess,
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Record<string, unknown>> {
  const response = await fetch(`${server.url}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
  expect(response.ok).toBe(true);
  return (await response.json()) as Record<string, unknown>;
}

async function remember(
  server: BuiltProcess,
  userId: string,
  texts: readonly string[],
  headers: Record<string, string> = {},
): Promise<void> {
  await call(server, "/memories", { user_id: userId, messages: texts.map((content) => ({ role: "user", content })) }, headers);
}

test("an empty server shows the way, the first memory is added by hand, changed, deleted and brought back", async () => {
  await page.goto(local.url);
  expect(await page.textContent("pre")).toContain(`curl ${local.url}/memories`);
  expect(await page.textContent("footer")).toContain("Local mode");
  await page.fill("input[name=user_id]", "ada");
  await page.fill("details.add textarea[name=text]", "Is vegetarian and allergic to nuts");
  await page.click("button:has-text('Remember')");
  await page.waitForSelector(".notice:has-text('Remembered.')");
  expect(await page.textContent(".memory .text")).toBe("Is vegetarian and allergic to nuts");

  await page.click(".memory summary:has-text('Edit')");
  await page.fill(".memory textarea", "Is vegan and allergic to nuts");
  await page.click(".memory button:has-text('Save')");
  await page.waitForSelector(".notice:has-text('Saved.')");
  await page.click(".memory a:has-text('History')");
  expect(await page.textContent(".history del")).toBe("Is vegetarian and allergic to nuts");
  expect(await page.textContent(".history ins")).toBe("Is vegan and allergic to nuts");

  await page.goto(`${local.url}/console/memories?user_id=ada`);
  await page.click(".memory summary:has-text('Delete')");
  await page.click("button:has-text('Delete it')");
  await page.waitForSelector(".notice:has-text('Deleted.')");
  expect(await page.locator(".memory").count()).toBe(0);
  await page.click("button:has-text('Undo')");
  await page.waitForSelector(".notice:has-text('It is back.')");
  expect(await page.textContent(".memory .text")).toBe("Is vegan and allergic to nuts");
});

test("results come while somebody types, by meaning, with scores, and the map marks them", async () => {
  await remember(local, "bea", ["The cat sleeps on the sofa", "Flies to Lisbon in March", "Plays the cello", "Bakes bread on Sundays"]);
  await page.goto(`${local.url}/console/memories?user_id=bea`);
  await page.locator("#query").pressSequentially("where does the cat sleep");
  await page.waitForSelector(".result-line:has-text('where does the cat sleep')");
  expect(await page.textContent(".memory .text >> nth=0")).toBe("The cat sleeps on the sofa");
  expect(Number(await page.textContent(".score span >> nth=0"))).toBeGreaterThan(0.3);
  await page.fill("#query", "");
  await page.waitForSelector(".result-line", { state: "detached" });
  expect(await page.locator(".memory").count()).toBe(4);

  await page.fill("#query", "music");
  await page.click("text=Show on the map");
  await page.waitForSelector("figure.scatter .highlight");
  await page.keyboard.press("Escape");
  await page.locator("figure.scatter a[tabindex='0']").focus();
  const first = await page.textContent("figcaption");
  for (const key of ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"]) await page.keyboard.press(key);
  await expect.poll(async () => await page.textContent("figcaption")).toMatch(/cat|Lisbon|cello|bread/);
  expect(first).toMatch(/cat|Lisbon|cello|bread/);
});

test("a file is imported with a bar that moves, its bad lines are listed, and an export gives everything back", async () => {
  const lines = Array.from({ length: 1_500 }, (_, index) =>
    JSON.stringify({ memory: `Fact number ${index} about trains`, metadata: { index } }),
  );
  await page.goto(`${local.url}/console/transfer?user_id=cleo`);
  const buffer = Buffer.from([...lines, "{not json"].join("\n"));
  await page.setInputFiles("input[type=file]", { name: "facts.jsonl", mimeType: "application/x-ndjson", buffer });
  await page.click("button:has-text('Import')");
  await page.waitForSelector("progress[max]");
  const shares: number[] = [];
  while ((await page.locator("[data-finished]").count()) === 0) {
    shares.push(await page.evaluate(() => document.querySelector<HTMLProgressElement>(".import progress")?.value ?? 1));
    await page.waitForTimeout(100);
  }
  expect(shares.some((share) => share > 0 && share < 1)).toBe(true);
  expect(await page.textContent(".import .facts")).toContain("1,500 remembered");
  expect(await page.textContent(".problems")).toContain("Line 1,501");

  await page.goto(`${local.url}/console/transfer?user_id=cleo`);
  const download = page.waitForEvent("download");
  await page.click("a:has-text('JSON Lines')");
  const exported = await readFile(await (await download).path(), "utf8");
  expect(exported.trim().split("\n")).toHaveLength(1_500);
});

test("pages can be used by keyboard, read aloud and carried in a pocket", async () => {
  await remember(local, "dora", ["Likes tea", "Likes coffee", "Likes cake"]);
  await page.setViewportSize({ width: 390, height: 844 });
  for (const path of [
    "/",
    "/console/memories?user_id=dora",
    "/console/memories?user_id=dora&query=tea",
    "/console/map?user_id=dora",
    "/console/transfer",
    "/console/keys",
  ]) {
    await page.goto(`${local.url}${path}`);
    expect([path, await findBarriers(page)]).toEqual([path, []]);
  }
  await page.goto(`${local.url}/console/memories?user_id=dora`);
  await page.keyboard.press("Tab");
  expect(await page.evaluate(() => document.activeElement?.textContent?.trim())).toBe("Skip to content");
  await page.locator(".memory summary").first().focus();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  expect(await page.evaluate(() => document.activeElement?.getAttribute("name"))).toBe("text");
});

test("without scripts everything but the bars still works", async () => {
  const plain = await browser.newContext({ javaScriptEnabled: false });
  const still = await plain.newPage();
  await remember(local, "emma", ["Likes tea", "Plays chess"]);
  await still.goto(`${local.url}/console/memories?user_id=emma`);
  await still.fill("#query", "board games");
  await still.press("#query", "Enter");
  await still.waitForSelector(".result-line");
  await still.click("text=Show all");
  await still.click("summary:has-text('Add a memory')");
  await still.fill("details.add textarea[name=text]", "Sings in a choir");
  await still.click("button:has-text('Remember')");
  await still.waitForSelector(".notice:has-text('Remembered.')");
  expect(await still.locator(".memory").count()).toBe(3);
  await plain.close();
});

test("with keys: the administrator makes one, its user signs in, sees only what is the user's, and signs out", async () => {
  const headers = { "x-api-key": adminKey };
  await remember(locked, "ada", ["Ada likes tea"], headers);
  await remember(locked, "bob", ["Bob has a secret"], headers);
  await page.goto(locked.url);
  expect(new URL(page.url()).pathname).toBe("/console/sign-in");
  expect(await findBarriers(page)).toEqual([]);
  await page.fill("input[name=key]", adminKey);
  await page.press("input[name=key]", "Enter");
  await page.waitForSelector("a:has-text('bob')");
  await page.click("nav a:has-text('Keys')");
  await page.fill("input[name=label]", "Ada's notebook");
  await page.fill("input[name=user_id]", "ada");
  await page.click("text=Make a key");
  const key = await page.inputValue(".new-key");
  await page.reload();
  await page.click("text=Sign out");
  await page.waitForSelector(".notice:has-text('You are signed out.')");

  await page.fill("input[name=key]", key);
  await page.press("input[name=key]", "Enter");
  await page.waitForSelector(".memory:has-text('Ada likes tea')");
  expect(await page.textContent("body")).not.toContain("Bob");
  const cookies = await context.cookies();
  expect(cookies).toMatchObject([{ httpOnly: true, sameSite: "Strict" }]);
  expect(cookies[0]?.value).not.toContain(key);
  const answer = await page.goto(`${locked.url}/console/memories?user_id=bob`);
  expect(answer?.status()).toBe(403);
  // The browser itself complains about the 403, as it should.
  expect(complaints.splice(0)).toHaveLength(1);

  await locked.stop("SIGTERM");
  await locked.start();
  await page.goto(`${locked.url}/console/memories`);
  await page.waitForSelector(".memory:has-text('Ada likes tea')");
});

test("while the Space is away the page says so, and heals when it is back", async () => {
  await remember(local, "fred", ["Likes tea"]);
  await page.goto(`${local.url}/console/memories?user_id=fred`);
  await space.stop("SIGKILL");
  await page.fill("#query", "something never asked before");
  await page.press("#query", "Enter");
  await page.waitForSelector("#results [role=alert]:has-text('could not be made')", { timeout: 60_000 });
  await page.waitForSelector("#status:visible", { timeout: 60_000 });
  await page.click("text=Memories >> nth=0");
  await space.start();
  await page.goto(`${local.url}/console/memories?user_id=fred`);
  await expect
    .poll(
      async () => {
        await page.goto(`${local.url}/console/memories?user_id=fred&query=hot+drinks`);
        return await page.locator(".memory").count();
      },
      { timeout: 90_000, interval: 1_000 },
    )
    .toBe(1);
});
