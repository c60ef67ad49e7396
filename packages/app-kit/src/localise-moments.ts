/** Browser only: moments of moment.tsx in the reader's own language and time zone; UTC when they are pointed at. */

const momentFormat = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

/** Changes every `time` element within `root`. */
export function localiseMoments(root: ParentNode): void {
  for (const time of root.querySelectorAll("time")) {
    time.title = `${time.dateTime} (UTC)`;
    time.textContent = momentFormat.format(new Date(time.dateTime));
  }
}
