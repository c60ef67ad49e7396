import { z } from "zod";
import { defineRoute } from "./route.ts";

/** Most films one answer holds. */
export const maxFilmsPerAnswer = 100;

const topK = (fallback: number) =>
  z.coerce
    .number()
    .int()
    .min(1)
    .max(maxFilmsPerAnswer)
    .default(fallback)
    .describe(`Films wanted, 1 to ${maxFilmsPerAnswer}; default ${fallback}.`);
const queryText = z.string().trim().min(1, "Say what you are looking for.").max(1_000);

/** A film in an answer. */
export const filmAnswer = z.object({
  movieId: z.number().int().describe("Id in this catalogue."),
  title: z.string(),
  year: z.number().int().nullable(),
  genres: z.array(z.string()),
  directors: z.array(z.string()),
  cast: z.array(z.string()),
  description: z.string(),
  avg_rating: z.number().nullable().describe("0 to 5; null when the source has no ratings."),
});

/** A film and how well it matches. */
export const scoredFilm = filmAnswer.extend({
  score: z.number().min(0).max(1).describe("How well the film matches, 0 to 1."),
  semantic_score: z.number().nullable().describe("Cosine similarity of meaning; null when only words were compared."),
  keyword_score: z.number().nullable().describe("How well the words match, 0 to 1; null when words were not compared."),
});

/** How an answer was found, and what a person should know about it. */
export const searchMode = z.enum(["hybrid", "semantic", "keyword"]);

/** Something that made the answer less good than it could be. */
export const searchNotice = z.object({
  code: z.enum(["waking", "indexing", "fallback", "unavailable"]),
  message: z.string().describe("For people."),
});

const recommendationAnswer = z.object({
  success: z.literal(true),
  recommendations: z.array(scoredFilm),
  count: z.number().int(),
  mode: searchMode,
  notice: searchNotice.nullable(),
});

const queryRequest = z.object({ query: queryText.describe("What to look for, in your own words."), top_k: topK(8) });

const recommendByQuery = {
  path: "/api/recommendations/query",
  family: "plain",
  summary: "Films for a description, a mood or a title",
  request: queryRequest,
  response: recommendationAnswer,
  public: true,
} as const;

/** `POST /api/recommendations/query {query, top_k}`. */
export const recommendByQueryRoute = defineRoute({ method: "POST", ...recommendByQuery });

/** `GET /api/recommendations/query?query=...&top_k=8`. */
export const recommendByQueryGetRoute = defineRoute({ method: "GET", ...recommendByQuery });

/** `POST /api/recommendations/similar {movie_id, top_k}`. */
export const similarFilmsRoute = defineRoute({
  method: "POST",
  path: "/api/recommendations/similar",
  family: "plain",
  summary: "Films like this one",
  request: z.object({ movie_id: z.coerce.number().int().positive().describe("movieId of a film."), top_k: topK(10) }),
  response: recommendationAnswer,
  public: true,
});

/** `POST /api/search {search_term, top_k}`: words only, never needs the Space. */
export const searchFilmsRoute = defineRoute({
  method: "POST",
  path: "/api/search",
  family: "plain",
  summary: "Films by title, people and words",
  request: z.object({ search_term: queryText.describe("Words of the title, names, or what the film is about."), top_k: topK(20) }),
  response: z.object({ success: z.literal(true), movies: z.array(filmAnswer), count: z.number().int() }),
  public: true,
});

/** `GET /api/health`. */
export const filmHealthRoute = defineRoute({
  method: "GET",
  path: "/api/health",
  family: "plain",
  summary: "Whether search works, and how well",
  response: z.object({
    status: z.enum(["healthy", "degraded"]),
    films: z.number().int(),
    indexed: z.number().int().describe("Films with a vector."),
    index: z.enum(["waiting", "indexing", "complete", "stopped", "off"]),
    space: z.object({
      mode: z.enum(["space", "local", "hosted", "keyword-only"]),
      state: z.string().describe("awake, warming, down, unknown or off."),
      answeredBy: z.enum(["primary", "fallback", "none"]),
      message: z.string().nullable(),
    }),
  }),
  public: true,
});

export type FilmAnswer = z.infer<typeof filmAnswer>;
export type ScoredFilm = z.infer<typeof scoredFilm>;
export type SearchNotice = z.infer<typeof searchNotice>;
export type SearchMode = z.infer<typeof searchMode>;
export type RecommendationAnswer = z.infer<typeof recommendationAnswer>;
export type FilmHealth = z.infer<typeof filmHealthRoute.response>;
