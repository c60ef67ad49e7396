import { CodedError } from "@repo/contracts/coded-error";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { failureOf } from "../test/failure-of.ts";
import { createWakeUp, type ProbeResult } from "./wake-up.ts";

const asleep: ProbeResult = { kind: "asleep", reason: "an HTML page." };
const signal = new AbortController().signal;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A Space that sleeps for `ms` after each start. */
function sleepingFor(ms: number, budgetMs = 180_000) {
  const probes: number[] = [];
  const space = { asleepUntil: Date.now() + ms };
  const wakeUp = createWakeUp({
    budgetMs,
    probe: async () => {
      probes.push(Date.now());
      return Date.now() < space.asleepUntil ? asleep : { kind: "ready" };
    },
  });
  return { wakeUp, probes, space };
}

test("a Space that takes two and a half minutes is waited for, with ever rarer looks", async () => {
  const { wakeUp, probes } = sleepingFor(150_000);
  wakeUp.start("503");
  const waiting = wakeUp.wait({ deadlineAt: Date.now() + 600_000, signal });
  await vi.advanceTimersByTimeAsync(160_000);
  await waiting;
  expect(wakeUp.report().state).toBe("awake");
  expect(probes.length).toBeGreaterThan(25);
  expect(probes.length).toBeLessThan(50);
});

test("the budget ends a wake, the cool-down fails calls at once, and then it may be tried again", async () => {
  const { wakeUp } = sleepingFor(Infinity);
  wakeUp.start("503");
  const waiting = failureOf(wakeUp.wait({ deadlineAt: Date.now() + 600_000, signal }));
  await vi.advanceTimersByTimeAsync(170_000);
  expect(wakeUp.report().state).toBe("warming");
  await vi.advanceTimersByTimeAsync(11_000);
  expect((await waiting).message).toBe("The Space did not wake up within 180 s (an HTML page).");
  expect(await failureOf(wakeUp.wait({ deadlineAt: Infinity, signal }))).toMatchObject({
    code: "model_unavailable",
    details: { state: "down" },
  });
  await vi.advanceTimersByTimeAsync(15_000);
  await wakeUp.wait({ deadlineAt: Infinity, signal });
});

test("a caller with less time than the wake will take is told after the first look", async () => {
  const { wakeUp, probes } = sleepingFor(60_000);
  const startedAt = Date.now();
  wakeUp.start("503");
  const error = failureOf(wakeUp.wait({ deadlineAt: Date.now() + 30_000, signal }));
  await vi.advanceTimersByTimeAsync(1);
  expect(await error).toMatchObject({ code: "model_unavailable", details: { state: "warming" } });
  expect(Date.now() - startedAt).toBeLessThan(100);
  expect(probes).toHaveLength(1);
});

test("a first look that hangs is not waited for longer than a second and a half, nor beyond the deadline", async () => {
  const wakeUp = createWakeUp({ budgetMs: 180_000, probe: () => new Promise(() => {}) });
  wakeUp.start("503");
  const outcomes = [20_000, 300].map((ms) => {
    const startedAt = Date.now();
    return failureOf(wakeUp.wait({ deadlineAt: startedAt + ms, signal })).then((error) => [error.code, Date.now() - startedAt]);
  });
  await vi.advanceTimersByTimeAsync(2_000);
  expect(await Promise.all(outcomes)).toEqual([
    ["model_unavailable", 1_500],
    ["model_unavailable", 250],
  ]);
  wakeUp.close();
});

test("the next estimate is what the last wake took; a Space found awake at the first look teaches nothing", async () => {
  const { wakeUp, space } = sleepingFor(5_000);
  wakeUp.start("503");
  expect(wakeUp.report().estimateMs).toBe(60_000);
  await vi.advanceTimersByTimeAsync(20_000);
  expect(wakeUp.report().state).toBe("awake");
  wakeUp.start("one request was cut");
  await vi.advanceTimersByTimeAsync(1);
  expect(wakeUp.report().state).toBe("awake");
  space.asleepUntil = Date.now() + 5_000;
  wakeUp.start("503");
  const { estimateMs = 0 } = wakeUp.report();
  expect(estimateMs).toBeGreaterThan(4_000);
  expect(estimateMs).toBeLessThan(12_000);
  wakeUp.close();
});

test("past the estimate the guess grows again, but not beyond the budget", async () => {
  const { wakeUp } = sleepingFor(Infinity);
  wakeUp.start("503");
  await vi.advanceTimersByTimeAsync(100_000);
  expect(wakeUp.report().estimateMs).toBe(50_000);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(wakeUp.report().estimateMs).toBe(20_000);
  wakeUp.close();
});

test("what no waiting removes ends the wake with its own code", async () => {
  const wakeUp = createWakeUp({
    budgetMs: 180_000,
    probe: async () => ({ kind: "broken", error: new CodedError("unauthorized", "Wrong token.") }),
  });
  wakeUp.start("503");
  const error = failureOf(wakeUp.wait({ deadlineAt: Infinity, signal }));
  await vi.advanceTimersByTimeAsync(1);
  expect(await error).toMatchObject({ code: "unauthorized", details: { state: "down" } });
});

test("a listener that throws disturbs nothing", async () => {
  const { wakeUp } = sleepingFor(2_000);
  const seen: string[] = [];
  wakeUp.subscribe(() => {
    throw new Error("banner");
  });
  wakeUp.subscribe(({ state }) => void seen.push(state));
  wakeUp.start("503");
  await vi.advanceTimersByTimeAsync(10_000);
  expect(seen.at(-1)).toBe("awake");
});

test("no timer is left behind after a wake or a close", async () => {
  const { wakeUp, space } = sleepingFor(2_000);
  wakeUp.start("503");
  await vi.advanceTimersByTimeAsync(10_000);
  expect(vi.getTimerCount()).toBe(0);
  space.asleepUntil = Infinity;
  wakeUp.start("503");
  await vi.advanceTimersByTimeAsync(1_500);
  wakeUp.close();
  await vi.advanceTimersByTimeAsync(1);
  expect(vi.getTimerCount()).toBe(0);
});
