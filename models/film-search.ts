import { readFileSync } from "node:fs";
import { cosine } from "./text-vectors.ts";

/** A film to be found: its tags are the query, its description the passage. None of them was trained on. */
export interface FilmSearchCase {
  query: string;
  description: string;
}

/** How well queries find their passages among all passages. */
export interface SearchScore {
  /** Mean of 1 / rank of the right passage, 0 beyond the tenth. */
  mrrAt10: number;
  /** Share of queries whose passage is among the first ten. */
  recallAt10: number;
}

/** The films of CineMatch. */
export function readFilmSearch(): FilmSearchCase[] {
  const lines = readFileSync(new URL("../apps/cinematch/data/films.jsonl", import.meta.url), "utf8")
    .trim()
    .split("\n");
  return lines.map((line) => {
    const { tags, description } = JSON.parse(line) as { tags: string[]; description: string };
    return { query: tags.join(", "), description };
  });
}

/** Scores a search where the passage of query `i` is passage `i`; a passage as similar as the right one counts before it. */
export function scoreSearch(queries: readonly Float32Array[], passages: readonly Float32Array[]): SearchScore {
  let reciprocal = 0;
  let found = 0;
  for (const [index, query] of queries.entries()) {
    const right = cosine(query, passages[index] as Float32Array);
    const rank = passages.reduce((count, passage, other) => count + (other !== index && cosine(query, passage) >= right ? 1 : 0), 1);
    if (rank > 10) continue;
    reciprocal += 1 / rank;
    found += 1;
  }
  const round = (sum: number): number => Number((sum / queries.length).toFixed(4));
  return { mrrAt10: round(reciprocal), recallAt10: round(found) };
}
