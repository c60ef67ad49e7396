import { expect, test } from "vitest";
import { mergeStreams } from "./merge-streams.ts";

async function collect<Value>(values: AsyncIterable<Value>): Promise<Value[]> {
  const all: Value[] = [];
  for await (const value of values) all.push(value);
  return all;
}

test("all values of all sources come, each source's in its order, and no more sources run than allowed", async () => {
  let running = 0;
  let most = 0;
  const source = (name: string, count: number) =>
    async function* () {
      most = Math.max(most, (running += 1));
      for (let index = 0; index < count; index += 1) {
        await Promise.resolve();
        yield `${name}${index}`;
      }
      running -= 1;
    };
  const values = await collect(mergeStreams([source("a", 3), source("b", 0), source("c", 2), source("d", 1)], 2));
  expect(values.toSorted((a, b) => a.localeCompare(b))).toEqual(["a0", "a1", "a2", "c0", "c1", "d0"]);
  expect(values.filter((value) => value.startsWith("a"))).toEqual(["a0", "a1", "a2"]);
  expect(most).toBe(2);
});

test("a source is one value ahead and no further", async () => {
  let made = 0;
  const endless = async function* () {
    for (;;) yield await Promise.resolve((made += 1));
  };
  const merged = mergeStreams([endless], 1);
  await merged.next();
  await new Promise((resolve) => setImmediate(resolve));
  expect(made).toBe(2);
  await merged.return(undefined);
});

test("leaving ends the sources, and so does one that throws", async () => {
  const ended: string[] = [];
  const source = (name: string, fails = false) =>
    async function* () {
      try {
        yield await Promise.resolve(name);
        if (fails) throw new Error("broken");
        yield name;
      } finally {
        ended.push(name);
      }
    };
  for await (const _ of mergeStreams([source("a"), source("b"), source("never")], 2)) break;
  expect(ended.toSorted()).toEqual(["a", "b"]);
  await expect(collect(mergeStreams([source("c"), source("d", true)], 2))).rejects.toThrow("broken");
  expect(ended).toContain("c");
});
