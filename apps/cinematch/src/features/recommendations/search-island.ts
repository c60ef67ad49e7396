/**
 * Makes the server-rendered pages lively: skeletons while an answer is awaited, and a banner that follows the Space
 * waking up and the catalogue being indexed. Without this script everything still works.
 */
import { followStatus, type StatusLine } from "@repo/app-kit/follow-status";
import { enableScatterPlots } from "@repo/app-kit/scatter-plot-keys";
import type { FilmHealth } from "@repo/contracts/film-recommendations";

const form = document.querySelector<HTMLFormElement>("#search");
const results = document.querySelector<HTMLElement>("#results");
const skeleton = document.querySelector<HTMLTemplateElement>("#skeleton");

let latest: AbortController | undefined;

async function showResults(query: string): Promise<void> {
  if (!results || !skeleton) return;
  latest?.abort();
  const request = (latest = new AbortController());
  results.replaceChildren(skeleton.content.cloneNode(true));
  results.setAttribute("aria-busy", "true");
  try {
    const response = await fetch(`/fragments/results?query=${encodeURIComponent(query)}`, { signal: request.signal });
    // The server's own markup: every value in it was escaped there.
    results.innerHTML = await response.text();
  } catch {
    if (request.signal.aborted) return;
    const problem = document.createElement("div");
    problem.className = "banner";
    problem.setAttribute("role", "alert");
    problem.textContent = "The server could not be reached. Check your connection and search again.";
    results.replaceChildren(problem);
  }
  results.removeAttribute("aria-busy");
}

form?.addEventListener("submit", (event) => {
  const query = new FormData(form).get("query");
  if (typeof query !== "string" || query.trim() === "") return;
  event.preventDefault();
  history.pushState(null, "", `/?query=${encodeURIComponent(query)}`);
  document.title = `${query} – cinematch`;
  void showResults(query);
});

addEventListener("popstate", () => location.reload());

function describe(health: FilmHealth): StatusLine | undefined {
  const { space, index, indexed, films } = health;
  const kind = health.status === "healthy" ? "info" : "warning";
  if (space.state === "warming") return { kind, text: space.message ?? "Waking the Space …", share: "unknown" };
  if (index === "indexing") {
    return { kind, text: `Indexing films: ${indexed} of ${films}`, share: films === 0 ? "unknown" : indexed / films };
  }
  return space.message === null ? undefined : { kind, text: space.message };
}

followStatus("/events", describe);
enableScatterPlots();
