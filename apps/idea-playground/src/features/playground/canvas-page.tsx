import { maxCanvasName } from "./canvases-page.tsx";
import type { Canvas, CanvasSummary } from "./canvas-store.ts";
import type { Mode } from "./idea-brief.ts";
import { CardTemplate, IdeaCard } from "./idea-card.tsx";
import { type Idea, maxIdeas } from "./idea-store.ts";
import { PlaygroundNotice } from "./playground-notices.tsx";
import { RunForm, type TierChoice } from "./run-form.tsx";
import { RunPanel } from "./run-panel.tsx";

function CanvasSwitch({ canvas, canvases }: { canvas: Canvas; canvases: readonly CanvasSummary[] }) {
  const others = canvases.filter(({ id }) => id !== canvas.id);
  if (others.length === 0) return null;
  return (
    <details class="dropdown canvas-switch">
      <summary>Switch canvas</summary>
      <ul>
        {others.slice(0, 20).map(({ id, name }) => (
          <li>
            <a href={`/canvases/${id}`} dir="auto">
              {name}
            </a>
          </li>
        ))}
        <li>
          <a href="/">All canvases …</a>
        </li>
      </ul>
    </details>
  );
}

function CanvasHeader(props: { canvas: Canvas; canvases: readonly CanvasSummary[]; onlySaved: boolean }) {
  const { canvas, canvases, onlySaved } = props;
  // What is exported is what is shown.
  const exportPath = `/canvases/${canvas.id}/export?${onlySaved ? "show=saved&" : ""}format=`;
  return (
    <header class="canvas-header">
      <div>
        <p class="crumb">
          <a href="/">Canvases</a>
        </p>
        <h1 dir="auto">{canvas.name}</h1>
        <div class="actions">
          <details class="action">
            <summary>Rename</summary>
            <form method="post" action={`/canvases/${canvas.id}/rename`}>
              <fieldset role="group">
                <input name="name" value={canvas.name} required maxlength={maxCanvasName} aria-label="Name" dir="auto" autocomplete="off" />
                <button type="submit">Rename</button>
              </fieldset>
            </form>
          </details>
          <a href={`${exportPath}markdown`} download>
            Export Markdown
          </a>
          <a href={`${exportPath}json`} download>
            Export JSON
          </a>
          <form method="post" action={`/canvases/${canvas.id}/delete`} class="inline">
            <button type="submit" class="link">
              Delete canvas
            </button>
          </form>
        </div>
      </div>
      <CanvasSwitch canvas={canvas} canvases={canvases} />
    </header>
  );
}

function IdeaFilter({ canvas, counts, onlySaved }: { canvas: Canvas; counts: { all: number; saved: number }; onlySaved: boolean }) {
  const path = `/canvases/${canvas.id}`;
  return (
    <nav class="idea-filter" aria-label="Which ideas">
      <a href={path} aria-current={onlySaved ? undefined : "page"}>
        All <span data-count="all">{counts.all}</span>
      </a>
      <a href={`${path}?show=saved`} aria-current={onlySaved ? "page" : undefined}>
        ★ Saved <span data-count="saved">{counts.saved}</span>
      </a>
      <a href={`${path}/new`} class="write-own">
        Write one yourself
      </a>
    </nav>
  );
}

/** What is done with the cards that are ticked; the cards' boxes belong to this form. */
function Selection({ canvas }: { canvas: Canvas }) {
  const { id } = canvas;
  return (
    <form id="selection" class="selection" method="get" action={`/canvases/${id}/compare`}>
      <input type="hidden" name="use_company" value={canvas.usesCompany ? "on" : ""} disabled={!canvas.usesCompany} />
      <span class="selection-text" data-part="text" role="status">
        Tick two to four cards to compare or merge them.
      </span>
      <span class="selection-buttons">
        <button type="submit" class="secondary" data-part="compare">
          Compare
        </button>
        <button type="submit" formmethod="post" formaction={`/canvases/${id}/merge`} data-run="cards" data-part="merge">
          Merge
        </button>
      </span>
    </form>
  );
}

function Empty({ onlySaved }: { onlySaved: boolean }) {
  return (
    <p class="empty ideas-empty">
      {onlySaved
        ? "No idea is saved yet. The star on a card saves it."
        : "No ideas yet. Say on the form what they should be about; the cards appear here while they are written."}
    </p>
  );
}

/** What {@link CanvasPage} shows. */
interface CanvasPageProps {
  canvas: Canvas;
  canvases: readonly CanvasSummary[];
  mode: Mode;
  tiers: readonly TierChoice[];
  /** All of the canvas, newest first. */
  ideas: readonly Idea[];
  onlySaved: boolean;
  /** Id of the idea to refine. */
  chosen: string | undefined;
  notice: string | undefined;
  undo: string | undefined;
}

/** A canvas: the form that has ideas written, and the ideas. */
export function CanvasPage(props: CanvasPageProps) {
  const { canvas, ideas, onlySaved } = props;
  const saved = ideas.filter(({ isSaved }) => isSaved);
  const shown = onlySaved ? saved : ideas;
  return (
    <>
      <CanvasHeader canvas={canvas} canvases={props.canvases} onlySaved={onlySaved} />
      <PlaygroundNotice name={props.notice} undo={props.undo} />
      <div class="workspace">
        <RunForm canvas={canvas} mode={props.mode} tiers={props.tiers} ideas={ideas} chosen={props.chosen} />
        <section class="ideas" aria-label="Ideas">
          <IdeaFilter canvas={canvas} counts={{ all: ideas.length, saved: saved.length }} onlySaved={onlySaved} />
          <RunPanel />
          {ideas.length >= maxIdeas ? (
            <p class="note">This canvas is full: it holds {maxIdeas} ideas. Delete some, or begin another one.</p>
          ) : null}
          <div id="cards" class="cards" aria-label="Cards">
            {shown.map((idea) => (
              <IdeaCard idea={idea} />
            ))}
          </div>
          {shown.length === 0 ? <Empty onlySaved={onlySaved} /> : null}
          <Selection canvas={canvas} />
        </section>
      </div>
      <CardTemplate />
    </>
  );
}
