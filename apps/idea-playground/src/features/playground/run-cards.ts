/** Browser only: sends a form that has cards written, and shows them while they grow. */
import { localiseMoments } from "@repo/app-kit/localise-moments";
import type { CardEvent } from "./card-events.ts";
import { createGrowingCard, type GrowingCard } from "./growing-card.ts";
import { toTierName } from "./idea-words.ts";
import { readEvents } from "./read-events.ts";

/** Where a page tells how far a run is. */
interface Panel {
  show(): void;
  text(line: string): void;
  progress(done: number, total: number | undefined): void;
  note(line: string): void;
  end(): void;
}

function openPanel(cancel: () => void): Panel {
  const panel = document.querySelector<HTMLElement>("#run");
  const part = (name: string): HTMLElement | null => panel?.querySelector<HTMLElement>(`[data-part=${name}]`) ?? null;
  const [text, time, note, button] = [part("text"), part("time"), part("note"), part("cancel")];
  const bar = panel?.querySelector<HTMLProgressElement>("progress[data-part=bar]");
  const startedAt = Date.now();
  const timer = setInterval(() => time?.replaceChildren(`${Math.round((Date.now() - startedAt) / 1000)} s`), 1_000);
  button?.addEventListener("click", cancel);
  const notes = new Set<string>();
  return {
    show: () => {
      if (panel) {
        panel.hidden = false;
        // The form may be far above it, the ticked cards far below.
        const { top } = panel.getBoundingClientRect();
        if (top < 0 || top > innerHeight / 2) panel.scrollIntoView({ block: "start" });
      }
      if (bar) bar.hidden = false;
      if (button) button.hidden = false;
      time?.replaceChildren();
      if (note) [note.hidden, note.textContent] = [true, ""];
    },
    text: (line) => text?.replaceChildren(line),
    progress: (done, total) => {
      if (!bar) return;
      if (total === undefined) bar.removeAttribute("value");
      else [bar.max, bar.value] = [total, done];
    },
    note: (line) => {
      if (note === null || notes.has(line)) return;
      notes.add(line);
      const paragraph = document.createElement("p");
      paragraph.textContent = line;
      note.append(paragraph);
      note.hidden = false;
    },
    end: () => {
      clearInterval(timer);
      button?.removeEventListener("click", cancel);
      for (const element of [bar, button]) if (element) element.hidden = true;
    },
  };
}

const toCauses = (attempts: readonly { tier: string; reason: string }[]): string[] =>
  attempts.map(({ tier, reason }) => `${toTierName(tier)}: ${reason}`).map((line) => line.charAt(0).toUpperCase() + line.slice(1));

const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? "" : "s"}`;

/** Bounds of what happens in one run. */
interface Run {
  cards: GrowingCard[];
  panel: Panel;
  onSaved: (card: Element) => void;
  saved: number;
  failed: number;
}

function show(run: Run, event: CardEvent): void {
  const { panel, cards } = run;
  const tell = (): void => {
    const done = run.saved + run.failed;
    panel.progress(done, done === 0 ? undefined : cards.length);
    panel.text(`${run.saved} of ${plural(cards.length, "card")} written${run.failed === 0 ? "" : `, ${run.failed} could not be`}`);
  };
  if (event.type === "end") return;
  const card = cards[event.card];
  if (card === undefined) return;
  if (event.type === "writing") {
    card.clear();
    card.say(event.isAgain ? "is written again: it was like another one" : "waits for the model …");
  } else if (event.type === "fallback") {
    card.say(`${toCauses([event]).join("")} Another model is asked …`);
  } else if (event.type === "fields") {
    card.say("is written …");
    card.fill(event.fields);
  } else if (event.type === "saved") {
    run.saved += 1;
    if (event.note !== null) panel.note(event.note);
    const made = card.replace(event.markup);
    if (made !== undefined) {
      localiseMoments(made);
      run.onSaved(made);
    }
    tell();
  } else {
    run.failed += 1;
    card.fail(event.problem.message, toCauses(event.problem.attempts));
    tell();
  }
}

async function readProblem(response: Response): Promise<string> {
  const body = (await response.json().catch(() => ({}))) as { error?: unknown };
  return typeof body.error === "string" ? body.error : `The server answered ${response.status}.`;
}

/** What {@link runCards} sends, and where it shows the cards. */
interface RunOptions {
  address: string;
  fields: FormData;
  count: number;
  place: (card: HTMLElement) => void;
  onSaved: (card: Element) => void;
}

/** Sends the form and shows the cards until all are there, somebody cancels, or the connection is lost. */
export async function runCards({ address, fields, count, place, onSaved }: RunOptions): Promise<void> {
  const stop = new AbortController();
  const panel = openPanel(() => stop.abort());
  panel.show();
  panel.progress(0, undefined);
  panel.text(`Writing ${plural(count, "card")} …`);
  const cards = Array.from({ length: count }, (_, index) => createGrowingCard(place, count === 1 ? "New" : `${index + 1} of ${count}`));
  const run: Run = { cards, panel, onSaved, saved: 0, failed: 0 };
  let isOver = false;
  try {
    const response = await fetch(address, {
      method: "POST",
      body: new URLSearchParams([...fields].filter((field): field is [string, string] => typeof field[1] === "string")),
      headers: { accept: "text/event-stream" },
      signal: stop.signal,
    });
    if (!response.ok || response.body === null) throw new Error(await readProblem(response));
    for await (const { name, data } of readEvents(response.body)) {
      if (name === "problem") throw new Error((JSON.parse(data) as { message: string }).message);
      const event = JSON.parse(data) as CardEvent;
      isOver ||= event.type === "end";
      show(run, event);
    }
    if (!isOver) throw new TypeError("cut");
    panel.text(run.failed === 0 ? `${plural(run.saved, "card")} written` : `${run.saved} of ${plural(count, "card")} written`);
  } catch (thrown) {
    const written = run.saved === 0 ? "" : ` ${plural(run.saved, "card")} ${run.saved === 1 ? "is" : "are"} kept.`;
    if (stop.signal.aborted) panel.text(`Cancelled.${written}`);
    else {
      panel.text(`The cards could not be written.${written}`);
      // A failed fetch and a body that breaks off are TypeErrors; their texts are the browser's and say nothing to people.
      panel.note(
        thrown instanceof TypeError
          ? "The server cannot be reached. Check your connection, then send the form again."
          : (thrown as Error).message,
      );
    }
  } finally {
    for (const card of document.querySelectorAll("[data-growing]")) card.remove();
    panel.end();
  }
}
