import { expect, test } from "vitest";
import { createLanes } from "./lanes.ts";

test("the idlest available lane is picked, the first of equals, none at the limit", () => {
  const lanes = createLanes(3);
  lanes.begin(0);
  lanes.setAvailable(1, false);
  expect(lanes.pick(1)).toBe(2);
  lanes.begin(2);
  expect(lanes.pick(1)).toBe(-1);
  expect(lanes.pick(2)).toBe(0);
  lanes.end(2);
  lanes.setAvailable(1, true);
  expect(lanes.pick(2)).toBe(1);
  expect(lanes.running).toBe(1);
});

test("a lane that does not exist is a mistake of the caller", () => {
  expect(() => createLanes(2).setAvailable(2, true)).toThrow(RangeError);
});
