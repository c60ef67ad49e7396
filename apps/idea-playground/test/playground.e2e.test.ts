/**
 * The playground as a person meets it: two built Spaces with the committed pocket model and the built app as processes,
 * Chromium in front. Four tiers are set up in the settings; a tier's Space is stopped, and the app is killed, in the middle.
 *
 * SCREENSHOT=1 makes docs/idea-playground.png anew.
 */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type BuiltProcess, defineBuiltProcess } from "@repo/testing/built-process";
import { collectComplaints, findBarriers, openBrowser } from "@repo/testing/open-browser";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";

/** A card takes seconds on a quiet machine and minutes on a busy one. */
const patienceMs = 240_000;
vi.setConfig({ testTimeout: 4 * patienceMs });
const screenshotPath = fileURLToPath(new URL("../../../docs/idea-playground.png", import.meta.url));
let folder: string;
let baseSpace: BuiltProcess;
let companySpace: BuiltProcess;
let app: BuiltProcess;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let complaints: string[];
let canvasUrl: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "idea-playground-"));
  browser = await openBrowser();
  baseSpace = await defineBuiltProcess("spaces/llm-generate");
  companySpace = await defineBuiltProcess("spaces/llm-generate");
  app = await defineBuiltProcess("apps/idea-playground", {
    DATA_DIRECTORY: folder,
    LOCAL_FALLBACK: "false",
    // A Space that is gone is not waited for as long as one that sleeps.
    SPACE_WAKE_BUDGET_MS: "15000",
  });
  await Promise.all([baseSpace.start(), companySpace.start(), app.start()]);
  context = await browser.newContext({ viewport: { width: 1280, height: 900 }, acceptDownloads: true });
  context.setDefaultTimeout(patienceMs);
}, 2 * patienceMs);
beforeEach(async () => {
  page = await context.newPage();
  complaints = collectComplaints(page);
});
afterEach(async () => {
  await page.close();
  // The browser itself complains about the requests that met a dead server, as it should.
  const own = complaints.filter((complaint) => !complaint.includes("Failed to load resource"));
  if (own.length > 0) throw new Error(`The browser complained: ${own.join("; ")}`);
});
afterAll(async () => {
  await browser?.close();
  await Promise.all([app, baseSpace, companySpace].map(async (process) => await process?.stop("SIGKILL")));
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
});

const readTitles = async (): Promise<string[]> => await page.locator("#cards .idea[data-idea] h3").allTextContents();

/** Fills in the form of the canvas that is open. */
async function fillForm(fields: { topic?: string; count: 1 | 2 | 3 | 5; tier?: string; order?: string }): Promise<void> {
  if (fields.topic !== undefined) await page.fill("[name=topic]", fields.topic);
  if (fields.tier !== undefined) await page.selectOption("[name=tier]", fields.tier);
  if (fields.order !== undefined) await page.selectOption("[name=order]", fields.order);
  await page.check(`[name=count][value="${fields.count}"]`, { force: true });
}

async function awaitEnd(text = "written"): Promise<string> {
  await page.waitForSelector("#run [data-part=cancel]", { state: "hidden" });
  await page.waitForSelector(`#run [data-part=text]:has-text('${text}')`);
  return (await page.textContent("#run")) ?? "";
}

/** Runs in the page, before cards are written: looking at it from here would miss states that last for milliseconds. */
function watchCards(): void {
  const seen: number[][] = [];
  Object.assign(globalThis, { seen });
  new MutationObserver(() => {
    const cards = [...document.querySelectorAll("#cards [data-growing]")];
    seen.push(cards.map((card) => card.querySelectorAll("[data-field]:not(:empty)").length));
  }).observe(document.body, { subtree: true, childList: true, characterData: true });
}

/** Runs in the page, before cards are written: what growing cards say of themselves. */
function watchWords(): void {
  const said = new Set<string>();
  Object.assign(globalThis, { said });
  new MutationObserver(() => {
    for (const state of document.querySelectorAll("[data-growing] [data-part=state]")) said.add(state.textContent ?? "");
  }).observe(document.body, { subtree: true, childList: true, characterData: true });
}

/** Runs in the page: cancels while the first card is written, however fast that is. */
function cancelAtFirstTitle(): void {
  const observer = new MutationObserver(() => {
    if (document.querySelector("[data-growing] h3:not(:empty)") === null) return;
    observer.disconnect();
    document.querySelector<HTMLButtonElement>("#run [data-part=cancel]")?.click();
  });
  observer.observe(document.body, { subtree: true, childList: true, characterData: true });
}

test("an empty playground shows the way; a canvas is made, and without any Space the page says what is wrong", async () => {
  await page.goto(app.url);
  expect(await page.textContent(".first-steps")).toContain("Create a canvas.");
  await page.fill("#canvas-name", "Kitchen ideas");
  await page.press("#canvas-name", "Enter");
  await page.waitForSelector("h1:has-text('Kitchen ideas')");
  canvasUrl = page.url().replace(/\?.*/, "");
  await fillForm({ topic: "less waste in small kitchens", count: 1 });
  await page.click("button:has-text('Write ideas')");
  await page.waitForSelector(".idea[data-failed] [role=alert]");
  expect(await readTitles()).toEqual([]);
});

test("the four tiers are set up and their connections tested", async () => {
  const [base, company] = [baseSpace.url, companySpace.url];
  for (const [tier, url] of Object.entries({ base, company, abstraction: base, user: base })) {
    await page.goto(`${app.url}/settings`);
    await page.fill(`#tier-${tier} [name=space_url]`, url);
    await page.click(`#tier-${tier} button:has-text('Save')`);
    await page.waitForSelector(".notice:has-text('saved.')");
    await page.click(`#tier-${tier} button:has-text('Test connection')`);
    await page.waitForSelector(".check-verdict");
    expect([tier, await page.getAttribute(".check-verdict", "data-tone")]).toEqual([tier, "good"]);
    const steps = await page.locator(".check-steps li").evaluateAll((items) => items.map((item) => item.getAttribute("data-step")));
    expect(steps).toEqual(["address", "awake", "authorised", "path", "body", "answer", "latency"]);
    expect(await page.inputValue(`#tier-${tier} [name=space_url]`)).toBe(url);
  }
});

test("cards are written side by side, field by field, each kept as it is finished", async () => {
  await page.goto(canvasUrl);
  await fillForm({ topic: "less waste in small kitchens", count: 3, tier: "company" });
  await page.fill("[name=industry]", "Restaurants");
  await page.check("[name=use_company]");
  await page.fill("[name=company_name]", "Acme Tools");
  await page.fill("[name=company_industry]", "Kitchen hardware");
  await page.evaluate(watchCards);
  await page.click("button:has-text('Write ideas')");
  if (process.env["SCREENSHOT"] !== undefined) {
    await page.waitForSelector("[data-growing] [data-field=unique_value]:not(:empty)");
    await page.screenshot({ path: screenshotPath });
  }
  expect(await awaitEnd("3 cards written")).not.toContain("in place of");
  // Fields that had words, of every card under way, each time that the page changed.
  const seen = await page.evaluate(() => (globalThis as unknown as { seen: number[][] }).seen);
  expect(seen.some((cards) => cards.length === 3 && cards.every((filled) => filled >= 2 && filled < 19))).toBe(true);
  const steps = new Set(seen.flat());
  expect(steps.size).toBeGreaterThan(7);
  const titles = await readTitles();
  expect(new Set(titles).size).toBe(3);
  await page.reload();
  expect((await readTitles()).toSorted()).toEqual(titles.toSorted());
  expect(await page.textContent(".idea footer >> nth=0")).toContain("Written by the company tier");
  expect(await page.locator(".idea >> nth=0").locator(".swot-part li").count()).toBeGreaterThanOrEqual(4);
  expect(await page.inputValue("[name=company_name]")).toBe("Acme Tools");
});

test("cards are saved, edited, deleted and brought back without leaving the page", async () => {
  await page.goto(canvasUrl);
  const [first = ""] = await readTitles();
  await page.click(".save-button >> nth=0");
  await page.waitForSelector(".idea[data-saved]");
  expect(await page.textContent("[data-count=saved]")).toBe("1");
  await page.click("a:has-text('★ Saved')");
  expect(await readTitles()).toEqual([first]);

  await page.click("a:has-text('Edit')");
  await page.fill("[name=title]", "The <b>peel</b> ledger");
  await page.fill("[name=strengths]", "Light\nCheap");
  await page.click("button:has-text('Keep')");
  await page.waitForSelector(".notice:has-text('Your changes are kept.')");
  expect((await readTitles())[0]).toBe("The <b>peel</b> ledger");

  await page.click(".delete-form button >> nth=0");
  await page.waitForSelector(".deleted-card");
  expect(await page.textContent("[data-count=all]")).toBe("2");
  await page.keyboard.press("Enter");
  await page.waitForSelector(".deleted-card", { state: "detached" });
  await page.reload();
  expect((await readTitles())[0]).toBe("The <b>peel</b> ledger");
});

test("ideas are compared and merged into one that names its sources", async () => {
  await page.goto(canvasUrl);
  const [one = "", two = ""] = await readTitles();
  await page.check(".idea-pick input >> nth=0");
  expect(await page.isDisabled("[data-part=merge]")).toBe(true);
  await page.check(".idea-pick input >> nth=1");
  await page.click("button:has-text('Compare')");
  await page.waitForSelector("h1:has-text('Compare 2 ideas')");
  expect(await page.locator("thead th").allTextContents()).toEqual([one, two]);
  await page.goto(canvasUrl);
  await page.check(".idea-pick input >> nth=0");
  await page.check(".idea-pick input >> nth=1");
  await page.click("button:has-text('Merge')");
  await page.waitForSelector("[data-growing] h3:not(:empty)");
  await awaitEnd("1 card written");
  const [merged] = await readTitles();
  expect(merged).toMatch(/\(Merged Concept\)$/);
  expect(await page.textContent(".idea-sources")).toBe(`Made of ${one} and ${two}`);
});

test("variations stand side by side, and the one that is chosen becomes an idea", async () => {
  await page.goto(canvasUrl);
  await page.click("a:has-text('Variations') >> nth=1");
  await page.check("[name=count][value='2']", { force: true });
  await page.click("button:has-text('Write variations')");
  await awaitEnd();
  const titles = await page.locator("#cards .idea:not(.original) h3").allTextContents();
  expect(new Set(titles).size).toBe(2);
  await page.click("button:has-text('Keep this one') >> nth=0");
  await page.waitForSelector(".notice:has-text('The variation is an idea of the canvas now.')");
  expect((await readTitles())[0]).toBe(titles[0]);
});

test("a canvas is taken away as Markdown and as JSON", async () => {
  await page.goto(canvasUrl);
  const save = async (name: string): Promise<string> => {
    const download = page.waitForEvent("download");
    await page.click(`a:has-text('Export ${name}')`);
    return await readFile(await (await download).path(), "utf8");
  };
  const titles = await readTitles();
  const markdown = await save("Markdown");
  expect(markdown).toContain("# Kitchen ideas\n");
  expect(markdown).toContain("## The \\<b\\>peel\\</b\\> ledger ★\n");
  const { ideas } = JSON.parse(await save("JSON")) as { ideas: { title: string; sources: unknown[] }[] };
  expect(ideas.map(({ title }) => title)).toEqual(titles);
  expect(ideas.some(({ sources }) => sources.length === 2)).toBe(true);
});

test("cancelling stops the model and keeps nothing unfinished", async () => {
  await page.goto(canvasUrl);
  const before = await readTitles();
  await fillForm({ topic: "a quiet kitchen", count: 5 });
  await page.evaluate(cancelAtFirstTitle);
  await page.click("button:has-text('Write ideas')");
  await awaitEnd("Cancelled.");
  expect(await page.locator("[data-growing]").count()).toBe(0);
  await page.reload();
  expect(await readTitles()).toEqual(before);
});

test("a tier whose Space is stopped is named with its cause, and base answers; without any Space nothing is made up", async () => {
  await companySpace.stop("SIGKILL");
  await page.goto(canvasUrl);
  await fillForm({ topic: "shorter queues at lunch", count: 1, tier: "company" });
  await page.evaluate(watchWords);
  await page.click("button:has-text('Write ideas')");
  const told = await awaitEnd("1 card written");
  const said = await page.evaluate(() => [...(globalThis as unknown as { said: Set<string> }).said]);
  expect(said).toContainEqual(expect.stringMatching(/^(?:The )?company tier: .* Another model is asked …$/i));
  expect(told).toContain("Written by the base tier");
  expect(told).toContain("in place of the company tier");
  expect(told).toMatch(/company tier: .*cannot be reached/i);
  await page.reload();
  await page.click(".stand-in summary >> nth=0");
  expect(await page.textContent(".stand-in p >> nth=0")).toMatch(/cannot be reached/i);

  await baseSpace.stop("SIGKILL");
  const before = await readTitles();
  await fillForm({ topic: "shorter queues at lunch", count: 1, tier: "company" });
  await page.click("button:has-text('Write ideas')");
  await page.waitForSelector(".idea[data-failed] [role=alert]");
  expect(await page.textContent(".idea[data-failed]")).toMatch(/company tier[^]*base tier/i);
  await page.reload();
  expect(await readTitles()).toEqual(before);

  await Promise.all([baseSpace.start(), companySpace.start()]);
  // A Space that could not be reached is left alone for some seconds before it is asked again.
  const writeOne = async (tier: string): Promise<string> => {
    await page.goto(canvasUrl);
    await fillForm({ topic: "shorter queues at lunch", count: 1, tier });
    await page.click("button:has-text('Write ideas')");
    return await awaitEnd();
  };
  for (const tier of ["company", "base"])
    await expect
      .poll(async () => await writeOne(tier), { timeout: patienceMs, interval: 2_000 })
      .toMatch(/^1 card written(?![^]*in place of)/);
});

test("the app is killed while cards are written: those that were finished are there when it is back", async () => {
  await page.goto(canvasUrl);
  const before = await readTitles();
  await fillForm({ topic: "bread from yesterday", count: 5, order: "sequence", tier: "base" });
  await page.click("button:has-text('Write ideas')");
  await expect.poll(async () => (await readTitles()).length, { timeout: patienceMs }).toBeGreaterThan(before.length);
  await app.stop("SIGKILL");
  expect(await awaitEnd("could not be written")).toMatch(/\d cards? (?:is|are) kept\./);
  const kept = await readTitles();
  await app.start();
  await page.reload();
  const after = await readTitles();
  expect(kept.length).toBeGreaterThan(before.length);
  expect(kept.every((title) => after.includes(title))).toBe(true);
});

test("every page can be used by keyboard, read aloud and carried in a pocket", async () => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(canvasUrl);
  const ids = await page.locator("[data-idea]").evaluateAll((cards) => cards.map((card) => card.getAttribute("data-idea")));
  for (const path of [
    app.url,
    canvasUrl,
    `${canvasUrl}?mode=market`,
    `${canvasUrl}?mode=refine`,
    `${canvasUrl}?show=saved`,
    `${canvasUrl}/new`,
    `${canvasUrl}/compare?idea=${ids[0]}&idea=${ids[1]}&idea=${ids[2]}`,
    `${app.url}/ideas/${ids[0]}/edit`,
    `${app.url}/ideas/${ids[1]}/variations`,
  ]) {
    await page.goto(path);
    expect([path, await findBarriers(page)]).toEqual([path, []]);
  }
  await page.goto(canvasUrl);
  await page.keyboard.press("Tab");
  expect(await page.evaluate(() => document.activeElement?.textContent?.trim())).toBe("Skip to content");
  await page.locator(".idea-pick input").first().focus();
  await page.keyboard.press("Space");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await expect.poll(async () => await page.locator(".idea >> nth=0").getAttribute("data-saved")).toBe("");
});

test("without scripts everything but the watching works", async () => {
  const plain = await browser.newContext({ javaScriptEnabled: false });
  const still = await plain.newPage();
  await still.goto(`${canvasUrl}?mode=refine`);
  await still.fill("[name=instruction]", "Make it cheaper to start");
  await still.click("button:has-text('Refine it')");
  await still.waitForSelector(".notice:has-text('The cards are written.')");
  expect(await still.textContent(".idea-sources >> nth=0")).toContain("Refined from");
  await still.click(".delete-form button >> nth=0");
  await still.waitForSelector(".notice:has-text('Deleted.')");
  await still.click("button:has-text('Undo')");
  await still.waitForSelector(".notice:has-text('It is back.')");
  await plain.close();
});
