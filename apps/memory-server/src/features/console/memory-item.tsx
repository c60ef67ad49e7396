import { Moment } from "@repo/app-kit/moment";
import type { Memory } from "../../memory.ts";
import { Bar } from "@repo/app-kit/bar";
import { type Owner, type OwnerKind, ownerKinds, toAddress } from "./owner.ts";

/** Longer texts are cut in lists, and edited on their own page. */
const maxListedCharacters = 1_200;

const toText = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

/** A memory's metadata as chips. */
export function Metadata({ metadata }: { metadata: Record<string, unknown> }) {
  return (
    <>
      {Object.entries(metadata).map(([name, value]) => (
        <span class="chip" dir="auto" title={`${name}: ${toText(value)}`}>
          <b>{name}</b> {toText(value).slice(0, 80)}
        </span>
      ))}
    </>
  );
}

/** Links to the owners of a memory, but the one whose page this is. */
export function Owners({ memory, owner }: { memory: Memory; owner: Owner | undefined }) {
  const kinds = (Object.keys(ownerKinds) as OwnerKind[]).filter((kind) => kind !== owner?.kind);
  return (
    <>
      {kinds.map((kind) => {
        const id = memory[ownerKinds[kind].field];
        return id === null ? null : (
          <a class="chip" dir="auto" href={toAddress("/console/memories", { kind, id })}>
            <b>{kind}</b> {id.slice(0, 60)}
          </a>
        );
      })}
    </>
  );
}

/** The form that changes a memory's text. */
export function EditForm({ memory, back }: { memory: Memory; back: string }) {
  return (
    <form method="post" action={`/console/memories/${memory.id}/update`}>
      <input type="hidden" name="back" value={back} />
      <label>
        <span class="visually-hidden">Text of the memory</span>
        <textarea name="text" dir="auto" rows={Math.min(12, Math.max(2, Math.ceil(memory.text.length / 80)))} required>
          {`\n${memory.text}`}
        </textarea>
      </label>
      <button type="submit">Save</button>
    </form>
  );
}

/** A button that asks once more, without a script. */
export function ConfirmDelete(props: {
  action: string;
  summary: string;
  question: string;
  confirm: string;
  hidden?: Record<string, string>;
}) {
  return (
    <details class="action danger">
      <summary>{props.summary}</summary>
      <form method="post" action={props.action}>
        {Object.entries(props.hidden ?? {}).map(([name, value]) => (
          <input type="hidden" name={name} value={value} />
        ))}
        <p>{props.question}</p>
        <button type="submit">{props.confirm}</button>
      </form>
    </details>
  );
}

/** One memory in a list, with what can be done with it. */
export function MemoryItem(props: { memory: Memory; owner: Owner | undefined; back: string; score?: number }) {
  const { memory, owner, back, score } = props;
  const page = `/console/memories/${memory.id}`;
  const isLong = memory.text.length > maxListedCharacters;
  return (
    <li class="memory" id={`m-${memory.id}`}>
      {score === undefined ? null : (
        <p class="score">
          <Bar share={score} label="Score" />
          <span>{score.toFixed(2)}</span>
        </p>
      )}
      <p class="text" dir="auto">
        {isLong ? `${memory.text.slice(0, maxListedCharacters)} …` : memory.text}
      </p>
      <div class="facts">
        <a href={page} title="This memory and its history">
          <Moment at={memory.createdAt} />
        </a>
        {memory.updatedAt.getTime() - memory.createdAt.getTime() > 1_000 ? <span>edited</span> : null}
        {memory.role === null ? null : <span>said by {memory.role}</span>}
        {memory.expiresOn === null ? null : <span>until {memory.expiresOn}</span>}
        <Owners memory={memory} owner={owner} />
        <Metadata metadata={memory.metadata} />
      </div>
      <div class="actions">
        {isLong ? (
          <a href={page}>Read and edit</a>
        ) : (
          <details class="action">
            <summary>Edit</summary>
            <EditForm memory={memory} back={back} />
          </details>
        )}
        <a href={`${page}#history`}>History</a>
        <ConfirmDelete
          action={`${page}/delete`}
          summary="Delete"
          question="Delete this memory? You can undo it for ten minutes."
          confirm="Delete it"
          hidden={{ back }}
        />
      </div>
    </li>
  );
}
