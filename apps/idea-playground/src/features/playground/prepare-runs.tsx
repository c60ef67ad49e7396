import type { ServerEnvironment } from "@repo/server-kit/server";
import { parseBody } from "@repo/server-kit/validation";
import type { Context } from "hono";
import { comparable } from "./compare-page.tsx";
import { type Company, type IdeaBrief, ideaBrief, refineBrief, type RunBrief, runBrief } from "./idea-brief.ts";
import { IdeaCard } from "./idea-card.tsx";
import type { IdeaContent } from "./idea-content.ts";
import type { Idea, IdeaStore, NewIdea } from "./idea-store.ts";
import { focusWords } from "./idea-words.ts";
import type { OpenPlayground } from "./playground-parts.ts";
import { readIdeaIds, readPlaygroundForm } from "./playground-request.ts";
import { toIdeaPrompt, toMergedTitle, toMergePrompt, toRefinePrompt, toVariationPrompt } from "./to-prompt.ts";
import { VariationCard } from "./variations-page.tsx";
import type { CardRun } from "./write-cards.ts";

/** A run that is ready to start, and the page that shows its cards. */
export interface PreparedRun {
  run: Omit<CardRun, "onFailure">;
  path: string;
}

const toContents = (ideas: readonly Idea[]): IdeaContent[] => ideas.map(({ content }) => content);
const toTitles = (contents: readonly IdeaContent[]): string[] => contents.map(({ title }) => title);

function toCompany({ use_company: isUsed, company_name: name, company_industry: industry }: RunBrief): Company | undefined {
  return isUsed && `${name}${industry}` !== "" ? { name, industry } : undefined;
}

/** What was asked for, in a few words. */
function describeBrief({ mode, topic, industry, problem_area: problem, market_focus: focus }: IdeaBrief): string {
  const market = mode === "market" ? `${focusWords[focus].title} market` : "";
  return [market, topic, industry, problem].filter((part) => part !== "").join(" · ");
}

/** Reads the form of a run. @throws CodedError invalid_request, not_found */
export type PrepareRun = (parts: OpenPlayground, c: Context<ServerEnvironment>) => Promise<PreparedRun>;

/** The HTML of an element; parts of it may have to be waited for. */
const toMarkup = async (element: { toString(): string | Promise<string> }): Promise<string> => await element.toString();

/** Keeps every card as an idea of a canvas. */
function keepIdea(ideas: IdeaStore, idea: Omit<NewIdea, "content" | "authorship">): CardRun["keep"] {
  return async (content, authorship) => {
    const kept = await ideas.add({ ...idea, content, authorship });
    return { id: kept.id, markup: await toMarkup(<IdeaCard idea={kept} isOpen />) };
  };
}

/** Ideas on a topic, or for a market. */
export const prepareCards: PrepareRun = async (parts, c) => {
  const { canvases, ideas } = parts;
  const { id } = await canvases.get(c.req.param("id") ?? "");
  const brief = parseBody(ideaBrief, (await readPlaygroundForm(c)).fields);
  const { mode, tier, count, order, topic, industry, problem_area, market_focus } = brief;
  await canvases.remember(id, {
    brief: { ...(tier === undefined ? {} : { tier }), count, order, topic, industry, problem_area, market_focus },
    company: { name: brief.company_name, industry: brief.company_industry },
    usesCompany: brief.use_company,
  });
  const company = toCompany(brief);
  const run = {
    count,
    order,
    tier,
    // Oldest first: the newest titles are those that a prompt has room for.
    others: toContents(await ideas.list(id)).toReversed(),
    toPrompt: (others: readonly IdeaContent[]) => toIdeaPrompt(brief, company, toTitles(others)),
    keep: keepIdea(ideas, { canvasId: id, origin: mode, request: describeBrief(brief) }),
  };
  return { run, path: `/canvases/${id}?mode=${mode}` };
};

/** One idea, changed as somebody says. */
export const prepareRefinement: PrepareRun = async (parts, c) => {
  const { canvases, ideas } = parts;
  const { id } = await canvases.get(c.req.param("id") ?? "");
  const brief = parseBody(refineBrief, (await readPlaygroundForm(c)).fields);
  const [idea] = (await ideas.getMany(id, [brief.idea])) as [Idea];
  await canvases.remember(id, {
    company: { name: brief.company_name, industry: brief.company_industry },
    usesCompany: brief.use_company,
  });
  const run = {
    count: brief.count,
    order: brief.order,
    tier: brief.tier,
    // A refinement is like its original, so that only refinements are held against each other.
    others: [],
    toPrompt: () => toRefinePrompt(idea.content, brief.instruction, toCompany(brief)),
    keep: keepIdea(ideas, { canvasId: id, origin: "refine" as const, request: brief.instruction, sources: [idea.id] }),
  };
  return { run, path: `/canvases/${id}?mode=refine&idea=${idea.id}` };
};

/** Several ideas, made into one. */
export const prepareMerge: PrepareRun = async (parts, c) => {
  const { canvases, ideas } = parts;
  const { id, company: stored } = await canvases.get(c.req.param("id") ?? "");
  const form = await readPlaygroundForm(c);
  const brief = parseBody(runBrief, form.fields);
  const chosen = await ideas.getMany(id, readIdeaIds(form.all("idea"), comparable));
  const company = toCompany({ ...brief, company_name: stored.name, company_industry: stored.industry });
  const run = {
    count: 1,
    order: "sequence" as const,
    tier: brief.tier,
    others: [],
    toPrompt: () => toMergePrompt(toContents(chosen), company),
    finish: (content: IdeaContent) => ({ ...content, title: toMergedTitle(content.title) }),
    keep: keepIdea(ideas, {
      canvasId: id,
      origin: "merge" as const,
      request: `Merge of ${toTitles(toContents(chosen)).join(" and ")}`,
      sources: chosen.map((idea) => idea.id),
    }),
  };
  return { run, path: `/canvases/${id}` };
};

/** Variations of an idea, side by side. */
export const prepareVariations: PrepareRun = async (parts, c) => {
  const { canvases, ideas } = parts;
  const idea = await ideas.get(c.req.param("id") ?? "");
  const brief = parseBody(runBrief, (await readPlaygroundForm(c)).fields);
  await canvases.remember(idea.canvasId, {
    company: { name: brief.company_name, industry: brief.company_industry },
    usesCompany: brief.use_company,
  });
  const run: PreparedRun["run"] = {
    count: brief.count,
    order: "parallel",
    tier: brief.tier,
    others: [idea.content, ...(await ideas.listVariations(idea.id)).map(({ content }) => content)],
    toPrompt: () => toVariationPrompt(idea.content, toCompany(brief)),
    keep: async (content, authorship) => {
      const variation = await ideas.addVariation({ ideaId: idea.id, content, authorship });
      return { id: variation.id, markup: await toMarkup(<VariationCard variation={variation} />) };
    },
  };
  return { run, path: `/ideas/${idea.id}/variations` };
};
