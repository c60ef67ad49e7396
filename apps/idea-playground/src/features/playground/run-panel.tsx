/** Where a page tells how far a run is; hidden until the script starts one. */
export function RunPanel() {
  return (
    <section id="run" class="run" aria-label="Progress" hidden>
      <div class="run-line">
        <p role="status" data-part="text"></p>
        <span class="run-time" data-part="time" aria-hidden="true"></span>
        <button type="button" class="secondary outline" data-part="cancel">
          Cancel
        </button>
      </div>
      <progress data-part="bar" aria-label="Cards written"></progress>
      <div class="banner" data-kind="warning" role="alert" data-part="note" hidden></div>
    </section>
  );
}
