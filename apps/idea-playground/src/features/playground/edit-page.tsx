import { Notice } from "@repo/app-kit/notice";
import type { Canvas } from "./canvas-store.ts";
import { type IdeaFieldName, ideaFieldNames, ideaFields, maxKept, type PartialIdea } from "./idea-content.ts";

function toText(value: PartialIdea[IdeaFieldName]): string {
  return Array.isArray(value) ? value.join("\n") : (value ?? "");
}

function Field({ name, idea }: { name: IdeaFieldName; idea: PartialIdea }) {
  const { label, help, kind, isOptional } = ideaFields[name];
  const value = toText(idea[name]);
  const hint = kind === "list" ? `${help} One per line.` : help;
  return (
    <label>
      {label} {isOptional ? <small>may be left out</small> : null}
      {name === "title" ? (
        <input name={name} value={value} required maxlength={maxKept.title} dir="auto" placeholder={hint} autocomplete="off" />
      ) : (
        <textarea
          name={name}
          rows={kind === "list" ? 3 : 2}
          maxlength={kind === "list" ? maxKept.entry * 20 : maxKept.text}
          dir="auto"
          placeholder={hint}
        >
          {value}
        </textarea>
      )}
    </label>
  );
}

/** An idea's fields to be written by hand; without `idea` a new one. */
export function EditPage(props: {
  canvas: Canvas;
  /** Id and version of what is edited. */
  idea?: { id: string; version: number } | undefined;
  content: PartialIdea;
  /** Why what was sent could not be kept; it is all still there. */
  problem?: string | undefined;
}) {
  const { canvas, idea, content, problem } = props;
  const back = idea === undefined ? `/canvases/${canvas.id}` : `/canvases/${canvas.id}#i-${idea.id}`;
  return (
    <>
      <p class="crumb">
        <a href="/">Canvases</a> /{" "}
        <a href={back} dir="auto">
          {canvas.name}
        </a>
      </p>
      <h1>{idea === undefined ? "Write an idea" : "Edit the idea"}</h1>
      <Notice text={problem} kind="warning" />
      <form method="post" action={idea === undefined ? `/canvases/${canvas.id}/new` : `/ideas/${idea.id}/edit`} class="edit-form">
        {idea === undefined ? null : <input type="hidden" name="version" value={String(idea.version)} />}
        <div class="edit-fields">
          {ideaFieldNames.map((name) => (
            <Field name={name} idea={content} />
          ))}
        </div>
        <div class="edit-buttons">
          <button type="submit">Keep</button>
          <a href={back}>Leave it as it was</a>
        </div>
      </form>
    </>
  );
}
