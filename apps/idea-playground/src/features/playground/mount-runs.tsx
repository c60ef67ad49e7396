import { answerError } from "@repo/server-kit/mount-route";
import { toCodedError } from "@repo/server-kit/error-response";
import type { Server, ServerEnvironment } from "@repo/server-kit/server";
import { parseBody } from "@repo/server-kit/validation";
import type { Context } from "hono";
import { createRunAnswers } from "./answer-run.ts";
import { comparable } from "./compare-page.tsx";
import { type Company, type IdeaBrief, ideaBrief, refineBrief, type RunBrief, runBrief } from "./idea-brief.ts";
import { IdeaCard } from "./idea-card.tsx";
import type { IdeaContent } from "./idea-content.ts";
import type { Idea, NewIdea } from "./idea-store.ts";
import { focusWords } from "./idea-words.ts";
import type { OpenPlayground } from "./playground-parts.ts";
import { idPattern, readIdeaIds, readPlaygroundForm, wantsEvents } from "./playground-request.ts";
import { toIdeaPrompt, toMergedTitle, toMergePrompt, toRefinePrompt, toVariationPrompt } from "./to-prompt.ts";
import { VariationCard } from "./variations-page.tsx";
import { type CardRun, writeCards } from "./write-cards.ts";

/** A run that is ready to start, and the page that shows its cards. */
interface Prepared {
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

/** Mounts what has cards written: POST of a form, answered with events or, without scripts, with the finished page. */
export function mountRuns(server: Server, parts: OpenPlayground): void {
  const { canvases, ideas, languageModel, pages, authorize } = parts;
  const answers = createRunAnswers(server);

  /** Keeps every card as an idea of a canvas. */
  const keepIdea =
    (idea: Omit<NewIdea, "content" | "authorship">): CardRun["keep"] =>
    async (content, authorship) => {
      const kept = await ideas.add({ ...idea, content, authorship });
      return { id: kept.id, markup: String(<IdeaCard idea={kept} isOpen />) };
    };

  const mount = (path: string, prepare: (c: Context<ServerEnvironment>) => Promise<Prepared>): void => {
    const toStart =
      ({ run }: Prepared, c: Context<ServerEnvironment>): Parameters<typeof answers.stream>[1] =>
      (context) =>
        writeCards(
          languageModel,
          {
            ...run,
            onFailure: (error) =>
              server.log[error.code === "internal" ? "error" : "info"](
                { err: error.cause ?? error, requestId: c.get("state").requestId },
                "a card could not be written",
              ),
          },
          context,
        );
    server.app.post(path, async (c: Context<ServerEnvironment>) => {
      if (!wantsEvents(c)) {
        return await pages.page(c, async () => {
          await authorize(c);
          const prepared = await prepare(c);
          return await answers.whole(c, toStart(prepared, c), prepared.path);
        });
      }
      try {
        await authorize(c);
        return answers.stream(c, toStart(await prepare(c), c));
      } catch (thrown) {
        return answerError(server, c, toCodedError(thrown), "plain");
      }
    });
  };

  mount(`/canvases/:id{${idPattern}}/cards`, async (c) => {
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
      keep: keepIdea({ canvasId: id, origin: mode, request: describeBrief(brief) }),
    };
    return { run, path: `/canvases/${id}?mode=${mode}` };
  });

  mount(`/canvases/:id{${idPattern}}/refine`, async (c) => {
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
      keep: keepIdea({ canvasId: id, origin: "refine" as const, request: brief.instruction, sources: [idea.id] }),
    };
    return { run, path: `/canvases/${id}?mode=refine&idea=${idea.id}` };
  });

  mount(`/canvases/:id{${idPattern}}/merge`, async (c) => {
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
      keep: keepIdea({
        canvasId: id,
        origin: "merge" as const,
        request: `Merge of ${toTitles(toContents(chosen)).join(" and ")}`,
        sources: chosen.map((idea) => idea.id),
      }),
    };
    return { run, path: `/canvases/${id}` };
  });

  mount(`/ideas/:id{${idPattern}}/variations`, async (c) => {
    const idea = await ideas.get(c.req.param("id") ?? "");
    const brief = parseBody(runBrief, (await readPlaygroundForm(c)).fields);
    await canvases.remember(idea.canvasId, {
      company: { name: brief.company_name, industry: brief.company_industry },
      usesCompany: brief.use_company,
    });
    const run: Prepared["run"] = {
      count: brief.count,
      order: "parallel",
      tier: brief.tier,
      others: [idea.content, ...(await ideas.listVariations(idea.id)).map(({ content }) => content)],
      toPrompt: () => toVariationPrompt(idea.content, toCompany(brief)),
      keep: async (content, authorship) => {
        const variation = await ideas.addVariation({ ideaId: idea.id, content, authorship });
        return { id: variation.id, markup: String(<VariationCard variation={variation} />) };
      },
    };
    return { run, path: `/ideas/${idea.id}/variations` };
  });
}
