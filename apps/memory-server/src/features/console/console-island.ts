/**
 * Makes the console's pages lively: results while somebody types, the Space's state, imports that move, arrow keys on the
 * map, moments in the reader's own time. Without this script everything still works.
 */
import { followStatus } from "@repo/app-kit/follow-status";
import { localiseMoments } from "@repo/app-kit/localise-moments";
import { enableScatterPlots } from "@repo/app-kit/scatter-plot-keys";
import type { SpaceStatus } from "./console-parts.ts";
import { toSpaceLine } from "./space-line.ts";

/** Pause after the last key before a search, milliseconds. */
const typingPauseMs = 250;

/** Puts the server's own markup in: every value in it was escaped there. */
function show(target: Element, markup: string): void {
  target.innerHTML = markup;
  localiseMoments(target);
}

function searchWhileTyping(form: HTMLFormElement, results: HTMLElement): void {
  const before = [...results.childNodes];
  let latest: AbortController | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  async function search(): Promise<void> {
    latest?.abort();
    const request = (latest = new AbortController());
    const parameters = new URLSearchParams(
      [...new FormData(form)].filter((field): field is [string, string] => typeof field[1] === "string"),
    );
    const query = (parameters.get("query") ?? "").trim();
    if (query === "" && !new URLSearchParams(location.search).has("query")) {
      results.replaceChildren(...before);
      results.removeAttribute("aria-busy");
      return;
    }
    results.setAttribute("aria-busy", "true");
    try {
      const response = await fetch(`/console/fragments/results?${parameters}`, { signal: request.signal });
      const markup = await response.text();
      if (!request.signal.aborted) show(results, markup);
    } catch {
      if (request.signal.aborted) return;
      show(results, '<div class="banner" data-kind="warning" role="alert">The server could not be reached. Check your connection.</div>');
    }
    results.removeAttribute("aria-busy");
  }
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => void search(), typingPauseMs);
  });
}

function followImport(element: HTMLElement): void {
  const id = element.dataset["import"] ?? "";
  if (id === "" || element.dataset["finished"] !== undefined) return;
  const stream = new EventSource(`/imports/${id}/events`);
  let isBusy = false;
  let isStale = false;
  async function refresh(): Promise<void> {
    if (isBusy) {
      isStale = true;
      return;
    }
    isBusy = true;
    isStale = false;
    const response = await fetch(`/console/fragments/imports/${id}`).catch(() => undefined);
    const current = document.querySelector(`#import-${id}`);
    if (response?.ok && current) {
      const holder = document.createElement("div");
      show(holder, await response.text());
      if (holder.querySelector("[data-finished]")) stream.close();
      current.replaceWith(...holder.childNodes);
    }
    isBusy = false;
    if (isStale) await refresh();
  }
  stream.addEventListener("message", () => void refresh());
}

/** The owner of an uploaded file's lines travels in the address, because the body is the file. */
function enableImportOwner(form: HTMLFormElement): void {
  const field = form.querySelector<HTMLInputElement>("input[name=user_id]");
  const label = field?.closest<HTMLElement>("[hidden]");
  if (!field) return;
  if (label) label.hidden = false;
  form.addEventListener("submit", () => {
    const url = new URL(form.action);
    if (field.value.trim() !== "") url.searchParams.set("user_id", field.value.trim());
    form.action = url.href;
  });
}

const search = document.querySelector<HTMLFormElement>("form.search[data-live]");
const results = document.querySelector<HTMLElement>("#results");
if (search && results) searchWhileTyping(search, results);
for (const element of document.querySelectorAll<HTMLElement>("[data-import]")) followImport(element);
const importForm = document.querySelector<HTMLFormElement>(".import-form");
if (importForm) enableImportOwner(importForm);
localiseMoments(document);
enableScatterPlots();

followStatus("/console/events", (space: SpaceStatus) => {
  const line = document.querySelector<HTMLElement>(".space");
  const { state, name } = toSpaceLine(space);
  if (line) line.dataset["state"] = state;
  line?.querySelector("[data-name]")?.replaceChildren(name);
  if (space.state === "warming") return { kind: "info", text: space.message ?? "Waking the Space …", share: "unknown" };
  return space.message === null ? undefined : { kind: "warning", text: space.message };
});
