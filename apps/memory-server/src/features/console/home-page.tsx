import type { Assets } from "@repo/app-kit/load-assets";
import type { Entity } from "../../memories/memory-service.ts";
import { Bar } from "@repo/app-kit/bar";
import { Shell, type Viewer } from "../../ui/shell.tsx";
import { AddForm } from "./add-form.tsx";
import type { SpaceStatus } from "./console-parts.ts";
import { Moment } from "@repo/app-kit/moment";
import { Notice } from "./notices.tsx";
import { SearchBox } from "./owner-header.tsx";
import { type OwnerKind, ownerKinds, toAddress } from "./owner.ts";
import { toSpaceLine } from "./space-line.ts";

/** Owners listed per kind; the others are found by searching, or by address. */
const maxListedOwners = 200;

/** How the Space is, in one line; the island keeps it up to date. */
function SpaceLine({ space }: { space: SpaceStatus }) {
  const { state, name } = toSpaceLine(space);
  return (
    <p class="space" data-state={state}>
      <span class="dot" aria-hidden="true"></span> <span data-name>{name}</span>
    </p>
  );
}

function OwnerTable({ kind, owners }: { kind: OwnerKind; owners: readonly Entity[] }) {
  if (owners.length === 0) return null;
  const most = Math.max(...owners.map(({ memories }) => memories));
  return (
    <section aria-labelledby={`${kind}-heading`}>
      <h2 id={`${kind}-heading`}>
        {ownerKinds[kind].plural} <small>{owners.length.toLocaleString("en")}</small>
      </h2>
      <div class="table-scroll">
        <table class="owners">
          <thead class="visually-hidden">
            <tr>
              <th>Name</th>
              <th>Memories</th>
              <th>Last change</th>
            </tr>
          </thead>
          <tbody>
            {owners.slice(0, maxListedOwners).map(({ id, memories, updatedAt }) => (
              <tr>
                <td>
                  <a dir="auto" href={toAddress("/console/memories", { kind, id })}>
                    {id}
                  </a>
                </td>
                <td class="count">
                  <Bar share={memories / most} /> {memories.toLocaleString("en")}
                </td>
                <td class="when">
                  <Moment at={updatedAt} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {owners.length > maxListedOwners ? <p>and {(owners.length - maxListedOwners).toLocaleString("en")} more</p> : null}
    </section>
  );
}

/** What a fresh server shows: two ways to the first memory. */
function FirstSteps({ origin, needsKey, extractsFacts }: { origin: string; needsKey: boolean; extractsFacts: boolean }) {
  const key = needsKey ? ` \\\n  -H 'X-API-Key: <your key>'` : "";
  return (
    <section class="first-steps" aria-label="First steps">
      <h2>Nothing is remembered yet</h2>
      <p>Add the first memory here, or from a program:</p>
      <pre tabindex={0}>
        <code>{`curl ${origin}/memories${key} \\
  -H 'content-type: application/json' \\
  -d '{"user_id": "alice", "messages": [{"role": "user", "content": "I am vegetarian and allergic to nuts."}]}'`}</code>
      </pre>
      <AddForm owner={undefined} extractsFacts={extractsFacts} isOpen />
      <p>
        Mem0 clients work unchanged with this address as their host. <a href="/docs">All routes</a>
      </p>
    </section>
  );
}

/** The front page of the console: who has memories, and a search over all of them. */
export function HomePage(props: {
  assets: Assets;
  viewer: Viewer;
  owners: readonly Entity[];
  total: number;
  space: SpaceStatus;
  origin: string;
  extractsFacts: boolean;
  notice: string | undefined;
}) {
  const { viewer, owners, total } = props;
  return (
    <Shell title="Memories" assets={props.assets} viewer={viewer} current="/">
      <header class="home">
        <h1>
          Memories <small>{total.toLocaleString("en")}</small>
        </h1>
        <SpaceLine space={props.space} />
      </header>
      <Notice name={props.notice} />
      {total === 0 ? (
        <FirstSteps origin={props.origin} needsKey={viewer.mode === "keys"} extractsFacts={props.extractsFacts} />
      ) : (
        <>
          <div class="toolbar">
            <SearchBox
              owner={undefined}
              query=""
              action="/console/memories"
              placeholder="Search everybody's memories by meaning …"
              isLive
            />
            <AddForm owner={undefined} extractsFacts={props.extractsFacts} />
          </div>
          <div id="results">
            <nav class="tabs" aria-label="All memories">
              <a href="/console/memories">Newest memories</a>
              <a href="/console/map">Map</a>
              <a href="/console/transfer">Import and export</a>
            </nav>
            {(Object.keys(ownerKinds) as OwnerKind[]).map((kind) => (
              <OwnerTable kind={kind} owners={owners.filter(({ type }) => type === kind)} />
            ))}
          </div>
        </>
      )}
    </Shell>
  );
}
