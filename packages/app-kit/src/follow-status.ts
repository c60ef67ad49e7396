/** Browser only: the banner of status-banner.tsx, kept up to date by the stream of state-stream.ts. */

/** What the banner shows. */
export interface StatusLine {
  text: string;
  kind: "info" | "warning";
  /** 0 to 1 for a bar, "unknown" for one that only moves, undefined for none. */
  share?: number | "unknown" | undefined;
}

function show(banner: HTMLElement, line: StatusLine | undefined): void {
  banner.hidden = line === undefined;
  if (!line) return;
  banner.dataset["kind"] = line.kind;
  const [text, bar] = [banner.querySelector("span"), banner.querySelector("progress")];
  if (text) text.textContent = line.text;
  if (!bar) return;
  bar.hidden = line.share === undefined;
  if (typeof line.share === "number") bar.value = line.share;
  else bar.removeAttribute("value");
}

/**
 * Follows the stream at `path` and shows each state in the page's banner; undefined hides it. Does nothing on a page
 * without a banner. The browser connects again by itself.
 */
export function followStatus(path: string, describe: (state: never) => StatusLine | undefined): void {
  const banner = document.querySelector<HTMLElement>("#status");
  if (!banner) return;
  new EventSource(path).addEventListener("message", (event: MessageEvent<string>) =>
    show(banner, describe(JSON.parse(event.data) as never)),
  );
}
