import { Moment } from "@repo/app-kit/moment";
import type { CanvasSummary } from "./canvas-store.ts";
import { PlaygroundNotice } from "./playground-notices.tsx";

/** Longest name of a canvas, characters. */
export const maxCanvasName = 80;

function toCount(count: number, word: string): string {
  return `${count.toLocaleString("en")} ${word}${count === 1 ? "" : "s"}`;
}

function NewCanvas({ isFirst }: { isFirst: boolean }) {
  return (
    <form method="post" action="/canvases" class="new-canvas">
      <label for="canvas-name" class="visually-hidden">
        Name of the new canvas
      </label>
      <fieldset role="group">
        <input
          id="canvas-name"
          name="name"
          required
          maxlength={maxCanvasName}
          autocomplete="off"
          dir="auto"
          placeholder={isFirst ? "Name your first canvas, e.g. Kitchen ideas" : "Name of a new canvas"}
        />
        <button type="submit">Create</button>
      </fieldset>
    </form>
  );
}

function FirstSteps() {
  return (
    <section class="first-steps" aria-label="First steps">
      <ol>
        <li>
          <strong>Create a canvas.</strong> It holds the ideas on one subject, and remembers the company they are for.
        </li>
        <li>
          <strong>Say what you want ideas about.</strong> The model fills the cards field by field while you watch.
        </li>
        <li>
          <strong>Work with the cards.</strong> Save, edit, refine, compare and merge them; take them with you as Markdown or JSON.
        </li>
      </ol>
    </section>
  );
}

/** The front page: all canvases, and a new one. */
export function CanvasesPage(props: { canvases: readonly CanvasSummary[]; notice: string | undefined; undo: string | undefined }) {
  const { canvases, notice, undo } = props;
  return (
    <>
      <h1>Idea Playground</h1>
      <PlaygroundNotice name={notice} undo={undo} />
      <NewCanvas isFirst={canvases.length === 0} />
      {canvases.length === 0 ? (
        <FirstSteps />
      ) : (
        <ul class="canvases" aria-label="Canvases">
          {canvases.map(({ id, name, ideas, saved, updatedAt, brief }) => (
            <li class="canvas-tile">
              <a href={`/canvases/${id}`} dir="auto">
                {name}
              </a>
              <p class="canvas-topic" dir="auto">
                {brief.topic || brief.industry || ""}
              </p>
              <p class="facts">
                <span>{toCount(ideas, "idea")}</span>
                {saved === 0 ? null : <span>★ {saved.toLocaleString("en")}</span>}
                <Moment at={updatedAt} />
              </p>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
