import type { Canvas } from "./canvas-store.ts";
import { AuthorLine, CardTemplate, IdeaBody } from "./idea-card.tsx";
import type { Idea, Variation } from "./idea-store.ts";
import { PlaygroundNotice } from "./playground-notices.tsx";
import { CompanyFields, CountField, TierField, type TierChoice } from "./run-form.tsx";
import { RunPanel } from "./run-panel.tsx";

/** A variation, with the button that keeps it. */
export function VariationCard({ variation }: { variation: Variation }) {
  const { id, content, authorship } = variation;
  return (
    <article class="idea" id={`v-${id}`}>
      <h3 dir="auto" data-field="title">
        {content.title}
      </h3>
      <IdeaBody idea={content} isOpen />
      <footer>
        <div class="facts">
          <AuthorLine authorship={authorship} />
        </div>
        <form method="post" action={`/variations/${id}/keep`}>
          <button type="submit" aria-label={`Keep ${content.title}`}>
            Keep this one
          </button>
        </form>
      </footer>
    </article>
  );
}

/** Variations of an idea, side by side beside it. */
export function VariationsPage(props: {
  canvas: Canvas;
  idea: Idea;
  variations: readonly Variation[];
  tiers: readonly TierChoice[];
  notice: string | undefined;
}) {
  const { canvas, idea, variations, tiers } = props;
  return (
    <>
      <p class="crumb">
        <a href="/">Canvases</a> /{" "}
        <a href={`/canvases/${canvas.id}#i-${idea.id}`} dir="auto">
          {canvas.name}
        </a>
      </p>
      <h1 dir="auto">
        Variations <small>of {idea.content.title}</small>
      </h1>
      <PlaygroundNotice name={props.notice} />
      <form method="post" action={`/ideas/${idea.id}/variations`} data-run="cards" class="variation-form">
        <CountField value={3} />
        <TierField tiers={tiers} value={canvas.brief.tier} />
        <CompanyFields canvas={canvas} />
        <button type="submit">Write variations</button>
      </form>
      <RunPanel />
      <div id="cards" class="cards side-by-side" aria-label="Variations">
        <article class="idea original">
          <header>
            <span class="chip">The idea</span>
          </header>
          <h3 dir="auto">{idea.content.title}</h3>
          <IdeaBody idea={idea.content} isOpen />
        </article>
        {variations.map((variation) => (
          <VariationCard variation={variation} />
        ))}
      </div>
      {variations.length === 0 ? (
        <p class="empty ideas-empty">
          The model writes several ideas to the same end, beside this one. Keep those you like; the others can be thrown away.
        </p>
      ) : (
        <form method="post" action={`/ideas/${idea.id}/variations/discard`}>
          <button type="submit" class="secondary outline">
            Throw the variations away
          </button>
        </form>
      )}
      <CardTemplate />
    </>
  );
}
