import type { Viewer } from "../../ui/shell.tsx";
import { type Owner, toAddress } from "./owner.ts";

const views = { Memories: "/console/memories", Map: "/console/map", "Import and export": "/console/transfer" } as const;

/** Heading of every page about one owner's memories (or everybody's), with the ways between them. */
export function OwnerHeader(props: { owner: Owner | undefined; viewer: Viewer; current: keyof typeof views; total?: number | undefined }) {
  const { owner, viewer, current, total } = props;
  const isAdministrator = viewer.access.kind === "administrator";
  return (
    <header class="owner">
      {isAdministrator || owner?.kind !== "user" ? (
        <p class="crumb">
          <a href="/">{isAdministrator ? "Everybody" : "All my memories"}</a>
          {owner ? ` / ${owner.kind}` : null}
        </p>
      ) : null}
      <h1 dir="auto">
        {owner ? owner.id : "All memories"}{" "}
        {total === undefined ? null : <small>{total === 1 ? "1 memory" : `${total.toLocaleString("en")} memories`}</small>}
      </h1>
      <nav class="tabs" aria-label="Views">
        {Object.entries(views).map(([name, path]) => (
          <a href={toAddress(path, owner)} aria-current={name === current ? "page" : undefined}>
            {name}
          </a>
        ))}
      </nav>
    </header>
  );
}

/** Finds memories by meaning; the island answers while somebody types. */
export function SearchBox(props: { owner: Owner | undefined; query: string; action: string; placeholder: string; isLive?: boolean }) {
  return (
    <form class="search" method="get" action={props.action} role="search" data-live={props.isLive ? "" : undefined}>
      <OwnerFields owner={props.owner} />
      <label for="query" class="visually-hidden">
        Search memories
      </label>
      <fieldset role="group">
        <input
          id="query"
          name="query"
          type="search"
          dir="auto"
          maxlength={2000}
          placeholder={props.placeholder}
          value={props.query}
          autocomplete="off"
        />
        <button type="submit">Search</button>
      </fieldset>
    </form>
  );
}

/** The owner as hidden fields of a form. */
export function OwnerFields({ owner }: { owner: Owner | undefined }) {
  return owner ? <input type="hidden" name={`${owner.kind}_id`} value={owner.id} /> : null;
}
