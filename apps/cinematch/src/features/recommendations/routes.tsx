import type { Assets } from "@repo/app-kit/load-assets";
import type { PageResponder } from "@repo/app-kit/page-responder";
import type { CallContext } from "@repo/contracts/call-context";
import { CodedError } from "@repo/contracts/coded-error";
import {
  recommendByQueryGetRoute,
  recommendByQueryRoute,
  type RecommendationAnswer,
  searchFilmsRoute,
  similarFilmsRoute,
} from "@repo/contracts/film-recommendations";
import { mountRoute } from "@repo/server-kit/mount-route";
import type { Server } from "@repo/server-kit/server";
import type { Context } from "hono";
import { findFilms } from "./find-films.ts";
import { type Recommendations, type RecommendationSources, recommendByQuery, recommendSimilar, searchFilms } from "./recommend-films.ts";
import { ResultList } from "./result-list.tsx";
import { FilmPage, SearchPage } from "./search-page.tsx";

interface RecommendationParts {
  sources: RecommendationSources;
  assets: Assets;
  pages: PageResponder;
  /** How long a search waits for the Space before words alone answer, milliseconds. */
  searchTimeoutMs: number;
  /** Starts waking the Space; called when somebody opens the page, so that it is awake when they have typed. */
  wakeSpace: () => void;
}

const filmsPerPage = 12;

function toAnswer({ films, mode, notice }: Recommendations): RecommendationAnswer {
  return { success: true, recommendations: films, count: films.length, mode, notice };
}

/** Mounts the API of the original app and the pages. */
export function mountRecommendations(server: Server, parts: RecommendationParts): void {
  const { sources, assets, pages, searchTimeoutMs, wakeSpace } = parts;
  const within = (context: CallContext): CallContext => ({
    ...context,
    deadlineAt: Math.min(context.deadlineAt ?? Infinity, Date.now() + searchTimeoutMs),
  });

  for (const route of [recommendByQueryRoute, recommendByQueryGetRoute]) {
    mountRoute(server, route, async ({ query, top_k }, context) =>
      toAnswer(await recommendByQuery(sources, query, top_k, within(context))),
    );
  }
  mountRoute(server, similarFilmsRoute, async ({ movie_id, top_k }) => toAnswer(await recommendSimilar(sources, movie_id, top_k)));
  mountRoute(server, searchFilmsRoute, async ({ search_term, top_k }) => {
    const movies = await searchFilms(sources, search_term, top_k);
    return { success: true as const, movies, count: movies.length };
  });

  const { app } = server;
  const answerQuery = async (query: string, signal: AbortSignal) =>
    await recommendByQuery(sources, query, filmsPerPage, within({ signal }));
  const readQuery = (c: Context): string => (c.req.query("query") ?? c.req.query("q") ?? "").trim().slice(0, 1_000);
  app.get("/", async (c) => {
    wakeSpace();
    return await pages.page(c, async () => {
      const query = readQuery(c);
      const answer = query === "" ? undefined : await answerQuery(query, c.req.raw.signal);
      return <SearchPage assets={assets} query={query} {...(answer ? { answer } : {})} />;
    });
  });
  app.get("/fragments/results", async (c) =>
    pages.fragment(c, async () => {
      const query = readQuery(c);
      if (query === "") return <ResultList films={[]} notice={null} heading="Films" />;
      const { films, notice } = await answerQuery(query, c.req.raw.signal);
      return <ResultList films={films} notice={notice} heading={`Films for “${query}”`} />;
    }),
  );
  app.get("/films/:id{[0-9]{1,9}}", async (c) =>
    pages.page(c, async () => {
      const [film] = await findFilms(sources.db, [Number(c.req.param("id"))]);
      if (!film) throw new CodedError("not_found", "There is no such film.");
      const { films, notice } = await recommendSimilar(sources, film.id, filmsPerPage);
      return <FilmPage assets={assets} film={film} similar={films} notice={notice} />;
    }),
  );
}
