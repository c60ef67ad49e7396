import { expect, test } from "vitest";
import { chooseVariant } from "./choose-variant.ts";

const people = Array.from({ length: 2_000 }, (_, index) => `person ${index}`);

test("a split gets its share of people, and a larger one those of the smaller one too", () => {
  const chosen = (share: number) => new Set(people.filter((person) => chooseVariant("base", share, person) === "staging"));
  expect(chosen(0).size).toBe(0);
  expect(chosen(1).size).toBe(people.length);
  expect(chosen(0.3).size / people.length).toBeCloseTo(0.3, 1);
  expect([...chosen(0.3)].every((person) => chosen(0.5).has(person))).toBe(true);
});

test("the same people are not the guinea pigs of every tier", () => {
  const of = (tier: string) => people.filter((person) => chooseVariant(tier, 0.5, person) === "staging");
  const both = of("base").filter((person) => of("user").includes(person));
  expect(both.length / people.length).toBeCloseTo(0.25, 1);
});

test("nobody in particular is drawn anew each time", () => {
  const drawn = new Set(Array.from({ length: 200 }, () => chooseVariant("base", 0.5, undefined)));
  expect(drawn.size).toBe(2);
});
