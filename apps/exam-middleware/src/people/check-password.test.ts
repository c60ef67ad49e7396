import { expect, test } from "vitest";
import { assertGoodPassword } from "./check-password.ts";

test("a few words are good, in any language", () => {
  for (const password of ["correct horse battery", "tisch lampe fenster", "புத்தகம் மேசை விளக்கு", "🐴🔋🧷 staple horse", "x9Q!vL2#mT7w"]) {
    expect(() => assertGoodPassword(password, "maria")).not.toThrow();
  }
});

test("what is short, long, guessed first or the name itself is refused with a way out", () => {
  const bad = [
    "",
    "short",
    "elevenchars",
    "a".repeat(257),
    "password1234",
    "Administrator!!",
    "aaaaaaaaaaaa",
    "123456789012",
    "abcdefghijklmnop",
    "mariamaria12",
  ];
  for (const password of bad) {
    expect(() => assertGoodPassword(password, "mariamaria")).toThrow(/characters|guessed|name|neighbours/);
  }
});
