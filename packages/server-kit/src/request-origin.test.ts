import { expect, test } from "vitest";
import { isForeignOrigin } from "./request-origin.ts";

const host = "sheets.example";

test("a page of this server and a program are no strangers, any other page is", () => {
  expect(isForeignOrigin(new Headers({ host }))).toBe(false);
  for (const origin of [`https://${host}`, `http://${host}`]) expect(isForeignOrigin(new Headers({ host, origin }))).toBe(false);
  for (const origin of ["https://evil.example", `https://${host}.evil.example`, "null", "", `https://${host}:8443`]) {
    expect([origin, isForeignOrigin(new Headers({ host, origin }))]).toEqual([origin, true]);
  }
});

test("an origin on the list is let in, word for word", () => {
  const allowed = ["https://portal.example"];
  expect(isForeignOrigin(new Headers({ host, origin: "https://portal.example" }), allowed)).toBe(false);
  expect(isForeignOrigin(new Headers({ host, origin: "http://portal.example" }), allowed)).toBe(true);
});
