import type { Assets } from "@repo/app-kit/load-assets";
import { Pager } from "@repo/app-kit/pager";
import type { Memory } from "../../memory.ts";
import type { FoundMemory } from "../../memories/memory-service.ts";
import { Shell, type Viewer } from "../../ui/shell.tsx";
import { AddForm } from "./add-form.tsx";
import { ConfirmDelete, MemoryItem } from "./memory-item.tsx";
import { Notice } from "./notices.tsx";
import { OwnerHeader, SearchBox } from "./owner-header.tsx";
import { type Owner, toAddress, toParameters } from "./owner.ts";

/** Memories on one page. */
export const memoriesPerPage = 50;

/** Memories, newest first, a page of them. */
export function MemoryList(props: { memories: readonly Memory[]; total: number; page: number; owner: Owner | undefined }) {
  const { memories, total, page, owner } = props;
  if (total === 0) return <p class="empty">Nothing is remembered here yet.</p>;
  if (memories.length === 0) {
    return (
      <p class="empty">
        There are fewer pages. <a href={toAddress("/console/memories", owner)}>To the newest memories</a>
      </p>
    );
  }
  const back = toAddress("/console/memories", owner, { page: page === 1 ? undefined : page });
  return (
    <>
      <ol class="memories" aria-label="Memories">
        {memories.map((memory) => (
          <MemoryItem memory={memory} owner={owner} back={back} />
        ))}
      </ol>
      <Pager
        page={page}
        perPage={memoriesPerPage}
        total={total}
        toAddress={(number) => toAddress("/console/memories", owner, { page: number === 1 ? undefined : number })}
      />
    </>
  );
}

/** What a search found, best first; or why it could not be made. */
export interface Found {
  memories: readonly FoundMemory[];
  problem?: string;
}

/** The results of a search. */
export function FoundList({ found, query, owner }: { found: Found; query: string; owner: Owner | undefined }) {
  const path = "/console/memories";
  const { memories, problem } = found;
  if (problem !== undefined) {
    return (
      <div class="banner" data-kind="warning" role="alert">
        <strong>This search could not be made.</strong> {problem}
      </div>
    );
  }
  return (
    <>
      <p class="result-line" role="status">
        {memories.length === 0 ? "Nothing found" : memories.length === 1 ? "The nearest memory" : `The ${memories.length} nearest memories`}{" "}
        for <q dir="auto">{query}</q>
        <span>
          {memories.length === 0 ? null : <a href={toAddress("/console/map", owner, { query })}>Show on the map</a>}{" "}
          <a href={toAddress(path, owner)}>Show all</a>
        </span>
      </p>
      <ol class="memories" aria-label="Search results">
        {memories.map(({ memory, score }) => (
          <MemoryItem memory={memory} owner={owner} back={toAddress(path, owner, { query })} score={score} />
        ))}
      </ol>
    </>
  );
}

/** One owner's memories, or everybody's. */
export function MemoriesPage(props: {
  assets: Assets;
  viewer: Viewer;
  owner: Owner | undefined;
  extractsFacts: boolean;
  query: string;
  notice: string | undefined;
  undo: string | undefined;
  page: number;
  listed: { memories: readonly Memory[]; total: number };
  found: Found | undefined;
}) {
  const { assets, viewer, owner, query, listed, found } = props;
  return (
    <Shell title={owner?.id ?? "All memories"} assets={assets} viewer={viewer}>
      <OwnerHeader owner={owner} viewer={viewer} current="Memories" total={listed.total} />
      <Notice name={props.notice} undo={props.undo} />
      <div class="toolbar">
        <SearchBox owner={owner} query={query} action="/console/memories" placeholder="Search by meaning …" isLive />
        <AddForm owner={owner} extractsFacts={props.extractsFacts} isOpen={listed.total === 0} />
      </div>
      <div id="results" aria-live="off">
        {found ? (
          <FoundList found={found} query={query} owner={owner} />
        ) : (
          <MemoryList memories={listed.memories} total={listed.total} page={props.page} owner={owner} />
        )}
      </div>
      {owner && listed.total > 0 ? (
        <footer class="danger-zone">
          <ConfirmDelete
            action="/console/memories/delete-all"
            summary={`Delete all memories of ${owner.id}`}
            question={`This deletes ${listed.total === 1 ? "one memory" : `${listed.total.toLocaleString("en")} memories`} and cannot be undone. Export them first if you may need them again.`}
            confirm="Delete them all"
            hidden={toParameters(owner)}
          />
        </footer>
      ) : null}
    </Shell>
  );
}
