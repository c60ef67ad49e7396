/**
 * The whole line as a person meets it: built Space and app as processes, Chromium in front. The Space is killed and
 * started again under way.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { FilmHealth, RecommendationAnswer } from "@repo/contracts/film-recommendations";
import { openBrowser } from "@repo/testing/open-browser";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test, vi } from "vitest";

const toFolder = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

let data: string;
let browser: Browser;
let page: Page;
let spacePort: number;
let appUrl: string;
const children = new Map<string, ChildProcess>();

async function findFreePort(): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  const server = createServer().listen(0, "127.0.0.1", () => {
    const { port } = server.address() as AddressInfo;
    server.close(() => resolve(port));
  });
  return await promise;
}

function start(name: string, folder: string, environment: Record<string, string>): void {
  const env = { PATH: process.env["PATH"], HOST: "127.0.0.1", MODEL: "pocket", LOG_LEVEL: "warn", ...environment };
  children.set(name, spawn(process.execPath, ["dist/main.js"], { cwd: toFolder(folder), env, stdio: ["ignore", "inherit", "inherit"] }));
}

async function stop(name: string, signal: NodeJS.Signals): Promise<number | null> {
  const child = children.get(name);
  if (!child) return null;
  children.delete(name);
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const { promise, resolve } = Promise.withResolvers<number | null>();
  child.once("exit", resolve);
  child.kill(signal);
  return await promise;
}

const startSpace = (): void => start("space", "spaces/minilm-embed", { PORT: String(spacePort) });
const startApp = (port: string, environment: Record<string, string> = {}): void =>
  start("app", "apps/cinematch", {
    PORT: port,
    DATA_DIRECTORY: join(data, "cinematch"),
    HF_SPACE_ENDPOINT: `http://127.0.0.1:${spacePort}`,
    ...environment,
  });

async function isOk(url: string): Promise<boolean> {
  const response = await fetch(url, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined);
  await response?.body?.cancel();
  return response?.ok ?? false;
}

async function readHealth(): Promise<FilmHealth> {
  return (await (await fetch(`${appUrl}/api/health`)).json()) as FilmHealth;
}

const until = { timeout: 60_000, interval: 200 };

async function searchFor(query: string): Promise<string[]> {
  await page.goto(appUrl);
  await page.fill("#query", query);
  await page.press("#query", "Enter");
  await page.waitForSelector(`h2:has-text("Films for “${query}”")`, { timeout: 15_000 });
  return await page.locator(".film h3 a").allTextContents();
}

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), "cinematch-e2e-"));
  spacePort = await findFreePort();
  const appPort = String(await findFreePort());
  appUrl = `http://127.0.0.1:${appPort}`;
  startSpace();
  startApp(appPort);
  browser = await openBrowser();
  page = await browser.newPage();
  await vi.waitFor(async () => {
    if (!(await isOk(`${appUrl}/ready`)) || (await readHealth()).status !== "healthy") throw new Error("cinematch is not healthy yet");
  }, until);
});

afterAll(async () => {
  await browser?.close();
  for (const name of children.keys()) await stop(name, "SIGKILL");
  await rm(data, { recursive: true, force: true });
});

test("typing Batman gives Batman films first, with a match, by meaning and words", async () => {
  const titles = await searchFor("Batman");
  expect(titles.length).toBeGreaterThanOrEqual(8);
  expect(titles.slice(0, 5).every((title) => title.includes("Batman") || title.includes("Dark Knight"))).toBe(true);
  expect(await page.locator(".film .match").first().textContent()).toMatch(/\d+% match/);
  expect(await page.locator(".banner:visible").count()).toBe(0);
});

test("a description without any word of the title finds the film", async () => {
  const titles = await searchFor("a giant shark terrorises a seaside town");
  expect(titles.slice(0, 3)).toContain("Jaws");
});

test("the way from a film to films like it works with the keyboard", async () => {
  await searchFor("Batman");
  await page.locator(".film h3 a").first().focus();
  await page.keyboard.press("Enter");
  await page.waitForSelector('h2:has-text("Films like")');
  expect(await page.locator(".film h3 a").count()).toBeGreaterThanOrEqual(8);
});

test("the page works on a phone without scrolling sideways", async () => {
  await page.setViewportSize({ width: 360, height: 740 });
  await searchFor("Batman");
  const [content, view] = await page.evaluate((): [number, number] => [
    document.documentElement.scrollWidth,
    document.documentElement.clientWidth,
  ]);
  expect(content).toBeLessThanOrEqual(view);
  await page.setViewportSize({ width: 1280, height: 800 });
});

test("with the Space killed the same model in the app answers, the page says so, and it heals when the Space is back", async () => {
  await stop("space", "SIGKILL");
  const titles = await searchFor("lonely robot on an abandoned planet");
  expect(titles.length).toBeGreaterThanOrEqual(8);
  await expect.poll(async () => (await readHealth()).space.answeredBy, until).toBe("fallback");
  await page.waitForSelector('#status:visible:has-text("same model inside this app answers")');
  const answer = (await (await fetch(`${appUrl}/api/recommendations/query?query=time+travel+romance`)).json()) as RecommendationAnswer;
  expect(answer.mode).toBe("hybrid");
  startSpace();
  await expect.poll(async () => (await readHealth()).space.answeredBy, until).toBe("primary");
  await page.waitForSelector("#status", { state: "hidden", timeout: 15_000 });
});

test("without a fallback, words answer under a banner while the Space is down", async () => {
  const port = new URL(appUrl).port;
  expect(await stop("app", "SIGTERM")).toBe(0);
  expect(await stop("space", "SIGTERM")).toBe(0);
  startApp(port, { LOCAL_FALLBACK: "false" });
  await expect.poll(async () => await isOk(`${appUrl}/ready`), until).toBe(true);
  const titles = await searchFor("Batman");
  expect(titles[0]).toContain("Batman");
  await page.waitForSelector('.banner:has-text("Words only.")');
  startSpace();
  await expect.poll(async () => (await readHealth()).status, until).toBe("healthy");
  await searchFor("Batman");
  expect(await page.locator('.banner:has-text("Words only.")').count()).toBe(0);
});
