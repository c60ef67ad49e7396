/** What a page says after a form was sent; addresses carry the name only, so that nobody can put words into a page. */
const notices: Readonly<Record<string, string>> = {
  created: "The canvas is ready. Say what you want ideas about.",
  renamed: "Renamed.",
  saved: "Saved.",
  unsaved: "No longer among the saved ideas.",
  edited: "Your changes are kept.",
  added: "Your idea is on the canvas.",
  written: "The cards are written.",
  partly: "Some cards are written, others could not be. Ask again for the rest.",
  kept: "The variation is an idea of the canvas now.",
  discarded: "The variations are thrown away.",
  restored: "It is back.",
  expired: "It is too late to undo that.",
};

/** The notice that an address names, if it names one; `undo` is the address that brings back what was deleted. */
export function PlaygroundNotice({ name, undo }: { name: string | undefined; undo?: string | undefined }) {
  if (name === "deleted" && undo !== undefined) {
    return (
      <div class="banner notice" role="status">
        <span>Deleted.</span>
        <form method="post" action={undo} class="inline">
          <button type="submit" class="link">
            Undo
          </button>
        </form>
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
