import type { Database } from "@repo/app-kit/open-database";
import type { CallContext } from "@repo/contracts/call-context";
import { CodedError } from "@repo/contracts/coded-error";
import type { TextEmbedder } from "@repo/contracts/embed-text";
import type { FilmAnswer, ScoredFilm, SearchMode, SearchNotice } from "@repo/contracts/film-recommendations";
import { isSameModel } from "@repo/contracts/model-info";
import type { FilmRow } from "../../film.ts";
import type { ActiveIndex } from "../../schema.ts";
import { findFilms, findFilmVector, scoreByKeywords, scoreByMeaning, type Scores } from "./find-films.ts";

/** How much meaning counts against words (0.7 : 0.3, as the original app blended them). */
const semanticWeight = 0.7;
/** Candidates each side brings to the blend. */
const candidatesPerSide = 120;

/** What a recommendation needs from the rest of the app. */
export interface RecommendationSources {
  db: Database;
  /** Undefined when only words are compared. */
  embedder: TextEmbedder | undefined;
  /** The index as it is now; undefined before the first vector. */
  activeIndex(): ActiveIndex | undefined;
  /** Turns a vector of the model into one of the index's space. */
  reduce(index: ActiveIndex, vector: Float32Array): ArrayLike<number>;
}

/** Films that match, best first, and how they were found. */
export interface Recommendations {
  films: ScoredFilm[];
  mode: SearchMode;
  notice: SearchNotice | null;
}

/** A film as the API shows it. */
function toFilmAnswer(film: FilmRow): FilmAnswer {
  const { id, title, year, genres, directors, cast, description, averageRating } = film;
  return { movieId: id, title, year, genres, directors, cast, description, avg_rating: averageRating };
}

const round = (value: number): number => Math.round(value * 10_000) / 10_000;

async function toScoredFilms(
  db: Database,
  ranking: readonly { id: number; score: number; semantic: number | null; keyword: number | null }[],
): Promise<ScoredFilm[]> {
  const rows = await findFilms(
    db,
    ranking.map(({ id }) => id),
  );
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ranking.flatMap(({ id, score, semantic, keyword }) => {
    const film = byId.get(id);
    if (!film) return [];
    return [
      { ...toFilmAnswer(film), score: round(score), semantic_score: semantic && round(semantic), keyword_score: keyword && round(keyword) },
    ];
  });
}

/** Why semantic search is out of the question, or the vector to search with. */
type QueryVector = { index: ActiveIndex; vector: ArrayLike<number> } | { notice: SearchNotice | null };

function toNotice(error: unknown): SearchNotice {
  const warming = CodedError.isInstance(error) && error.details?.["state"] === "warming";
  if (warming) return { code: "waking", message: "The Space that compares meanings is waking up; until then only words are compared." };
  const reason = CodedError.isInstance(error) ? error.message : "an unexpected error";
  return { code: "unavailable", message: `The Space that compares meanings cannot be reached, so only words are compared. (${reason})` };
}

async function embedQuery(sources: RecommendationSources, query: string, context: CallContext): Promise<QueryVector> {
  const { embedder } = sources;
  if (!embedder) return { notice: null };
  const index = sources.activeIndex();
  if (!index) return { notice: { code: "indexing", message: "The films are being indexed; until then only words are compared." } };
  try {
    const { identity, vectors } = await embedder.embed({ texts: [query], inputType: "query" }, context);
    const [vector] = vectors;
    if (!vector || !isSameModel(identity, index.identity)) {
      const message = `The films were indexed with ${index.identity.model} (${index.identity.revision}) and the Space now serves ${identity.model} (${identity.revision}); they are being indexed again, or run: pnpm --filter cinematch reindex.`;
      return { notice: { code: "indexing", message } };
    }
    return { index, vector: sources.reduce(index, vector) };
  } catch (error) {
    if (context.signal?.aborted) throw error;
    return { notice: toNotice(error) };
  }
}

function blend(keyword: Scores, semantic: Scores): { id: number; score: number; semantic: number | null; keyword: number | null }[] {
  return [...new Set([...semantic.keys(), ...keyword.keys()])]
    .map((id) => {
      const meaning = semantic.get(id) ?? 0;
      const words = keyword.get(id) ?? 0;
      return { id, score: semanticWeight * meaning + (1 - semanticWeight) * words, semantic: meaning, keyword: words };
    })
    .toSorted((a, b) => b.score - a.score || a.id - b.id);
}

/**
 * Films for a free text, by meaning and by words. When meaning cannot be compared (the Space sleeps, is down or serves
 * another model), words alone answer and the notice says so.
 */
export async function recommendByQuery(
  sources: RecommendationSources,
  query: string,
  topK: number,
  context: CallContext = {},
): Promise<Recommendations> {
  const [keyword, asked] = await Promise.all([scoreByKeywords(sources.db, query, candidatesPerSide), embedQuery(sources, query, context)]);
  if ("notice" in asked) {
    const ranking = [...keyword].map(([id, score]) => ({ id, score, semantic: null, keyword: score })).slice(0, topK);
    return { films: await toScoredFilms(sources.db, ranking), mode: "keyword", notice: asked.notice };
  }
  const { index, vector } = asked;
  const nearest = await scoreByMeaning(sources.db, index, vector, { limit: candidatesPerSide });
  // A film that only its words brought in still has a meaning to be weighed.
  const others = await scoreByMeaning(sources.db, index, vector, {
    limit: candidatesPerSide,
    among: [...keyword.keys()].filter((id) => !nearest.has(id)),
  });
  const ranking = blend(keyword, new Map([...nearest, ...others])).slice(0, topK);
  return { films: await toScoredFilms(sources.db, ranking), mode: "hybrid", notice: null };
}

/**
 * Films whose meaning is closest to a film of the catalogue; needs the index, not the Space. While the film has no
 * vector yet, its title, genres and tags are searched for as words.
 * @throws CodedError not_found when there is no such film
 */
export async function recommendSimilar(sources: RecommendationSources, filmId: number, topK: number): Promise<Recommendations> {
  const [film] = await findFilms(sources.db, [filmId]);
  if (!film) throw new CodedError("not_found", `There is no film with the id ${filmId}.`);
  const index = sources.activeIndex();
  const vector = index && (await findFilmVector(sources.db, index, filmId));
  if (index && vector) {
    const scores = await scoreByMeaning(sources.db, index, vector, { limit: topK, except: filmId });
    const ranking = [...scores].map(([id, score]) => ({ id, score, semantic: score, keyword: null }));
    return { films: await toScoredFilms(sources.db, ranking), mode: "semantic", notice: null };
  }
  const words = await scoreByKeywords(sources.db, [...film.genres, ...film.tags, ...film.directors].join(" "), topK + 1);
  const ranking = [...words].filter(([id]) => id !== filmId).map(([id, score]) => ({ id, score, semantic: null, keyword: score }));
  const notice: SearchNotice = { code: "indexing", message: "This film is not indexed yet, so films with the same themes are shown." };
  return { films: await toScoredFilms(sources.db, ranking.slice(0, topK)), mode: "keyword", notice };
}

/** Films by words alone. */
export async function searchFilms(sources: RecommendationSources, term: string, topK: number): Promise<FilmAnswer[]> {
  const scores = await scoreByKeywords(sources.db, term, topK);
  return (await findFilms(sources.db, [...scores.keys()])).map(toFilmAnswer);
}
