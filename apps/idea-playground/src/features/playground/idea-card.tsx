import { Moment } from "@repo/app-kit/moment";
import { type IdeaFieldName, ideaFields, ideaSections, type PartialIdea, swotFields } from "./idea-content.ts";
import type { Idea } from "./idea-store.ts";
import { toAuthorLine, toOriginWord } from "./idea-words.ts";

/** Sections that a card shows at once; the others open on demand. */
const sectionsInSight = 2;
const swotTones = { strengths: "good", weaknesses: "look", opportunities: "plain", threats: "bad" } as const;

function TextField({ name, idea }: { name: IdeaFieldName; idea: PartialIdea }) {
  return (
    <div class="idea-field" data-optional={ideaFields[name].isOptional ? "" : undefined}>
      <dt>{ideaFields[name].label}</dt>
      <dd data-field={name} dir="auto">
        {idea[name]}
      </dd>
    </div>
  );
}

function Swot({ idea }: { idea: PartialIdea }) {
  return (
    <div class="swot">
      {swotFields.map((name) => {
        const entries = idea[name];
        return (
          <section class="swot-part" data-tone={swotTones[name]}>
            <h4>{ideaFields[name].label}</h4>
            <ul data-field={name}>{Array.isArray(entries) ? entries.map((entry) => <li dir="auto">{entry}</li>) : null}</ul>
          </section>
        );
      })}
    </div>
  );
}

/**
 * Everything an idea says but its title: the same places whether it is whole or still being written, so that a script can
 * fill them. @param isOpen whether business, market and SWOT are in sight
 */
export function IdeaBody({ idea, isOpen = false }: { idea: PartialIdea; isOpen?: boolean }) {
  const toSection = ({ heading, fields }: (typeof ideaSections)[number]) => (
    <section class="idea-section">
      <h4 class="visually-hidden">{heading}</h4>
      <dl>
        {fields.map((name) => (
          <TextField name={name} idea={idea} />
        ))}
      </dl>
    </section>
  );
  return (
    <>
      <p class="idea-description" data-field="description" dir="auto">
        {idea.description}
      </p>
      {ideaSections.slice(0, sectionsInSight).map(toSection)}
      <details class="idea-more" open={isOpen}>
        <summary>Business, market and SWOT</summary>
        {ideaSections.slice(sectionsInSight).map(toSection)}
        <Swot idea={idea} />
      </details>
    </>
  );
}

function Sources({ idea }: { idea: Idea }) {
  if (idea.sources.length === 0) return null;
  return (
    <p class="idea-sources">
      {idea.origin === "merge" ? "Made of " : idea.origin === "variation" ? "Variation of " : "Refined from "}
      {idea.sources.map(({ id, title }, index) => (
        <>
          {index === 0 ? "" : index === idea.sources.length - 1 ? " and " : ", "}
          {id === null ? (
            <span dir="auto">{title}</span>
          ) : (
            <a href={`/canvases/${idea.canvasId}#i-${id}`} dir="auto">
              {title}
            </a>
          )}
        </>
      ))}
    </p>
  );
}

/** Who wrote it; where another tier stood in, why. */
export function AuthorLine({ authorship }: { authorship: Idea["authorship"] }) {
  const { text, cause } = toAuthorLine(authorship);
  if (cause === null) return <span>{text}</span>;
  return (
    <details class="stand-in" data-tone="look">
      <summary>{text}</summary>
      <p>{cause}</p>
    </details>
  );
}

function SaveButton({ idea }: { idea: Idea }) {
  return (
    <form method="post" action={`/ideas/${idea.id}/save`} class="inline save-form">
      <input type="hidden" name="saved" value={idea.isSaved ? "off" : "on"} />
      <button type="submit" class="save-button" aria-pressed={idea.isSaved ? "true" : "false"} aria-label={`Save ${idea.content.title}`}>
        <span aria-hidden="true">{idea.isSaved ? "★" : "☆"}</span> {idea.isSaved ? "Saved" : "Save"}
      </button>
    </form>
  );
}

/** An idea of a canvas, with what can be done with it. @param isOpen whether all of it is in sight */
export function IdeaCard({ idea, isOpen = false }: { idea: Idea; isOpen?: boolean }) {
  const { id, canvasId, content } = idea;
  return (
    <article class="idea" id={`i-${id}`} data-idea={id} data-saved={idea.isSaved ? "" : undefined}>
      <header>
        <label class="idea-pick">
          <input type="checkbox" name="idea" value={id} form="selection" aria-label={`Select ${content.title}`} />
          <span class="chip">{toOriginWord(idea.origin)}</span>
        </label>
        <SaveButton idea={idea} />
      </header>
      <h3 dir="auto" data-field="title">
        {content.title}
      </h3>
      <IdeaBody idea={content} isOpen={isOpen} />
      <footer>
        <Sources idea={idea} />
        <div class="facts">
          <AuthorLine authorship={idea.authorship} />
          <Moment at={idea.createdAt} />
          {idea.editedAt === null ? null : <span>edited</span>}
        </div>
        <div class="actions">
          <a href={`/canvases/${canvasId}?mode=refine&idea=${id}#form`}>Refine</a>
          <a href={`/ideas/${id}/variations`}>Variations</a>
          <a href={`/ideas/${id}/edit`}>Edit</a>
          <form method="post" action={`/ideas/${id}/delete`} class="inline delete-form">
            <button type="submit" class="link" aria-label={`Delete ${content.title}`}>
              Delete
            </button>
          </form>
        </div>
      </footer>
    </article>
  );
}

/** A card that is being written; the script makes one of it for every card of a run. */
export function CardTemplate() {
  return (
    <template id="growing-card">
      <article class="idea" data-growing aria-busy="true">
        <header>
          <span class="chip" data-part="number"></span>
          <span class="growing-state" data-part="state">
            waits …
          </span>
        </header>
        <h3 dir="auto" data-field="title"></h3>
        <IdeaBody idea={{}} isOpen />
      </article>
    </template>
  );
}
