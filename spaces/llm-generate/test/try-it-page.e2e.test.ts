import { createChainGenerator } from "@repo/testing/text-generation/chain-generator";
import { defineGenerationSpace, type RunningGenerationSpace } from "@repo/testing/text-generation/generation-space";
import { idea } from "@repo/testing/text-generation/idea-schema";
import { collectComplaints, findBarriers, openBrowser } from "@repo/testing/open-browser";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createApp } from "../src/app.ts";
import { configSchema } from "../src/config.ts";

const generator = createChainGenerator({ tokenDelayMs: 10 });
let browser: Awaited<ReturnType<typeof openBrowser>>;
let space: RunningGenerationSpace;
beforeAll(async () => {
  browser = await openBrowser();
  space = await defineGenerationSpace({ configSchema, createApp, createService: async () => await Promise.resolve(generator) }).start();
}, 60_000);
afterAll(async () => {
  await space.close();
  await browser.close();
});

test.for([360, 1100])("at %i pixels a person chats, and sees how fast it was written; no barrier", async (width) => {
  const page = await browser.newPage({ viewport: { width, height: 800 } });
  const complaints = collectComplaints(page);
  await page.goto(space.url);
  await page.getByText("ready", { exact: true }).waitFor();
  await page.getByLabel("Your text").fill("What is the lamp for?");
  await page.getByRole("button", { name: "Write" }).click();
  await page.getByText(/tokens per second · first after/).waitFor();
  expect(await page.getByLabel("You", { exact: true }).textContent()).toBe("What is the lamp for?");
  await page.getByLabel("Your text").fill("And the bag?");
  await page.getByLabel("Your text").press("Control+Enter");
  await page.getByText("And the bag?", { exact: true }).waitFor();
  expect(generator.lastRequest?.input).toMatchObject({
    messages: [{ role: "user" }, { role: "assistant" }, { role: "user", content: "And the bag?" }],
  });
  expect(await findBarriers(page)).toEqual([]);
  expect(complaints).toEqual([]);
  await page.close();
});

test("a form is filled in by its schema, and one that is not supported is named", async () => {
  const page = await browser.newPage();
  await page.goto(space.url);
  await page.getByText("ready", { exact: true }).waitFor();
  await page.getByLabel("Fills in a form").check();
  const schema = page.getByLabel("JSON Schema of the answer");
  await schema.fill(
    '{"type":"object","properties":{"title":{"type":"string","maxLength":40},"kind":{"enum":["lamp"]},"strengths":{"type":"array","items":{"type":"string","maxLength":30},"maxItems":2}}}',
  );
  await page.getByRole("button", { name: "Write" }).click();
  await page.getByText(/tokens per second · first after/).waitFor();
  expect(idea.safeParse(JSON.parse((await page.getByRole("log").textContent()) ?? "")).success).toBe(true);
  await schema.fill('{"not":{}}');
  await page.getByRole("button", { name: "Write" }).click();
  await page.getByText(/not is not supported/).waitFor();
  await schema.fill("{");
  await page.getByRole("button", { name: "Write" }).click();
  await page.getByText("The schema is not JSON yet.").waitFor();
  await page.close();
});

test("a long text can be stopped, which ends the work", async () => {
  const slow = createChainGenerator({ tokenDelayMs: 2_000 });
  const slowSpace = await defineGenerationSpace({
    configSchema,
    createApp,
    createService: async () => await Promise.resolve(slow),
  }).start();
  const page = await browser.newPage();
  await page.goto(slowSpace.url);
  await page.getByText("ready", { exact: true }).waitFor();
  await page.getByLabel("Goes on with the text").check();
  await page.getByRole("button", { name: "Write" }).click();
  await page.getByText("1 tokens").waitFor();
  await page.getByRole("button", { name: "Stop" }).click();
  await page.getByText("Stopped.").waitFor();
  await expect.poll(() => [slow.running, slow.cancelled], { timeout: 10_000 }).toEqual([0, 1]);
  await page.close();
  await slowSpace.close();
});
