/**
 * Makes the server-rendered pages lively: skeletons while an answer is awaited, and a banner that follows the Space
 * waking up and the catalogue being indexed. Without this script everything still works.
 */
import type { FilmHealth } from "@repo/contracts/film-recommendations";

const form = document.querySelector<HTMLFormElement>("#search");
const results = document.querySelector<HTMLElement>("#results");
const skeleton = document.querySelector<HTMLTemplateElement>("#skeleton");
const banner = document.querySelector<HTMLElement>("#status");

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

function describe(health: FilmHealth): { text: string; share: number | undefined } | undefined {
  const { space, index, indexed, films } = health;
  if (space.state === "warming") return { text: space.message ?? "Waking the Space …", share: undefined };
  if (index === "indexing") return { text: `Indexing films: ${indexed} of ${films}`, share: films === 0 ? undefined : indexed / films };
  if (space.message !== null) return { text: space.message, share: undefined };
  return undefined;
}

function showStatus(health: FilmHealth): void {
  if (!banner) return;
  const status = describe(health);
  banner.hidden = status === undefined;
  if (!status) return;
  banner.dataset["kind"] = health.status === "healthy" ? "info" : "warning";
  const [text, bar] = [banner.querySelector("span"), banner.querySelector("progress")];
  if (text) text.textContent = status.text;
  if (!bar) return;
  const isUnderWay = health.space.state === "warming" || health.index === "indexing";
  bar.hidden = !isUnderWay;
  if (status.share === undefined) bar.removeAttribute("value");
  else bar.value = status.share;
}

const events = new EventSource("/events");
events.addEventListener("message", (event: MessageEvent<string>) => showStatus(JSON.parse(event.data) as FilmHealth));
