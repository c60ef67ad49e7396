/**
 * Makes the playground lively: cards that fill while the model writes, stars and deletions without a new page, a bar that
 * tells what can be done with the ticked cards. Without this script everything but the watching still works.
 */
import { localiseMoments } from "@repo/app-kit/localise-moments";
import { runCards } from "./run-cards.ts";

const cards = document.querySelector<HTMLElement>("#cards");

/** Changes a number that the page shows. */
function count(name: "all" | "saved", change: number): void {
  const element = document.querySelector(`[data-count=${name}]`);
  if (element) element.textContent = String(Number(element.textContent) + change);
}

/** Sends a form without leaving the page. @returns whether it was done; when not, the browser sends it in its own way */
async function sendQuietly(form: HTMLFormElement): Promise<boolean> {
  const body = new URLSearchParams([...new FormData(form)].filter((field): field is [string, string] => typeof field[1] === "string"));
  const response = await fetch(form.action, { method: "POST", body, headers: { accept: "application/json" } }).catch(() => undefined);
  return response?.ok === true;
}

function showSaved(form: HTMLFormElement): void {
  const card = form.closest<HTMLElement>(".idea");
  const [field, button] = [form.querySelector<HTMLInputElement>("[name=saved]"), form.querySelector("button")];
  if (!card || !field || !button) return;
  const isSaved = field.value === "on";
  card.toggleAttribute("data-saved", isSaved);
  field.value = isSaved ? "off" : "on";
  button.setAttribute("aria-pressed", String(isSaved));
  const star = document.createElement("span");
  star.setAttribute("aria-hidden", "true");
  star.textContent = isSaved ? "★" : "☆";
  button.replaceChildren(star, isSaved ? " Saved" : " Save");
  count("saved", isSaved ? 1 : -1);
}

/** Puts a line with Undo in a card's place. */
function showDeleted(form: HTMLFormElement): void {
  const card = form.closest<HTMLElement>(".idea");
  if (!card) return;
  const isSaved = card.hasAttribute("data-saved");
  const box = card.querySelector<HTMLInputElement>("[name=idea]");
  if (box) box.checked = false;
  const strip = document.createElement("div");
  strip.className = "banner notice deleted-card";
  strip.setAttribute("role", "status");
  const undo = document.createElement("button");
  undo.type = "button";
  undo.className = "link";
  undo.textContent = "Undo";
  strip.append(`Deleted: ${card.querySelector("h3")?.textContent ?? ""}`, undo);
  card.replaceWith(strip);
  count("all", -1);
  if (isSaved) count("saved", -1);
  undo.focus();
  undo.addEventListener("click", () => {
    const restore = document.createElement("form");
    restore.action = `/ideas/${card.dataset["idea"] ?? ""}/restore`;
    void sendQuietly(restore).then((isDone) => {
      if (!isDone) return location.reload();
      strip.replaceWith(card);
      count("all", 1);
      if (isSaved) count("saved", 1);
    });
  });
  updateSelection();
}

/** Most cards that can be compared or merged at once. */
const mostPicked = 4;

function updateSelection(): void {
  const form = document.querySelector<HTMLFormElement>("#selection");
  if (!form) return;
  const picked = document.querySelectorAll("input[name=idea][form=selection]:checked").length;
  form.toggleAttribute("data-active", picked > 0);
  const isGood = picked >= 2 && picked <= mostPicked;
  for (const button of form.querySelectorAll("button")) button.disabled = !isGood;
  const advice = picked === 1 ? "tick another one" : picked > mostPicked ? `at most ${mostPicked} at once` : "";
  const text =
    picked === 0 ? "Tick two to four cards to compare or merge them." : `${picked} selected${advice === "" ? "" : `: ${advice}`}`;
  form.querySelector("[data-part=text]")?.replaceChildren(text);
}

/** Shows a form's cards while they are written. Without a place for them the browser sends it in its own way. */
async function startRun(form: HTMLFormElement, submitter: HTMLElement | null): Promise<void> {
  const fields = new FormData(form, submitter);
  const address = submitter?.getAttribute("formaction") ?? form.action;
  const buttons = [...document.querySelectorAll<HTMLButtonElement>("[data-run] button[type=submit], button[data-run]")];
  for (const button of buttons) button.disabled = true;
  for (const old of document.querySelectorAll(".ideas-empty, .notice:not(.deleted-card)")) old.remove();
  const before = cards?.querySelector(":scope > :not(.original)") ?? null;
  const isBeside = cards?.classList.contains("side-by-side") === true;
  let isFirst = true;
  await runCards({
    address,
    fields,
    count: Number(fields.get("count") ?? 1),
    place: (card) => {
      // New ideas come first, in the order in which they were asked for; variations come last.
      if (isBeside) {
        cards?.append(card);
        if (isFirst && cards) cards.scrollLeft = card.offsetLeft - cards.offsetLeft - cards.clientWidth / 3;
        isFirst = false;
      } else cards?.insertBefore(card, before);
    },
    onSaved: () => count("all", 1),
  });
  for (const button of buttons) button.disabled = false;
  if (form.id === "selection")
    for (const box of document.querySelectorAll<HTMLInputElement>("[form=selection]:checked")) box.checked = false;
  updateSelection();
}

document.addEventListener("submit", (event) => {
  const form = event.target as HTMLFormElement;
  const { submitter } = event;
  if (form.dataset["run"] !== undefined || submitter?.dataset["run"] !== undefined) {
    event.preventDefault();
    void startRun(form, submitter);
    return;
  }
  const change = form.classList.contains("save-form") ? showSaved : form.classList.contains("delete-form") ? showDeleted : undefined;
  if (change === undefined) return;
  event.preventDefault();
  void sendQuietly(form).then((isDone) => (isDone ? change(form) : form.submit()));
});

document.addEventListener("change", (event) => {
  if ((event.target as HTMLElement).matches("[form=selection]")) updateSelection();
});

document.addEventListener("keydown", (event) => {
  const field = event.target as HTMLElement;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && field.matches("textarea")) field.closest("form")?.requestSubmit();
});

for (const suggestions of document.querySelectorAll<HTMLElement>(".suggestions")) {
  suggestions.hidden = false;
  suggestions.addEventListener("click", (event) => {
    const words = (event.target as HTMLElement).dataset["fill"];
    const field = suggestions.closest("form")?.querySelector<HTMLTextAreaElement>("[name=instruction]");
    if (words === undefined || !field) return;
    field.value = words;
    field.focus();
  });
}

// A restored page keeps its ticks.
updateSelection();
localiseMoments(document);
