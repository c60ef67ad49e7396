import { Moment } from "@repo/app-kit/moment";
import type { Assets } from "@repo/app-kit/load-assets";
import type { Memory, MemoryEvent } from "../../memory.ts";
import { Shell, type Viewer } from "../../ui/shell.tsx";
import { ConfirmDelete, EditForm, Metadata, Owners } from "./memory-item.tsx";
import { Notice } from "./notices.tsx";

const eventNames = { ADD: "Added", UPDATE: "Changed", DELETE: "Deleted" } as const;

/** Everything that happened to a memory, the last first. */
function History({ events }: { events: readonly MemoryEvent[] }) {
  return (
    <section id="history" aria-label="History">
      <h2>History</h2>
      <ol class="history">
        {events.toReversed().map((event) => (
          <li>
            <p class="facts">
              <strong>{eventNames[event.event]}</strong> <Moment at={event.createdAt} />
              {event.actorId === null ? null : <span>by {event.actorId}</span>}
              {event.role === null ? null : <span>said by {event.role}</span>}
            </p>
            {event.oldText === null ? null : (
              <p dir="auto">
                <span class="visually-hidden">Before: </span>
                <del>{event.oldText}</del>
              </p>
            )}
            {event.newText === null ? null : <p dir="auto">{event.oldText === null ? event.newText : <ins>{event.newText}</ins>}</p>}
          </li>
        ))}
      </ol>
    </section>
  );
}

/** One memory: its text, what is known about it, and its history. Undefined memory: it was deleted. */
export function MemoryPage(props: {
  assets: Assets;
  viewer: Viewer;
  memory: Memory | undefined;
  events: readonly MemoryEvent[];
  notice: string | undefined;
}) {
  const { memory, events } = props;
  const page = memory ? `/console/memories/${memory.id}` : "/";
  return (
    <Shell title="Memory" assets={props.assets} viewer={props.viewer}>
      <h1>{memory ? "Memory" : "Deleted memory"}</h1>
      <Notice name={props.notice} />
      {memory ? (
        <section aria-label="Memory">
          <p class="facts">
            <Moment at={memory.createdAt} />
            {memory.role === null ? null : <span>said by {memory.role}</span>}
            {memory.expiresOn === null ? null : <span>until {memory.expiresOn}</span>}
            <Owners memory={memory} owner={undefined} />
            <Metadata metadata={memory.metadata} />
          </p>
          <EditForm memory={memory} back={page} />
          <ConfirmDelete
            action={`${page}/delete`}
            summary="Delete"
            question="Delete this memory? You can undo it for ten minutes."
            confirm="Delete it"
            hidden={{ back: "/console/memories" }}
          />
          <p class="identity">
            <code>{memory.id}</code>
          </p>
        </section>
      ) : null}
      <History events={events} />
    </Shell>
  );
}
