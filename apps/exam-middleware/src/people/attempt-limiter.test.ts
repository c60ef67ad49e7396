import { setTimeout as wait } from "node:timers/promises";
import { CodedError } from "@repo/contracts/coded-error";
import { expect, test } from "vitest";
import { createAttemptLimiter } from "./attempt-limiter.ts";

const fail = async () => await Promise.resolve(undefined);

test("after the free failures every further one makes the pause twice as long", async () => {
  const limiter = createAttemptLimiter({ free: 2, firstPauseMs: 60, maxPauseMs: 200 });
  for (let index = 0; index < 3; index += 1) expect(await limiter.run("ada", fail)).toBeUndefined();
  await expect(limiter.run("ada", fail)).rejects.toMatchObject({ code: "overloaded" });
  await wait(80);
  await limiter.run("ada", fail);
  const error = await limiter.run("ADA ", fail).catch((thrown: unknown) => thrown as { retryAfterMs: number });
  expect(error?.retryAfterMs).toBeGreaterThan(60);
});

test("a hundred attempts at the same time are a hundred attempts", async () => {
  const limiter = createAttemptLimiter({ free: 5 });
  let made = 0;
  const attempt = async () => {
    made += 1;
    return await wait(20, undefined);
  };
  await Promise.allSettled(Array.from({ length: 100 }, async () => await limiter.run("ada", attempt)));
  expect(made).toBe(6);
});

test("success forgets the failures, and names do not share them", async () => {
  const limiter = createAttemptLimiter({ free: 1, firstPauseMs: 60_000 });
  await limiter.run("ada", fail);
  expect(await limiter.run("ada", async () => await Promise.resolve("in"))).toBe("in");
  await limiter.run("ada", fail);
  await limiter.run("ada", fail);
  await expect(limiter.run("ada", fail)).rejects.toMatchObject({ code: "overloaded" });
  expect(await limiter.run("bob", fail)).toBeUndefined();
});

test("an attempt that could not be judged is none", async () => {
  const limiter = createAttemptLimiter({ free: 0, firstPauseMs: 60_000 });
  const isAway = async () => await Promise.reject(new CodedError("model_unavailable", "away"));
  for (let index = 0; index < 3; index += 1) await expect(limiter.run("ada", isAway)).rejects.toThrow("away");
});
