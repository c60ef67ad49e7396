/** Browser only: puts the lines of the stream of progress into the page's document-list.tsx. */
import { localiseMoments } from "@repo/app-kit/localise-moments";
import type { DocumentLine } from "../../ui/document-words.ts";

function part(state: HTMLElement, name: string): HTMLElement | null {
  return state.querySelector<HTMLElement>(`[data-part=${name}]`);
}

function showLine(state: HTMLElement, line: DocumentLine): void {
  const [text, facts, detail, bar] = [
    part(state, "text"),
    part(state, "facts"),
    part(state, "detail"),
    state.querySelector<HTMLProgressElement>("progress"),
  ];
  if (!text || !facts || !detail || !bar) return;
  state.dataset["status"] = line.status;
  text.textContent = line.text;
  text.dataset["tone"] = line.tone;
  facts.textContent = line.facts;
  detail.textContent = line.detail;
  detail.hidden = line.detail === "";
  bar.hidden = line.share === null;
  bar.value = line.share ?? 1;
}

const isOver = (status: string | undefined): boolean => status === "completed" || status === "stopped" || status === "failed";

/** Fetches the list of documents again: one has come or gone. */
export async function reloadDocuments(): Promise<void> {
  const list = document.querySelector<HTMLElement>("#documents");
  if (!list) return;
  const response = await fetch("/fragments/documents").catch(() => undefined);
  if (response?.ok !== true) return;
  // The server's own markup: every value in it was escaped there.
  list.innerHTML = await response.text();
  localiseMoments(list);
}

/** Shows how far the documents are. A page of one document is loaded again when it is ready, for its pictures. */
export function showProgress(lines: readonly DocumentLine[]): void {
  const list = document.querySelector("#documents");
  const states = new Map(
    [...document.querySelectorAll<HTMLElement>("[data-document]")].map((state) => [state.dataset["document"] ?? "", state]),
  );
  for (const line of lines) {
    const state = states.get(line.id);
    if (!state) continue;
    const hasEnded = !isOver(state.dataset["status"]) && isOver(line.status);
    showLine(state, line);
    if (hasEnded && !list) location.reload();
  }
  if (list && (states.size !== lines.length || lines.some(({ id }) => !states.has(id)))) void reloadDocuments();
}
