import { CodedError } from "@repo/contracts/coded-error";
import { expect, test } from "vitest";
import { createAnswerCache } from "./answer-cache.ts";

const always = { mayKeep: () => true };

test("who asks the same at the same time waits for one answer, and each gets a copy", async () => {
  const cache = createAnswerCache(10);
  let asked = 0;
  const ask = async () => {
    await Promise.resolve();
    asked += 1;
    return { texts: ["a"] };
  };
  const [one, two] = await Promise.all([cache.get("k", ask, always), cache.get("k", ask, always)]);
  one.answer.texts.push("changed");
  expect(two.answer).toEqual({ texts: ["a"] });
  expect(await cache.get("k", ask, always)).toEqual({ answer: { texts: ["a"] }, cached: true });
  expect([asked, one.cached, two.cached]).toEqual([1, false, true]);
});

test("a failure, and what may not be kept, is asked again", async () => {
  const cache = createAnswerCache(10);
  await expect(cache.get("k", async () => await Promise.reject(new Error("no")), always)).rejects.toThrow("no");
  await cache.get("k", async () => await Promise.resolve({ a: 1 }), { mayKeep: () => false });
  expect(await cache.get("k", async () => await Promise.resolve({ a: 2 }), always)).toEqual({ answer: { a: 2 }, cached: false });
});

test("one who leaves does not take the answer from the others; the last one ends the work", async () => {
  const cache = createAnswerCache(10);
  const end = Promise.withResolvers<{ a: number }>();
  let ended = false;
  const ask = async (signal: AbortSignal) => {
    signal.addEventListener("abort", () => (ended = true));
    return await end.promise;
  };
  const [first, second] = [new AbortController(), new AbortController()];
  const one = cache.get("k", ask, { ...always, signal: first.signal });
  const two = cache.get("k", ask, { ...always, signal: second.signal });
  first.abort();
  await expect(one).rejects.toSatisfy((error: unknown) => CodedError.isInstance(error) && error.code === "cancelled");
  expect(ended).toBe(false);
  second.abort();
  await expect(two).rejects.toSatisfy((error: unknown) => CodedError.isInstance(error) && error.code === "cancelled");
  expect(ended).toBe(true);
  end.resolve({ a: 1 });
  expect(await cache.get("k", async () => await Promise.resolve({ a: 2 }), always)).toMatchObject({ answer: { a: 2 } });
});

test("the oldest answers go first, and a cache of none keeps nothing", async () => {
  const [small, none] = [createAnswerCache(1), createAnswerCache(0)];
  for (const cache of [small, none]) for (const key of ["a", "b"]) cache.keep(key, { key });
  expect([small.peek("a"), small.peek("b"), none.peek("b")]).toEqual([undefined, { key: "b" }, undefined]);
});
