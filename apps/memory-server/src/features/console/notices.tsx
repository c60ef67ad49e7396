/** What a page says after a form was sent; addresses carry the name only, so that nobody can put words into a page. */
const notices: Readonly<Record<string, string>> = {
  added: "Remembered.",
  known: "That is remembered already; nothing was added.",
  nothing: "No fact worth remembering was found in the conversation; nothing was added.",
  saved: "Saved.",
  unchanged: "Nothing was changed.",
  restored: "It is back.",
  expired: "It is too late to undo that.",
  "all-deleted": "All memories were deleted.",
  revoked: "The key no longer opens anything.",
  "signed-out": "You are signed out.",
};

/** The notice that an address names, if it names one; `undo` offers to bring a deleted memory back. */
export function Notice({ name, undo }: { name: string | undefined; undo?: string | undefined }) {
  if (name === "deleted") {
    return (
      <div class="banner notice" role="status">
        <span>Deleted.</span>
        {undo === undefined ? null : (
          <form method="post" action="/console/memories/restore" class="inline">
            <input type="hidden" name="id" value={undo} />
            <button type="submit" class="link">
              Undo
            </button>
          </form>
        )}
      </div>
    );
  }
  const text = name === undefined ? undefined : notices[name];
  return text === undefined ? null : (
    <div class="banner notice" role="status">
      <span>{text}</span>
    </div>
  );
}
