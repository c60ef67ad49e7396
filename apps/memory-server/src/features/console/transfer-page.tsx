import type { Assets } from "@repo/app-kit/load-assets";
import { exportsPath, type ImportView, isFinishedImport } from "@repo/contracts/memory-transfer";
import { Shell, type Viewer } from "../../ui/shell.tsx";
import { Moment } from "@repo/app-kit/moment";
import { OwnerHeader } from "./owner-header.tsx";
import { type Owner, toAddress } from "./owner.ts";

/** What an import's state is called. */
const stateNames: Readonly<Record<ImportView["state"], string>> = {
  uploading: "Arriving",
  queued: "Waiting for its turn",
  running: "Being embedded",
  done: "Done",
  failed: "Failed",
  cancelled: "Cancelled",
};

/** How far an import is; the island replaces it with every event of its stream. */
export function ImportProgress({ view }: { view: ImportView }) {
  const settled = view.done + view.skipped + view.failed;
  const isFinished = isFinishedImport(view);
  return (
    <article class="import" id={`import-${view.id}`} data-import={view.id} data-finished={isFinished ? "" : undefined}>
      <header>
        <a href={`/console/imports/${view.id}`} dir="auto">
          {view.file_name}
        </a>{" "}
        <strong data-state={view.state}>{stateNames[view.state]}</strong>
      </header>
      {isFinished ? null : (
        <progress
          aria-label={`Import of ${view.file_name}`}
          max={1}
          value={view.total === 0 || view.state === "uploading" ? undefined : settled / view.total}
        ></progress>
      )}
      <p class="facts">
        <span>
          {settled.toLocaleString("en")} of {view.total.toLocaleString("en")} lines
        </span>
        <span>{view.done.toLocaleString("en")} remembered</span>
        {view.skipped === 0 ? null : <span>{view.skipped.toLocaleString("en")} were there already</span>}
        {view.failed === 0 ? null : <span class="bad">{view.failed.toLocaleString("en")} could not be read</span>}
        {view.user_id === null ? null : <span>for {view.user_id}</span>}
        <Moment at={new Date(view.created_at)} />
      </p>
      {view.message === null ? null : <p class={view.state === "failed" ? "bad" : "waiting"}>{view.message}</p>}
      {isFinished && view.state !== "failed" ? null : (
        <form class="inline" method="post" action={`/console/imports/${view.id}/${isFinished ? "retry" : "cancel"}`}>
          <button type="submit" class="link">
            {isFinished ? "Go on" : "Stop"}
          </button>
        </form>
      )}
      {view.problems.length === 0 ? null : (
        <details open={!isFinished || view.problems.length <= 5}>
          <summary>{view.failed > view.problems.length ? `The first ${view.problems.length} problems` : "Problems"}</summary>
          <ol class="problems">
            {view.problems.map(({ line, message }) => (
              <li>
                <b>Line {line.toLocaleString("en")}</b> <span dir="auto">{message}</span>
              </li>
            ))}
          </ol>
        </details>
      )}
    </article>
  );
}

/** Export, import, and the imports so far. */
export function TransferPage(props: {
  assets: Assets;
  viewer: Viewer;
  owner: Owner | undefined;
  total: number;
  imports: readonly ImportView[];
}) {
  const { owner, imports } = props;
  const user = owner?.kind === "user" ? owner : undefined;
  return (
    <Shell title={`Import and export – ${owner?.id ?? "all memories"}`} assets={props.assets} viewer={props.viewer}>
      <OwnerHeader owner={owner} viewer={props.viewer} current="Import and export" total={props.total} />
      <section aria-labelledby="export">
        <h2 id="export">Export</h2>
        <p class="downloads">
          <a role="button" class="outline" href={toAddress(exportsPath, owner, { format: "jsonl" })} download>
            JSON Lines
          </a>
          <a role="button" class="outline" href={toAddress(exportsPath, owner, { format: "json" })} download>
            JSON
          </a>
          <small>JSON Lines can be imported again, here or on another server.</small>
        </p>
      </section>
      <section aria-labelledby="import">
        <h2 id="import">Import</h2>
        <form class="import-form" method="post" action={toAddress("/console/imports", user)} enctype="multipart/form-data">
          <label>
            JSON Lines file, plain or gzipped: one <code>{'{"memory": "…"}'}</code> per line, with <code>user_id</code>,{" "}
            <code>metadata</code> and <code>created_at</code> where known
            <input type="file" name="file" accept=".jsonl,.ndjson,.gz,application/x-ndjson" required />
          </label>
          {user || props.viewer.access.kind === "user" ? null : (
            <label hidden>
              User for lines that name nobody
              <input name="user_id" maxlength={256} placeholder="alice" autocomplete="off" />
            </label>
          )}
          <button type="submit">Import</button>
        </form>
        <div id="imports">
          {imports.map((view) => (
            <ImportProgress view={view} />
          ))}
        </div>
      </section>
    </Shell>
  );
}

/** One import. Without a script it reloads by itself while there is something to see. */
export function ImportPage(props: { assets: Assets; viewer: Viewer; view: ImportView }) {
  const owner: Owner | undefined = props.view.user_id === null ? undefined : { kind: "user", id: props.view.user_id };
  return (
    <Shell title={`Import of ${props.view.file_name}`} assets={props.assets} viewer={props.viewer}>
      <h1>Import</h1>
      <ImportProgress view={props.view} />
      {isFinishedImport(props.view) ? null : (
        <noscript>
          <p>
            <a href={`/console/imports/${props.view.id}`}>See how far it is</a>
          </p>
        </noscript>
      )}
      <p>
        <a href={toAddress("/console/memories", owner)}>To the memories</a> ·{" "}
        <a href={toAddress("/console/transfer", owner)}>All imports</a>
      </p>
    </Shell>
  );
}
