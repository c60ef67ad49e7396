import { expect, test } from "vitest";
import { toDraft } from "../../../test/script-writer.ts";
import { ideaBrief } from "./idea-brief.ts";
import { toIdeaPrompt, toMergedTitle, toMergePrompt, toRefinePrompt } from "./to-prompt.ts";

const brief = ideaBrief.parse({ mode: "generate", topic: "Tea for offices!", problem_area: "Cold  by\nnoon" });

test("what was left out is not asked for, and sentences end once", () => {
  expect(toIdeaPrompt(brief, undefined, []).prompt).toBe("Write a product idea about Tea for offices!\nProblem: Cold by noon.");
  const market = ideaBrief.parse({ mode: "market", industry: "Hotels", market_focus: "new" });
  expect(toIdeaPrompt(market, undefined, []).prompt).toBe(
    "Write a product idea.\nIndustry: Hotels.\nMarket: for a new market that it does not serve yet.",
  );
});

test("of many titles the newest are named, so that a prompt stays short", () => {
  const titles = Array.from({ length: 300 }, (_, index) => `Idea ${index} ${"x".repeat(200)}`);
  const { prompt } = toIdeaPrompt(brief, undefined, titles);
  expect(prompt).toContain("Idea 299");
  expect(prompt).not.toContain("Idea 291 ");
  expect(prompt.length).toBeLessThan(1_600);
});

test("ideas that people made long are quoted in short, without what they left empty", () => {
  const long = { ...toDraft("Tea"), description: "word ".repeat(800), problem_statement: "" };
  const { prompt } = toMergePrompt([long, long, long, long], undefined);
  expect(prompt.length).toBeLessThan(2_200);
  expect(toRefinePrompt(long, "Cheaper", undefined).prompt).not.toContain("Problem:");
});

test("a merged idea of merged ideas is called so once", () => {
  expect(toMergedTitle(toMergedTitle("Tea"))).toBe("Tea (Merged Concept)");
});
