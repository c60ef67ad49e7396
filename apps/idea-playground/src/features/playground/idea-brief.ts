import { storableText } from "@repo/contracts/storable-text";
import { z } from "zod";
import { tiers } from "../../language-models/tiers.ts";

/** What somebody does on a canvas. */
export const modes = ["generate", "market", "refine"] as const;
/** One of {@link modes}. */
export type Mode = (typeof modes)[number];

/** How many cards may be asked for at once. */
export const cardCounts = [1, 2, 3, 5] as const;
export const defaultCardCount = 3;

/** Which customers ideas are looked for, seen from those the company has. */
export const marketFocuses = ["existing", "adjacent", "new"] as const;
/** One of {@link marketFocuses}. */
export type MarketFocus = (typeof marketFocuses)[number];

/** One after the other: each card is told what the ones before it are. Side by side: all are written at the same time. */
const cardOrders = ["sequence", "parallel"] as const;

/** Longest entries of the form, characters: a prompt and its answer must fit into a small model's context together. */
export const briefLimits = { topic: 300, industry: 100, problemArea: 300, company: 100, instruction: 300 };

const line = (maxLength: number) => storableText(maxLength).transform((text) => text.replaceAll(/\s+/g, " "));
const topic = line(briefLimits.topic).default("").describe(`What the ideas are about, up to ${briefLimits.topic} characters.`);

/** What every form that has cards written asks for. A checkbox that is not ticked is not sent. */
const run = {
  tier: z.enum(tiers).optional().describe("Tier that is asked; default the settings'."),
  count: z.coerce
    .number()
    .pipe(z.literal(cardCounts))
    .default(defaultCardCount)
    .describe(`How many cards: ${cardCounts.join(", ")}; default ${defaultCardCount}.`),
  order: z.enum(cardOrders).default("parallel").describe("parallel: all at the same time; sequence: one after the other."),
  use_company: z
    .literal("on")
    .optional()
    .transform((value) => value === "on")
    .describe("on: the company is part of the prompt."),
  company_name: line(briefLimits.company)
    .default("")
    .describe(`The company, up to ${briefLimits.company} characters; kept with the canvas.`),
  company_industry: line(briefLimits.company)
    .default("")
    .describe(`What it does, up to ${briefLimits.company} characters; kept with the canvas.`),
};

/** What ideas are to be about. */
export const ideaBrief = z
  .object({
    ...run,
    mode: z.enum(["generate", "market"]).describe("generate: ideas for a topic; market: ideas for an industry's customers."),
    topic,
    industry: line(briefLimits.industry).default("").describe(`Industry, up to ${briefLimits.industry} characters.`),
    problem_area: line(briefLimits.problemArea).default("").describe(`Problem to solve, up to ${briefLimits.problemArea} characters.`),
    market_focus: z.enum(marketFocuses).default("existing").describe("Customers that the company has, that are near to those, or others."),
  })
  .refine(({ topic: about, industry, problem_area: problem }) => `${about}${industry}${problem}` !== "", {
    error: "Say what the ideas should be about: a topic, an industry or a problem.",
  });

/** See {@link ideaBrief}. */
export type IdeaBrief = z.output<typeof ideaBrief>;

/** How an idea is to be changed. */
export const refineBrief = z.object({
  ...run,
  idea: z.uuid({ error: "Choose the idea to refine." }).describe("Id of the idea."),
  instruction: line(briefLimits.instruction)
    .pipe(z.string().min(1, { error: "Say what should change." }))
    .describe(`What should change, up to ${briefLimits.instruction} characters.`),
});

/** What a run asks for that needs no words: variations of an idea, or the merge of several. */
export const runBrief = z.object(run);

/** How many variations of an idea are drawn, or who merges several. */
export type RunBrief = z.output<typeof runBrief>;

/** What the canvas's form shows again. */
export type RememberedBrief = Partial<Pick<IdeaBrief, "tier" | "count" | "order" | "topic" | "industry" | "problem_area" | "market_focus">>;

/** Who the ideas are for, kept with the canvas. */
export interface Company {
  name: string;
  industry: string;
}
