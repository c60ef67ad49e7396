import { fileURLToPath } from "node:url";
import { type OpenDatabase, openDatabase } from "@repo/app-kit/open-database";
import { CodedError } from "@repo/contracts/coded-error";
import type { TextEmbedder } from "@repo/contracts/embed-text";
import { testDatabase } from "@repo/testing/test-database";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { NewFilm } from "../../film.ts";
import type { ActiveIndex } from "../../schema.ts";
import { upsertFilms } from "../catalogue/catalogue-store.ts";
import { createFilmIndexer, type FilmIndexer } from "../indexing/film-indexer.ts";
import { reduceVector } from "../indexing/reduce-vectors.ts";
import { type RecommendationSources, recommendByQuery, recommendSimilar, searchFilms } from "./recommend-films.ts";

const film = (title: string, description: string, more: Partial<NewFilm> = {}): NewFilm => ({
  source: "outpost",
  sourceId: title,
  title,
  year: 2000,
  genres: ["Drama"],
  directors: [],
  cast: [],
  tags: [],
  description,
  averageRating: null,
  ratingCount: null,
  ...more,
});

const catalogue = [
  film("Batman", "A masked billionaire fights a clown in a gothic city.", { genres: ["Action", "Superhero"], year: 1989 }),
  film("The Dark Knight", "A masked vigilante faces an anarchist clown who terrorises a city.", {
    genres: ["Action", "Superhero"],
    year: 2008,
  }),
  film("Pride and Prejudice", "Five sisters look for husbands among the country gentry.", {
    genres: ["Romance"],
    cast: ["Keira Knightley"],
  }),
  film("Sense and Sensibility", "Two sisters without money look for husbands in the country.", { genres: ["Romance"] }),
  film("100%_Wolf", "A boy of a werewolf family turns into a poodle.", { genres: ["Animation"] }),
];

/** Meaning as bags of words: enough to be near where words are shared, and real arithmetic all the way. */
function createWordEmbedder(model: string): TextEmbedder {
  const toVector = (text: string): Float32Array => {
    const vector = new Float32Array(384);
    for (const word of text.toLowerCase().match(/\p{L}+/gu) ?? []) {
      let hash = 7;
      for (const character of word) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 383;
      vector[hash] = (vector[hash] ?? 0) + 1;
    }
    const norm = Math.hypot(...vector) || 1;
    return vector.map((value) => value / norm);
  };
  const identity = { model, revision: "1", dimensions: 384 };
  return {
    info: async () => await Promise.resolve({ ...identity, maxTokens: 256, pooling: "mean", precision: "fp32", promptNames: [] }),
    embed: async ({ texts }) =>
      await Promise.resolve({
        identity,
        vectors: texts.map((text) => toVector(String(text))),
        tokenCounts: texts.map(() => 1),
        truncated: [],
        timings: {},
      }),
  };
}

let database: OpenDatabase;
let indexer: FilmIndexer;
let sources: RecommendationSources;

const sourcesWith = (embedder: TextEmbedder | undefined, activeIndex: () => ActiveIndex | undefined): RecommendationSources => ({
  db: database.db,
  embedder,
  activeIndex,
  reduce: (index, vector) => (index.reduction ? reduceVector(index.reduction, vector) : vector),
});

beforeAll(async () => {
  const migrationsFolder = fileURLToPath(new URL("../../../migrations", import.meta.url));
  database = await openDatabase({ ...testDatabase(), migrationsFolder });
  await upsertFilms(database.db, catalogue);
  const embedder = createWordEmbedder("words");
  indexer = createFilmIndexer({ db: database.db, embedder, reducedDimensions: 0 });
  await indexer.completed;
  sources = sourcesWith(embedder, indexer.active);
}, 60_000);

afterAll(async () => {
  await indexer.close();
  await database.close();
});

const titles = (films: readonly { title: string }[]): string[] => films.map(({ title }) => title);

test("a title puts its film first and films of the same meaning next", async () => {
  const { films, mode, notice } = await recommendByQuery(sources, "batman masked city", 3);
  expect(titles(films).slice(0, 2)).toEqual(["Batman", "The Dark Knight"]);
  expect(films[0]?.score).toBeGreaterThan(films[1]?.score ?? 1);
  expect({ mode, notice }).toEqual({ mode: "hybrid", notice: null });
});

test("a misspelt title is found", async () => {
  expect(titles(await searchFilms(sources, "prejudise", 3))).toContain("Pride and Prejudice");
});

test("an actor's name finds the films", async () => {
  expect(titles(await searchFilms(sources, "keira knightley", 3))[0]).toBe("Pride and Prejudice");
});

test("wildcards, quotes, operators, NUL and lone surrogates in a query are plain text", async () => {
  expect(titles(await searchFilms(sources, "100%_", 3))).toEqual(["100%_Wolf"]);
  for (const query of ["%", "_", "' or 1=1 --", "a & | ! ( ) : * <->", "\0", "\ud800", "\\", "🦇"]) {
    const { films } = await recommendByQuery(sources, query, 3);
    expect(films.length).toBeLessThanOrEqual(3);
  }
});

test("similar films leave the film itself out and need no Space", async () => {
  const [batman] = await searchFilms(sources, "Batman", 1);
  const { films, mode } = await recommendSimilar(sourcesWith(undefined, indexer.active), batman?.movieId ?? 0, 2);
  expect(titles(films)).toContain("The Dark Knight");
  expect(titles(films)).not.toContain("Batman");
  expect(mode).toBe("semantic");
});

test("an unknown film is not found", async () => {
  await expect(recommendSimilar(sources, 999_999, 3)).rejects.toMatchObject({ code: "not_found" });
});

test("words answer while the Space is down, and the notice says why", async () => {
  const down: TextEmbedder = {
    info: async () => await Promise.reject(new CodedError("model_unavailable", "The Space is asleep.")),
    embed: async () => await Promise.reject(new CodedError("model_unavailable", "The Space is asleep.")),
  };
  const { films, mode, notice } = await recommendByQuery(sourcesWith(down, indexer.active), "batman", 3);
  expect(titles(films)[0]).toBe("Batman");
  expect(mode).toBe("keyword");
  expect(notice).toMatchObject({ code: "unavailable", message: expect.stringContaining("The Space is asleep.") as string });
});

test("vectors of another model are never compared with the index", async () => {
  const { mode, notice } = await recommendByQuery(sourcesWith(createWordEmbedder("other"), indexer.active), "batman", 3);
  expect(mode).toBe("keyword");
  expect(notice?.message).toContain("other");
});

test("a changed film is embedded again, an unchanged one is not", async () => {
  let embedded = 0;
  const words = createWordEmbedder("words");
  const counting: TextEmbedder = {
    info: words.info,
    embed: async (request, context) => {
      embedded += request.texts.length;
      return await words.embed(request, context);
    },
  };
  await upsertFilms(database.db, [film("Pride and Prejudice", "Five sisters, and a proud gentleman.", { genres: ["Romance"] })]);
  const again = createFilmIndexer({ db: database.db, embedder: counting, reducedDimensions: 0 });
  await again.completed;
  await again.close();
  expect(embedded).toBe(1);
});

test("with reduced vectors films are found by meaning as well, and switching the reduction off brings whole ones back", async () => {
  const embedder = createWordEmbedder("words");
  const reducing = createFilmIndexer({ db: database.db, embedder, reducedDimensions: 4 });
  await reducing.completed;
  expect(reducing.active()?.reduction?.components).toHaveLength(4);
  const { films, mode } = await recommendByQuery(sourcesWith(embedder, reducing.active), "masked vigilante city", 2);
  expect([titles(films)[0], mode]).toEqual(["The Dark Knight", "hybrid"]);
  await reducing.close();
  const whole = createFilmIndexer({ db: database.db, embedder, reducedDimensions: 0 });
  await whole.completed;
  expect(whole.active()?.reduction).toBeNull();
  await whole.close();
});
