import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Assets, loadAssets } from "@repo/app-kit/load-assets";
import { type OpenDatabase, openDatabase } from "@repo/app-kit/open-database";
import type { FilmHealth, RecommendationAnswer } from "@repo/contracts/film-recommendations";
import { createSilentLogger } from "@repo/server-kit/log";
import type { Server } from "@repo/server-kit/server";
import { type FakeSpace, startFakeSpace } from "@repo/testing/fake-space";
import { testDatabase } from "@repo/testing/test-database";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createApp } from "./app.ts";
import { configSchema } from "./config.ts";
import { readCommittedCatalogue } from "./features/catalogue/seed-catalogue.ts";
import { upsertFilms } from "./features/catalogue/catalogue-store.ts";
import { createFilmIndexer, type FilmIndexer } from "./features/indexing/film-indexer.ts";
import { createSpaces, type Spaces } from "./spaces.ts";

const toPath = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

let folder: string;
let assets: Assets;
let database: OpenDatabase;
let space: FakeSpace;
let spaces: Spaces;
let indexer: FilmIndexer;
let server: Server;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "cinematch-assets-"));
  for (const name of ["pico.css", "app-kit.css", "cinematch.css", "search.js"]) await writeFile(join(folder, name), `/* ${name} */`);
  assets = await loadAssets(folder);
  database = await openDatabase({ ...testDatabase(), migrationsFolder: toPath("migrations") });
  await upsertFilms(
    database.db,
    (await readCommittedCatalogue(toPath("data/films.jsonl"))).filter(({ title, year }) => title.includes("Batman") || year === 1994),
  );
  space = await startFakeSpace();
  const config = configSchema.parse({ HF_SPACE_ENDPOINT: space.url, LOCAL_FALLBACK: "false", SEARCH_TIMEOUT_MS: "1500" });
  spaces = createSpaces(config, createSilentLogger());
  indexer = createFilmIndexer({ db: database.db, embedder: spaces.embedder!, reducedDimensions: 0 });
  await indexer.completed;
  server = createApp({ config, database, spaces, indexer, assets, ready: () => ({ ready: true, stage: "ready" }) });
}, 60_000);

afterAll(async () => {
  await indexer.close();
  await spaces.close();
  await space.close();
  await database.close();
  await rm(folder, { recursive: true });
});

async function request(
  path: string,
  body?: unknown,
  headers: Record<string, string> = { "content-type": "application/json" },
): Promise<Response> {
  return await server.app.request(
    path,
    body === undefined ? {} : { method: "POST", headers, body: typeof body === "string" ? body : JSON.stringify(body) },
  );
}

test("GET and POST of the query route give the same films in the documented shape", async () => {
  const posted = (await (await request("/api/recommendations/query", { query: "Batman", top_k: 3 })).json()) as RecommendationAnswer;
  const got = (await (await request("/api/recommendations/query?query=Batman&top_k=3")).json()) as RecommendationAnswer;
  expect(got).toEqual(posted);
  expect(posted).toMatchObject({ success: true, count: 3, mode: "hybrid", notice: null });
  expect(posted.recommendations[0]).toMatchObject({
    movieId: expect.any(Number),
    title: expect.stringContaining("Batman"),
    genres: expect.any(Array),
    avg_rating: null,
  });
});

test("top_k is 8 when it is not given", async () => {
  expect(((await (await request("/api/recommendations/query", { query: "Batman" })).json()) as RecommendationAnswer).count).toBe(8);
});

test("similar films and search answer in their shapes", async () => {
  const found = (await (await request("/api/search", { search_term: "Batman", top_k: 2 })).json()) as {
    movies: { movieId: number }[];
    count: number;
  };
  expect(found).toMatchObject({ success: true, count: 2 });
  const similar = (await (
    await request("/api/recommendations/similar", { movie_id: found.movies[0]?.movieId })
  ).json()) as RecommendationAnswer;
  expect(similar).toMatchObject({ success: true, count: 10, mode: "semantic" });
});

test.for<[string, string, unknown, number, string]>([
  ["an empty query", "/api/recommendations/query", { query: "  " }, 400, "invalid_request"],
  ["no body", "/api/recommendations/query", "", 400, "invalid_request"],
  ["malformed JSON", "/api/search", "{", 400, "invalid_request"],
  ["a wrong type", "/api/recommendations/similar", { movie_id: "x" }, 400, "invalid_request"],
  ["an unknown film", "/api/recommendations/similar", { movie_id: 123_456 }, 404, "not_found"],
  ["too many films wanted", "/api/recommendations/query", { query: "a", top_k: 100_000 }, 400, "invalid_request"],
  ["a huge body", "/api/search", { search_term: "x".repeat(100_000) }, 413, "payload_too_large"],
])("%s is refused with a reason", async ([, path, body, status, code]) => {
  const response = await request(path, body);
  expect(response.status).toBe(status);
  expect(await response.json()).toMatchObject({ success: false, error: expect.any(String), code, request_id: expect.any(String) });
});

test("the page shows the films, escapes what was typed and loads nothing from elsewhere", async () => {
  const response = await request(`/?query=${encodeURIComponent('<script>alert("x")</script> Batman')}`);
  const page = await response.text();
  expect(response.status).toBe(200);
  expect(page).not.toContain("<script>alert");
  expect(page).toContain("% match");
  expect(response.headers.get("content-security-policy")).toContain("default-src 'self'");
  expect(
    [...page.matchAll(/(?:src|href)="([^"]+)"/g)]
      .map(([, address = ""]) => address)
      .filter((address) => /^https?:/.test(address) && !address.includes("themoviedb.org")),
  ).toEqual([]);
});

test("a film has a page with films like it, an unknown one has none", async () => {
  const { movies } = (await (await request("/api/search", { search_term: "Pulp Fiction", top_k: 1 })).json()) as {
    movies: { movieId: number }[];
  };
  const page = await (await request(`/films/${movies[0]?.movieId}`)).text();
  expect(page).toContain("Films like Pulp Fiction");
  const unknown = await request("/films/999999");
  expect([unknown.status, unknown.headers.get("content-type")]).toEqual([404, "text/html; charset=UTF-8"]);
  expect(await unknown.text()).toContain("There is no such film.");
});

test("the map draws every indexed film", async () => {
  const page = await (await request("/map")).text();
  expect([...page.matchAll(/<circle cx/g)].length).toBeGreaterThanOrEqual(indexer.progress().done);
});

test("the health route tells about films, index and Space", async () => {
  const health = (await (await request("/api/health")).json()) as FilmHealth;
  expect(health).toMatchObject({
    status: "healthy",
    index: "complete",
    space: { mode: "space", state: "awake", answeredBy: "primary", message: null },
  });
  expect(health.indexed).toBe(health.films);
});

test("while the Space sleeps words answer, the page says so, and meaning is back when it wakes", { timeout: 60_000 }, async () => {
  space.behave({ kind: "asleep" });
  const asleep = (await (await request("/api/recommendations/query", { query: "Batman in the snow" })).json()) as RecommendationAnswer;
  expect(asleep.mode).toBe("keyword");
  expect(asleep.recommendations[0]?.title).toContain("Batman");
  expect(asleep.notice?.code).toMatch(/waking|unavailable/);
  expect(await (await request("/?query=Batman+at+night")).text()).toContain("Words only.");
  space.behave(undefined);
  await expect
    .poll(
      async () =>
        ((await (await request("/api/recommendations/query", { query: "Batman in the rain" })).json()) as RecommendationAnswer).mode,
      { timeout: 30_000, interval: 500 },
    )
    .toBe("hybrid");
});
