import type { PromptContext } from "../../language-models/language-model.ts";
import type { Company, IdeaBrief, MarketFocus } from "./idea-brief.ts";
import type { IdeaContent } from "./idea-content.ts";

/** What a model is asked, and the facts in front of it. */
export interface CardPrompt {
  prompt: string;
  context: PromptContext;
}

const focusWords: Readonly<Record<MarketFocus, string>> = {
  existing: "for customers it already serves",
  adjacent: "for an adjacent market, near to the customers it already serves",
  new: "for a new market that it does not serve yet",
};

/** Titles of cards that are there already, at most so many: a small model's context is short. */
const maxTitles = 8;
/** Longest part of another idea in a prompt, characters. */
const maxQuoted = 160;

function sentence(words: string): string {
  return /[.!?]$/.test(words) ? words : `${words}.`;
}

function quote(value: string): string {
  const short = value.length > maxQuoted ? `${value.slice(0, maxQuoted).trimEnd()} …` : value;
  return short.replaceAll(/\s+/g, " ").trim();
}

/** The part of an idea that says what it is. */
function summarise(idea: IdeaContent): string {
  return [
    `Title: ${quote(idea.title)}`,
    `Description: ${quote(idea.description)}`,
    `Problem: ${quote(idea.problem_statement)}`,
    `Solution: ${quote(idea.solution_concept)}`,
    `Audience: ${quote(idea.target_audience)}`,
  ]
    .filter((line) => !/^\w+: $/.test(line))
    .join("\n");
}

function toContext(company: Company | undefined): PromptContext {
  return company === undefined ? {} : { company_name: company.name, company_industry: company.industry };
}

function avoid(titles: readonly string[]): string[] {
  return titles.length === 0 ? [] : [`It is different from: ${titles.slice(-maxTitles).map(quote).join("; ")}.`];
}

/** Asks for an idea on a topic, or for an industry's customers. @param titles of the ideas that it should differ from */
export function toIdeaPrompt(brief: IdeaBrief, company: Company | undefined, titles: readonly string[]): CardPrompt {
  const { mode, topic, industry, problem_area: problem, market_focus: focus } = brief;
  const lines = [
    topic === "" ? "Write a product idea." : `Write a product idea about ${sentence(topic)}`,
    ...(industry === "" ? [] : [`Industry: ${sentence(industry)}`]),
    ...(problem === "" ? [] : [`Problem: ${sentence(problem)}`]),
    ...(mode === "market" ? [`Market: ${focusWords[focus]}.`] : []),
    ...avoid(titles),
  ];
  return { prompt: lines.join("\n"), context: toContext(company) };
}

/** Asks for the same idea, changed. */
export function toRefinePrompt(idea: IdeaContent, instruction: string, company: Company | undefined): CardPrompt {
  return { prompt: `Refine this product idea: ${sentence(instruction)}\n\n${summarise(idea)}`, context: toContext(company) };
}

/** Asks for another way to the same end. */
export function toVariationPrompt(idea: IdeaContent, company: Company | undefined): CardPrompt {
  return { prompt: `Write a variation of this product idea.\n\n${summarise(idea)}`, context: toContext(company) };
}

/** Asks for one idea out of several. */
export function toMergePrompt(ideas: readonly IdeaContent[], company: Company | undefined): CardPrompt {
  const parts = ideas.map((idea, index) => `Idea ${index + 1}\n${summarise(idea)}`);
  return { prompt: `Merge these product ideas into one.\n\n${parts.join("\n\n")}`, context: toContext(company) };
}

const mergedSuffix = " (Merged Concept)";

/** The title of a merged idea, as the seed marks it. */
export function toMergedTitle(title: string): string {
  return title.endsWith(mergedSuffix) ? title : `${title}${mergedSuffix}`;
}
