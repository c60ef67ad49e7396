import { Moment } from "@repo/app-kit/moment";
import type { Assets } from "@repo/app-kit/load-assets";
import type { ApiKey } from "../../key-store.ts";
import { Shell, type Viewer } from "../../ui/shell.tsx";
import { ConfirmDelete } from "./memory-item.tsx";
import { Notice } from "./notices.tsx";

/** API keys: an administrator's page shows everybody's, a user's the user's own. */
export function KeysPage(props: {
  assets: Assets;
  viewer: Viewer;
  keys: readonly ApiKey[];
  notice: string | undefined;
  /** The key that was just made; shown this once. */
  created?: { key: string; label: string } | undefined;
}) {
  const { viewer, keys, created } = props;
  const isAdministrator = viewer.access.kind === "administrator";
  return (
    <Shell title="Keys" assets={props.assets} viewer={viewer} current="/console/keys">
      <h1>
        Keys <small>{keys.length.toLocaleString("en")}</small>
      </h1>
      <Notice name={props.notice} />
      {created ? (
        <div class="banner" role="alert">
          <strong>The key “{created.label}”. Copy it now: it is not shown again.</strong>
          <input class="new-key" readonly value={created.key} aria-label="New key" autofocus />
        </div>
      ) : null}
      <form class="key-form" method="post" action="/console/keys">
        <label>
          What it is for
          <input name="label" required maxlength={100} placeholder="Alice's notebook" autocomplete="off" />
        </label>
        {isAdministrator ? (
          <label>
            User whose memories it opens
            <input name="user_id" maxlength={256} placeholder="empty: an administrator's key" autocomplete="off" />
          </label>
        ) : null}
        <button type="submit">Make a key</button>
      </form>
      {keys.length === 0 ? (
        <p class="empty">No keys yet. Programs send theirs as X-API-Key or as Authorization: Bearer.</p>
      ) : (
        <div class="table-scroll">
          <table class="keys">
            <thead>
              <tr>
                <th>For</th>
                <th>Opens</th>
                <th>Key</th>
                <th>Made</th>
                <th>Last used</th>
                <th>
                  <span class="visually-hidden">Actions</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {keys.map(({ id, label, prefix, userId, createdAt, lastUsedAt }) => (
                <tr>
                  <td dir="auto">{label}</td>
                  <td dir="auto">{userId ?? <em>everything</em>}</td>
                  <td>
                    <code>{prefix}…</code>
                  </td>
                  <td>
                    <Moment at={createdAt} />
                  </td>
                  <td>{lastUsedAt === null ? "never" : <Moment at={lastUsedAt} />}</td>
                  <td>
                    <ConfirmDelete
                      action={`/console/keys/${id}/revoke`}
                      summary="Revoke"
                      question="Programs that use it stop working at once."
                      confirm="Revoke it"
                    />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Shell>
  );
}
