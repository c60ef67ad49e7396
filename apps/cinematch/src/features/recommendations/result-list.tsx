import type { ScoredFilm, SearchNotice } from "@repo/contracts/film-recommendations";
import { toHue } from "../../genre-hue.ts";

/** A drawn poster: no picture of a film is ours to show, so its colour and initial stand for it. */
function Poster({ title, genres }: Pick<ScoredFilm, "title" | "genres">) {
  const initial = /[\p{L}\p{N}]/u.exec(title.replace(/^(The|A|An) /, ""))?.[0] ?? "?";
  const hue = toHue(genres);
  return (
    <svg class="poster" viewBox="0 0 60 88" aria-hidden="true">
      <rect width="60" height="88" rx="4" fill={`hsl(${hue} 45% 34%)`} />
      <path d="M0 70 L60 46 V84 a4 4 0 0 1 -4 4 H4 a4 4 0 0 1 -4 -4 Z" fill={`hsl(${(hue + 30) % 360} 50% 26%)`} />
      <text x="30" y="50" text-anchor="middle" font-size="32" font-weight="700" fill="#fff">
        {initial}
      </text>
    </svg>
  );
}

/** A film with its match and its way to similar films. */
function FilmCard({ film }: { film: ScoredFilm }) {
  const percent = Math.round(film.score * 100);
  return (
    <li class="film">
      <Poster title={film.title} genres={film.genres} />
      <div>
        <h3>
          <a href={`/films/${film.movieId}`}>{film.title}</a> {film.year === null ? null : <small>{film.year}</small>}
        </h3>
        <p class="genres">{film.genres.slice(0, 4).join(" · ")}</p>
        <p class="about">{film.description}</p>
        <p class="people">{[...film.directors, ...film.cast.slice(0, 2)].join(", ")}</p>
        <p class="match">
          <meter min="0" max="100" value={percent} aria-label="Match" />
          <strong>{percent}% match</strong>
          <a href={`/films/${film.movieId}`} aria-label={`Films like ${film.title}`}>
            Similar
          </a>
          <a
            href={`https://www.themoviedb.org/search?query=${encodeURIComponent(film.title)}`}
            rel="noreferrer"
            target="_blank"
            aria-label={`Look up ${film.title} on the web`}
          >
            Look up ↗
          </a>
        </p>
      </div>
    </li>
  );
}

/** What a person should know about an answer. */
function Notice({ notice }: { notice: SearchNotice | null }) {
  if (notice === null) return null;
  return (
    <div class="banner" data-kind="warning" role="status">
      <strong>Words only.</strong> {notice.message}
    </div>
  );
}

/** The films of an answer, or what to do when there are none. */
export function ResultList({ films, notice, heading }: { films: readonly ScoredFilm[]; notice: SearchNotice | null; heading: string }) {
  return (
    <section aria-live="polite" aria-label={heading}>
      <Notice notice={notice} />
      <h2>{heading}</h2>
      {films.length === 0 ? (
        <p>Nothing found. Describe the film in other words: a mood, a place, a plot, a person.</p>
      ) : (
        <ol class="films">
          {films.map((film) => (
            <FilmCard film={film} />
          ))}
        </ol>
      )}
    </section>
  );
}
