import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { mergeStreams } from "./merge-streams.ts";

async function* count(name: string, to: number, pauseMs: number, ended: string[] = []): AsyncGenerator<string> {
  try {
    for (let number = 1; number <= to; number += 1) {
      await sleep(pauseMs);
      yield `${name}${number}`;
    }
  } finally {
    ended.push(name);
  }
}

test("values come as they are there, each stream's in its own order", async () => {
  const values: string[] = [];
  for await (const value of mergeStreams([count("a", 3, 30), count("b", 3, 1), count("c", 0, 1)])) values.push(value);
  expect(values.filter((value) => value.startsWith("a"))).toEqual(["a1", "a2", "a3"]);
  expect(values.filter((value) => value.startsWith("b"))).toEqual(["b1", "b2", "b3"]);
  expect(values.indexOf("b2")).toBeLessThan(values.indexOf("a3"));
});

test("leaving the loop ends every stream, and so does one that fails", async () => {
  const left: string[] = [];
  for await (const _ of mergeStreams([count("a", 9, 1, left), count("b", 9, 1, left)])) break;
  await expect.poll(() => left.toSorted()).toEqual(["a", "b"]);
  const failed: string[] = [];
  async function* fail(): AsyncGenerator<string> {
    yield await Promise.resolve("x");
    throw new Error("broken");
  }
  const read = async (): Promise<void> => {
    for await (const _ of mergeStreams([count("a", 99, 1, failed), fail()])) continue;
  };
  await expect(read()).rejects.toThrow("broken");
  await expect.poll(() => failed).toEqual(["a"]);
});
