/** Browser only: a card in the page that fills field by field. */
import type { PartialIdea } from "./idea-content.ts";

/** A card that is being written. */
export interface GrowingCard {
  /** What it says of itself, e.g. "is written". */
  say(state: string): void;
  /** Puts fields in as they are; the last one that grew is marked. */
  fill(fields: PartialIdea): void;
  /** Takes out all that was filled in. */
  clear(): void;
  /** Puts the server's card in its place. @returns it */
  replace(markup: string): Element | undefined;
  /** Shows why it was not written. */
  fail(message: string, causes: readonly string[]): void;
  remove(): void;
}

function setEntries(list: Element, entries: readonly string[]): void {
  while (list.children.length > entries.length) list.lastElementChild?.remove();
  for (const [index, entry] of entries.entries()) {
    let item = list.children[index];
    if (item === undefined) {
      item = document.createElement("li");
      item.setAttribute("dir", "auto");
      list.append(item);
    }
    if (item.textContent !== entry) item.textContent = entry;
  }
}

/** Puts an empty card into the page, from its template. @param name e.g. "2 of 3" */
export function createGrowingCard(place: (card: HTMLElement) => void, name: string): GrowingCard {
  const template = document.querySelector<HTMLTemplateElement>("#growing-card");
  const card = template?.content.firstElementChild?.cloneNode(true) as HTMLElement;
  const part = (selector: string): Element | null => card.querySelector(selector);
  const slots = new Map([...card.querySelectorAll<HTMLElement>("[data-field]")].map((slot) => [slot.dataset["field"] ?? "", slot]));
  part("[data-part=number]")?.replaceChildren(name);
  place(card);

  const mark = (grown: Element | undefined): void => {
    for (const slot of card.querySelectorAll("[data-grows]")) if (slot !== grown) slot.removeAttribute("data-grows");
    grown?.setAttribute("data-grows", "");
  };
  const fill = (fields: PartialIdea): void => {
    let last: Element | undefined;
    for (const [field, value] of Object.entries(fields)) {
      const slot = slots.get(field);
      if (slot === undefined || value === undefined) continue;
      if (Array.isArray(value)) setEntries(slot, value);
      else slot.textContent = value;
      last = slot;
    }
    mark(last);
  };
  return {
    say: (state) => part("[data-part=state]")?.replaceChildren(state),
    fill,
    clear: () => {
      mark(undefined);
      for (const slot of slots.values()) slot.replaceChildren();
    },
    replace: (markup) => {
      const holder = document.createElement("template");
      // The server's own markup: every value in it was escaped there.
      holder.innerHTML = markup;
      const made = holder.content.firstElementChild ?? undefined;
      card.replaceWith(...holder.content.childNodes);
      return made;
    },
    fail: (message, causes) => {
      mark(undefined);
      card.removeAttribute("aria-busy");
      card.removeAttribute("data-growing");
      card.dataset["failed"] = "";
      const banner = document.createElement("div");
      banner.className = "banner";
      banner.dataset["kind"] = "warning";
      banner.setAttribute("role", "alert");
      const title = document.createElement("strong");
      title.textContent = message;
      banner.append(title);
      for (const cause of causes) {
        const line = document.createElement("p");
        line.textContent = cause;
        banner.append(line);
      }
      const close = document.createElement("button");
      close.type = "button";
      close.className = "secondary outline";
      close.textContent = "Close";
      close.addEventListener("click", () => card.remove());
      card.replaceChildren(banner, close);
    },
    remove: () => card.remove(),
  };
}
