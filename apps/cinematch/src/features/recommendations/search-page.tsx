import type { Assets } from "@repo/app-kit/load-assets";
import type { ScoredFilm, SearchNotice } from "@repo/contracts/film-recommendations";
import type { FilmRow } from "../../film.ts";
import { Shell } from "../../ui/shell.tsx";
import { ResultList } from "./result-list.tsx";

const suggestions = [
  "Batman",
  "slow mystery in a small town",
  "feel-good musical",
  "robots who learn to feel",
  "heist that goes wrong",
  "samurai",
];

function SearchBox({ query }: { query: string }) {
  return (
    <form id="search" action="/" method="get" role="search">
      <label for="query" class="visually-hidden">
        What would you like to watch?
      </label>
      <fieldset role="group">
        <input
          id="query"
          name="query"
          type="search"
          maxlength={1000}
          required
          placeholder="A title, a mood, a plot …"
          value={query}
          autocomplete="off"
          autofocus={query === ""}
        />
        <button type="submit">Find films</button>
      </fieldset>
    </form>
  );
}

/** The front page: search box, and the answer when there is a question. */
export function SearchPage(props: {
  assets: Assets;
  query: string;
  answer?: { films: readonly ScoredFilm[]; notice: SearchNotice | null };
}) {
  const { query, answer } = props;
  return (
    <Shell title={query === "" ? "cinematch" : `${query} – cinematch`} assets={props.assets} current="/">
      <SearchBox query={query} />
      <p class="suggestions">
        {suggestions.map((text) => (
          <a href={`/?query=${encodeURIComponent(text)}`}>{text}</a>
        ))}
      </p>
      <div id="results">{answer ? <ResultList films={answer.films} notice={answer.notice} heading={`Films for “${query}”`} /> : null}</div>
      <template id="skeleton">
        <div class="films" aria-hidden="true">
          {Array.from({ length: 8 }, () => (
            <div class="film skeleton"></div>
          ))}
        </div>
      </template>
    </Shell>
  );
}

/** One film and the films like it. */
export function FilmPage(props: { assets: Assets; film: FilmRow; similar: readonly ScoredFilm[]; notice: SearchNotice | null }) {
  const { film } = props;
  return (
    <Shell title={`${film.title} – cinematch`} assets={props.assets}>
      <article>
        <h1>
          {film.title} {film.year === null ? null : <small>({film.year})</small>}
        </h1>
        <p>{film.description}</p>
        <p>
          <strong>{film.genres.join(" · ")}</strong>
        </p>
        {film.directors.length > 0 ? <p>Directed by {film.directors.join(", ")}</p> : null}
        {film.cast.length > 0 ? <p>With {film.cast.join(", ")}</p> : null}
        {film.averageRating === null ? null : (
          <p>
            Rated {film.averageRating.toFixed(1)} of 5
            {film.ratingCount === null ? "" : ` by ${film.ratingCount.toLocaleString("en")} people`}
          </p>
        )}
        <p class="suggestions">
          {film.tags.map((tag) => (
            <a href={`/?query=${encodeURIComponent(tag)}`}>{tag}</a>
          ))}
        </p>
      </article>
      <ResultList films={props.similar} notice={props.notice} heading={`Films like ${film.title}`} />
    </Shell>
  );
}
