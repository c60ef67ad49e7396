/** The first hour of an installation in a real browser: set-up link, an account for staff, a student who hands a paper in. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDatabase } from "@repo/app-kit/open-database";
import { type BuiltProcess, defineBuiltProcess } from "@repo/testing/built-process";
import { collectComplaints, findBarriers, openBrowser } from "@repo/testing/open-browser";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { configSchema } from "../src/config.ts";
import { openPeople } from "../src/people/open-people.ts";
import { type FakeMoodle, startFakeMoodle } from "./fake-moodle.ts";
import { mapSubject, migrationsFolder, openTestSubmissions } from "./open-test-submissions.ts";

const ada = "212223060001";
const password = "seven green lamps";
let directory: string;
let moodle: FakeMoodle;
let app: BuiltProcess;
let browser: Browser;
let page: Page;
let complaints: string[];
let firstToken: string;
let staffLink: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "exam-sign-in-"));
  moodle = await startFakeMoodle({
    users: [{ id: 7, username: "ada", password: "ada's own", fullName: "Ada L.", idNumber: ada }],
    assignments: [{ id: 11, courseId: 3, cmid: 111, name: "CIA 1", submissionDrafts: true, students: ["ada"] }],
  });
  const prepared = await openTestSubmissions({ directory, moodleUrl: moodle.url });
  await mapSubject(prepared.database, "19AI405", 11);
  await prepared.addSheet({ registerNumber: ada, subjectCode: "19AI405", content: "%PDF-1.4 sheet" });
  await prepared.close();
  const database = await openDatabase({ directory, migrationsFolder });
  firstToken = (await openPeople(database.db, configSchema.parse({})).setup.openFirst()) ?? "";
  await database.close();
  app = await defineBuiltProcess("apps/exam-middleware", {
    DATA_DIRECTORY: directory,
    ML_SERVICE_ENABLED: "false",
    LOCAL_FALLBACK: "false",
    MOODLE_BASE_URL: moodle.url,
    SECRET_KEY: "a-key-of-at-least-thirty-two-characters",
  });
  browser = await openBrowser();
  await app.start();
  page = await browser.newPage();
  complaints = collectComplaints(page);
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await app?.stop("SIGKILL");
  await moodle?.close();
  await rm(directory, { recursive: true, force: true });
});

test("the set-up link makes the administrator, who makes an account", async () => {
  await page.goto(`${app.url}/set-up?token=${firstToken}`);
  expect(await findBarriers(page)).toEqual([]);
  await page.getByLabel("User name").fill("maria");
  await page.getByLabel("New password").fill(password);
  await page.getByLabel("Once more").fill(password);
  await page.getByRole("button", { name: "Set up" }).click();
  await page.waitForURL(`${app.url}/portal/staff`);
  await page.getByRole("link", { name: "Account" }).click();
  await page.getByLabel("User name").fill("noor");
  await page.getByRole("button", { name: "Make the account" }).click();
  staffLink = await page.getByLabel("Set-up link of noor").inputValue();
  expect(await findBarriers(page)).toEqual([]);
  expect(complaints).toEqual([]);
});

test("staff set up by their link, sign out, and come back to the page they wanted", async () => {
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.goto(staffLink);
  await page.getByLabel("New password").fill("eight green lamps");
  await page.getByLabel("Once more").fill("eight green lamps");
  await page.getByRole("button", { name: "Set up" }).click();
  await page.waitForURL(`${app.url}/portal/staff`);
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.goto(`${app.url}/portal/staff/review`);
  await page.getByLabel("User name").fill("noor");
  await page.getByLabel("Password").fill("eight green lamps");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL(`${app.url}/portal/staff/review`);
  await page.getByRole("button", { name: "Sign out" }).click();
  expect(complaints).toEqual([]);
});

test("a student signs in by Moodle and hands the paper in, on a phone", async () => {
  await page.setViewportSize({ width: 375, height: 740 });
  await page.goto(`${app.url}/portal/student`);
  expect(await findBarriers(page)).toEqual([]);
  await page.getByLabel("Moodle user name").fill("ada");
  await page.getByLabel("Moodle password").fill("ada's own");
  await page.getByLabel("Register number").fill(ada);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL(`${app.url}/portal/student`);
  await page.getByRole("main").getByRole("link").first().click();
  await page.getByRole("checkbox").check();
  await page.getByRole("button", { name: "Hand in", exact: true }).click();
  await expect.poll(() => moodle.submissionOf("ada", 11)?.status, { timeout: 20_000 }).toBe("submitted");
  expect(moodle.submissionOf("ada", 11)?.files[0]?.filename).toBe(`${ada}_19AI405_CIA1.pdf`);
});
