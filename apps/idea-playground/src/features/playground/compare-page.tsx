import type { Canvas } from "./canvas-store.ts";
import { type IdeaFieldName, ideaFieldNames, ideaFields } from "./idea-content.ts";
import { CardTemplate } from "./idea-card.tsx";
import type { Idea } from "./idea-store.ts";
import { RunPanel } from "./run-panel.tsx";

/** How many ideas can stand beside each other. */
export const comparable = { least: 2, most: 4 };

function Value({ idea, name }: { idea: Idea; name: IdeaFieldName }) {
  const value = idea.content[name];
  if (value === undefined || value.length === 0) return <span class="empty">not said</span>;
  if (!Array.isArray(value)) return <>{value}</>;
  return (
    <ul>
      {value.map((entry) => (
        <li dir="auto">{entry}</li>
      ))}
    </ul>
  );
}

/** Two to four ideas beside each other, field by field. */
export function ComparePage({ canvas, ideas }: { canvas: Canvas; ideas: readonly Idea[] }) {
  const names = ideaFieldNames.filter((name) => name !== "title" && ideas.some(({ content }) => (content[name]?.length ?? 0) > 0));
  return (
    <>
      <p class="crumb">
        <a href="/">Canvases</a> /{" "}
        <a href={`/canvases/${canvas.id}`} dir="auto">
          {canvas.name}
        </a>
      </p>
      <h1>Compare {ideas.length} ideas</h1>
      <div class="table-scroll" tabindex={0} role="region" aria-label="Comparison">
        <table class="comparison">
          <thead>
            <tr>
              {ideas.map(({ id, content }) => (
                <th scope="col" dir="auto">
                  <a href={`/canvases/${canvas.id}#i-${id}`}>{content.title}</a>
                </th>
              ))}
            </tr>
          </thead>
          {names.map((name) => (
            <tbody>
              <tr>
                <th scope="rowgroup" colspan={ideas.length}>
                  {ideaFields[name].label}
                </th>
              </tr>
              <tr>
                {ideas.map((idea) => (
                  <td dir="auto">
                    <Value idea={idea} name={name} />
                  </td>
                ))}
              </tr>
            </tbody>
          ))}
        </table>
      </div>
      <RunPanel />
      <div id="cards" class="cards" aria-label="Merged idea"></div>
      <form method="post" action={`/canvases/${canvas.id}/merge`} class="compare-merge" data-run="cards">
        {ideas.map(({ id }) => (
          <input type="hidden" name="idea" value={id} />
        ))}
        {canvas.usesCompany ? <input type="hidden" name="use_company" value="on" /> : null}
        <button type="submit">Merge {ideas.length === 2 ? "both" : `all ${ideas.length}`} into one</button>
      </form>
      <CardTemplate />
    </>
  );
}
