/** The line in which follow-status.ts shows how the app is; hidden until there is something to say. */
export function StatusBanner() {
  return (
    <div id="status" class="banner" role="status" hidden>
      <span></span>
      <progress hidden aria-label="Progress"></progress>
    </div>
  );
}
