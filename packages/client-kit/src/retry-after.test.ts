import { expect, test } from "vitest";
import { readRetryAfterMs } from "./retry-after.ts";

const now = Date.parse("2026-11-21T12:00:00Z");

test.for([
  [{ "retry-after": "3" }, 3000],
  [{ "retry-after": "0.5" }, 500],
  [{ "retry-after": "3", "retry-after-ms": "1500" }, 1500],
  [{ "retry-after": "Sat, 21 Nov 2026 12:00:10 GMT" }, 10_000],
  [{ "retry-after": "Sat, 21 Nov 2026 11:00:00 GMT" }, 0],
  [{ "retry-after": "soon" }, undefined],
  [{ "retry-after": "-1" }, undefined],
  [{ "retry-after": "1e9" }, undefined],
  [{ "retry-after": "NaN" }, undefined],
  [{}, undefined],
] as const)("%o is %s ms", ([headers, expected]) => {
  expect(readRetryAfterMs(new Headers(headers), now)).toBe(expected);
});
