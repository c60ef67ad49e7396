import { expect, test } from "vitest";
import { matchesPath } from "./route-lookup.ts";

test.each([
  ["/", "/", true],
  ["/", "/a", false],
  ["/embed", "/embed", true],
  ["/embed", "/embed/", true],
  ["/embed", "/embed_all", false],
  ["/models/:org/:name", "/models/a/b", true],
  ["/models/:org/:name", "/models/a", false],
  ["/v1/models/:id{.+}", "/v1/models/a/b", true],
  ["/v1/models/:id{.+}", "/v1/models", false],
])("%s and %s match: %s", (pattern, path, matches) => {
  expect(matchesPath(pattern, path)).toBe(matches);
});
