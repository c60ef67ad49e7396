import { expect, test } from "vitest";
import { createTimeSlices } from "./time-slices.ts";

test("those who wait get a turn of the event loop each, in order, with others' turns between", async () => {
  const slices = createTimeSlices();
  const events: string[] = [];
  let isDone = false;
  const tick = () => {
    events.push("loop");
    if (!isDone) setImmediate(tick);
  };
  setImmediate(tick);
  await Promise.all(["a", "b", "c"].map((name) => slices.next().then(() => events.push(name))));
  isDone = true;
  const order = events.filter((event) => event !== "loop");
  expect(order).toEqual(["a", "b", "c"]);
  for (const [before, after] of [
    ["a", "b"],
    ["b", "c"],
  ] as const) {
    expect(events.slice(events.indexOf(before), events.indexOf(after))).toContain("loop");
  }
});

test("a slice is over after its time, and a turn begins a new one", async () => {
  const slices = createTimeSlices(5);
  expect(slices.isOver()).toBe(true);
  await slices.next();
  expect(slices.isOver()).toBe(false);
  const endsAt = performance.now() + 6;
  while (performance.now() < endsAt);
  expect(slices.isOver()).toBe(true);
});
