import { expect, test } from "vitest";
import { isNearDuplicate } from "./is-near-duplicate.ts";

const ledger = {
  title: "Peel Ledger",
  description: "A kitchen scale that keeps a record of what is thrown away.",
  problem_statement: "Small restaurants throw away a fifth of what they buy.",
  solution_concept: "Weigh the bin once a day; the app names the dishes that waste the most.",
};

test("the same idea is the same in other letters and signs, and with a word changed", () => {
  expect(isNearDuplicate(ledger, { ...ledger, title: "PEEL LEDGER!" })).toBe(true);
  expect(isNearDuplicate(ledger, { ...ledger, title: "Peel Book" })).toBe(true);
});

test("another idea for the same people is another idea, and so is one in other letters than Latin", () => {
  const plate = {
    title: "Second Plate",
    description: "Meals that were cooked and not sold go to the neighbours at eight in the evening.",
    problem_statement: "Small restaurants throw away a fifth of what they buy.",
    solution_concept: "One button tells subscribed neighbours how many plates are left.",
  };
  expect(isNearDuplicate(ledger, plate)).toBe(false);
  const chinese = { title: "厨房 秤", description: "记录 浪费", problem_statement: "餐馆", solution_concept: "称重" };
  expect(isNearDuplicate(chinese, { ...chinese, title: "夜 面包", description: "邻居 晚餐", solution_concept: "按钮" })).toBe(false);
});

test("two ideas without words are the same", () => {
  const empty = { title: "…", description: "", problem_statement: "", solution_concept: "" };
  expect(isNearDuplicate(empty, empty)).toBe(true);
});
