import { OwnerFields } from "./owner-header.tsx";
import type { Owner } from "./owner.ts";

/** Adds a memory; for an administrator's view of everybody it asks whose. */
export function AddForm(props: { owner: Owner | undefined; extractsFacts: boolean; isOpen?: boolean }) {
  const { owner, extractsFacts, isOpen = false } = props;
  return (
    <details class="add" open={isOpen}>
      <summary role="button" class="outline">
        Add a memory
      </summary>
      <form method="post" action="/console/memories/add">
        <OwnerFields owner={owner} />
        {owner ? null : (
          <label>
            User
            <input name="user_id" required maxlength={1000} placeholder="alice" autocomplete="off" />
          </label>
        )}
        <label>
          What to remember
          <textarea name="text" dir="auto" rows={4} required placeholder="Alice is vegetarian and allergic to nuts."></textarea>
        </label>
        <fieldset class="choices">
          <legend class="visually-hidden">What the text is</legend>
          <label>
            <input type="radio" name="kind" value="text" checked /> Plain text, kept as it is
          </label>
          <label>
            <input type="radio" name="kind" value="conversation" /> Conversation: lines start with <code>user:</code> or{" "}
            <code>assistant:</code>
            {extractsFacts ? "; the facts in it are kept" : "; every message is kept"}
          </label>
        </fieldset>
        <details>
          <summary>Metadata and expiry</summary>
          <label>
            Metadata, one <code>name: value</code> per line
            <textarea name="metadata" rows={2} placeholder="category: food"></textarea>
          </label>
          <label>
            Last day on which it counts
            <input type="date" name="expires_on" />
          </label>
        </details>
        <button type="submit">Remember</button>
      </form>
    </details>
  );
}
