import { rm } from "node:fs/promises";
import { afterEach, beforeAll, afterAll, expect, test } from "vitest";
import { openTinyScheduler, type TinyScheduler, toPrompt } from "../../test/open-tiny-scheduler.ts";
import { writeTinyLanguageModel } from "../../test/tiny-language-model.ts";
import type { GenerationJob, LanguageModelLimits } from "./language-model-protocol.ts";

let directory: string;
const opened: TinyScheduler[] = [];

beforeAll(async () => {
  directory = await writeTinyLanguageModel();
}, 180_000);

afterEach(async () => {
  for (const each of opened.splice(0)) await each.close();
});

afterAll(() => rm(directory, { recursive: true, force: true }));

async function open(limits: Partial<LanguageModelLimits> = {}): Promise<TinyScheduler> {
  const scheduler = await openTinyScheduler(directory, limits);
  opened.push(scheduler);
  return scheduler;
}

/** What the request gives when nothing runs beside it and nothing is known. */
async function alone(job: Partial<GenerationJob>, answer = 0): Promise<number[]> {
  const scheduler = await open();
  const id = scheduler.submit(job);
  await scheduler.run();
  return scheduler.tokensOf(id, answer);
}

const prompts = ["a", "the cat and the dog", "rain, ".repeat(30), "x y z", "an ear of corn in the inn"];
const jobs = prompts.map((prompt, seed) => ({ prompt: toPrompt(prompt), seed, maxNewTokens: 10 + 7 * seed }));

test("an answer is the same whatever is written beside it, and whenever it starts", async () => {
  const expected = [];
  for (const job of jobs) expected.push(await alone(job));
  const scheduler = await open();
  const ids = [];
  for (const job of jobs) {
    ids.push(scheduler.submit(job));
    await scheduler.run(3);
  }
  await scheduler.run();
  expect(ids.map((id) => scheduler.tokensOf(id))).toEqual(expected);
  expect(scheduler.opened.scheduler.stats().steps).toBeLessThan(10 + 12 + 17 + 24 + 31 + 38);
});

test("a prompt that is read in pieces gives the answer of one that is read at once", async () => {
  const job = { prompt: toPrompt("once upon a time there was a king ".repeat(6)) };
  const pieces = await open({ chunkTokens: 5 });
  const id = pieces.submit(job);
  await pieces.run();
  const whole = await open({ chunkTokens: 500 });
  const other = whole.submit(job);
  await whole.run();
  expect(pieces.tokensOf(id)).toEqual(whole.tokensOf(other));
  expect(pieces.opened.scheduler.stats().steps).toBeGreaterThan(20);
});

test("several answers read the prompt once, differ, and each is what it is among any number of others", async () => {
  const job = { prompt: toPrompt("a name for a shop: "), seed: 5 };
  const scheduler = await open();
  const three = scheduler.submit({ ...job, answers: 3 });
  await scheduler.run();
  expect(scheduler.opened.scheduler.stats().promptTokens).toBe(job.prompt.length);
  const answers = [0, 1, 2].map((answer) => scheduler.tokensOf(three, answer));
  expect(new Set(answers.map(String)).size).toBe(3);
  expect(answers[0]).toEqual(await alone(job));
  expect(answers[2]).toEqual(await alone({ ...job, answers: 5 }, 2));
});

test("more answers than rows are written one after the other, and are the same", async () => {
  const job = { prompt: toPrompt("a name for a shop: "), seed: 9, answers: 5 };
  const scheduler = await open({ maxRows: 2 });
  const id = scheduler.submit(job);
  await scheduler.run();
  for (const answer of [0, 1, 2, 3, 4]) expect(scheduler.tokensOf(id, answer)).toEqual(await alone(job, answer));
  expect(scheduler.eventsOf(id, "end")).toHaveLength(1);
});

test("a prompt that begins like an earlier text is not read again from the start, and the answer is the same", async () => {
  const beginning = "You are a helpful assistant who answers in few words. ";
  const first = { prompt: toPrompt(`${beginning}Name a colour.`), seed: 1 };
  const second = { prompt: toPrompt(`${beginning}Name a fruit.`), seed: 2 };
  const scheduler = await open();
  scheduler.submit(first);
  await scheduler.run();
  const id = scheduler.submit(second);
  await scheduler.run();
  const [end] = scheduler.eventsOf(id, "end");
  expect(end?.usage.cachedTokens).toBe(beginning.length + "Name a ".length);
  expect(scheduler.tokensOf(id)).toEqual(await alone(second));

  const repeated = scheduler.submit(first);
  await scheduler.run();
  expect(scheduler.eventsOf(repeated, "end")[0]?.usage.cachedTokens).toBe(first.prompt.length - 2);
  expect(scheduler.tokensOf(repeated)).toEqual(await alone(first));
});

test("a conversation goes on from the answer that was written, without reading it", async () => {
  const scheduler = await open();
  const first = scheduler.submit();
  await scheduler.run();
  const answer = scheduler.tokensOf(first);
  const prompt = Int32Array.from([...toPrompt("the rain in the town"), ...answer, ...toPrompt(" and then?")]);
  const id = scheduler.submit({ prompt });
  await scheduler.run();
  // The last token of an answer is never read.
  expect(scheduler.eventsOf(id, "end")[0]?.usage.cachedTokens).toBe(20 + answer.length - 1);
});

test("what was read under one salt is never used under another", async () => {
  const prompt = toPrompt("the secret of the house is under the stairs");
  const scheduler = await open();
  scheduler.submit({ prompt, salt: "one tenant" });
  await scheduler.run();
  const other = scheduler.submit({ prompt, salt: "another" });
  const same = scheduler.submit({ prompt, salt: "one tenant" });
  await scheduler.run();
  expect(scheduler.eventsOf(other, "end")[0]?.usage.cachedTokens).toBe(0);
  expect(scheduler.eventsOf(same, "end")[0]?.usage.cachedTokens).toBe(prompt.length - 2);
});

test("requests that arrive together share the reading of what their prompts have in common", async () => {
  const beginning = "These are the instructions that all of them begin with. ".repeat(4);
  const scheduler = await open({ chunkTokens: 16 });
  const ids = ["a", "b", "c", "d"].map((end) => scheduler.submit({ prompt: toPrompt(beginning + end) }));
  await scheduler.run();
  expect(scheduler.opened.scheduler.stats().promptTokens).toBeLessThan(1.5 * beginning.length);
  for (const [index, end] of ["a", "b", "c", "d"].entries()) {
    expect(scheduler.tokensOf(ids[index] as number)).toEqual(await alone({ prompt: toPrompt(beginning + end) }));
  }
});

test("while a long prompt is read, the answers of others get a token after every piece", async () => {
  const scheduler = await open({ chunkTokens: 10 });
  const short = scheduler.submit({ maxNewTokens: 40 });
  await scheduler.run(2);
  const before = scheduler.tokensOf(short).length;
  const long = scheduler.submit({ prompt: toPrompt("y".repeat(200)) });
  await scheduler.run(15);
  expect(scheduler.tokensOf(long)).toEqual([]);
  expect(scheduler.tokensOf(short)).toHaveLength(before + 15);
});

test("a request of many answers leaves a row to the next request before it takes another", async () => {
  const scheduler = await open({ maxRows: 2 });
  const many = scheduler.submit({ answers: 6, maxNewTokens: 8 });
  await scheduler.run(2);
  const single = scheduler.submit({ prompt: toPrompt("me too"), maxNewTokens: 8 });
  await scheduler.run();
  const order = scheduler.events.filter(({ kind }) => kind === "end").map(({ id }) => id);
  expect(order).toEqual([single, many]);
  expect(scheduler.eventsOf(many, "answer")).toHaveLength(6);
});

test("a cancelled request is gone with the next step, in its prompt or in its answers, and its row is another's", async () => {
  const scheduler = await open({ maxRows: 1, chunkTokens: 4 });
  const reading = scheduler.submit({ prompt: toPrompt("z".repeat(300)) });
  const waiting = scheduler.submit({ maxNewTokens: 100 });
  const last = scheduler.submit({ maxNewTokens: 3 });
  await scheduler.run(2);
  expect(scheduler.eventsOf(waiting, "started")).toHaveLength(0);
  scheduler.opened.scheduler.cancel(reading);
  await scheduler.run(8);
  expect(scheduler.tokensOf(waiting).length).toBeGreaterThan(0);
  scheduler.opened.scheduler.cancel(waiting);
  await scheduler.run();
  expect(scheduler.tokensOf(last)).toHaveLength(3);
  expect(scheduler.events.filter(({ kind }) => kind === "end").map(({ id }) => id)).toEqual([last]);
  expect(scheduler.opened.scheduler.stats()).toMatchObject({ activeRows: 0, queued: 0 });
});

test("memory for keys and values stays within its bound; what does not fit waits, what is kept makes room", async () => {
  // 512 bytes a token: 512 positions in all.
  const kvBytes = 256 << 10;
  const scheduler = await open({ kvBytes });
  const ids = Array.from({ length: 12 }, (_, index) => scheduler.submit({ prompt: toPrompt(`${index}`.repeat(90)), maxNewTokens: 30 }));
  let most = 0;
  while (scheduler.opened.scheduler.hasWork()) {
    await scheduler.run(1);
    const { kvBytes: rows, keptBytes } = scheduler.opened.scheduler.stats();
    most = Math.max(most, rows + keptBytes);
  }
  expect(most).toBeLessThanOrEqual(kvBytes);
  expect(most).toBeGreaterThan(kvBytes / 2);
  for (const id of ids) expect(scheduler.eventsOf(id, "end")).toHaveLength(1);
});

test("tokens that a grammar forces are read together, and what follows them is drawn as ever", async () => {
  const pattern = "the answer to this question is plainly and simply [a-z]{12}";
  const scheduler = await open();
  const id = scheduler.submit({ grammar: { type: "regex", pattern }, maxNewTokens: 80 });
  await scheduler.run();
  expect(scheduler.textOf(id)).toMatch(new RegExp(`^${pattern}$`));
  expect(scheduler.opened.scheduler.stats().steps).toBeLessThan(20);
  expect(scheduler.eventsOf(id, "answer")[0]).toMatchObject({ finishReason: "eos" });
});

test("answers of a schema parse at temperature 2 in company, and end within their budget", async () => {
  const schema = {
    type: "object",
    properties: {
      title: { type: "string", maxLength: 12 },
      tags: { type: "array", items: { enum: ["new", "old", "blue"] }, maxItems: 4 },
      count: { type: "integer" },
    },
    required: ["title", "tags", "count"],
    additionalProperties: false,
  };
  const hot = { temperature: 2, topK: 0, topP: 1, minP: 0, repetitionPenalty: 1, frequencyPenalty: 0, presencePenalty: 0 };
  const scheduler = await open();
  const requests = Array.from({ length: 10 }, (_, index) => {
    const maxNewTokens = 40 + 3 * index;
    const id = scheduler.submit({ grammar: { type: "json_schema", schema }, sampling: hot, seed: index, answers: 2, maxNewTokens });
    return { id, maxNewTokens };
  });
  const free = scheduler.submit({ sampling: hot, maxNewTokens: 60 });
  await scheduler.run();
  for (const { id, maxNewTokens } of requests) {
    for (const answer of [0, 1]) {
      const value = JSON.parse(scheduler.textOf(id, answer)) as { title: string; tags: string[]; count: number };
      expect(Object.keys(value)).toEqual(["title", "tags", "count"]);
      expect(Number.isInteger(value.count)).toBe(true);
      expect(scheduler.tokensOf(id, answer).length).toBeLessThanOrEqual(maxNewTokens);
    }
  }
  expect(scheduler.tokensOf(free)).toEqual(await alone({ sampling: hot, maxNewTokens: 60 }));
});
