const momentFormat = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short", timeZone: "UTC" });

/** A point in time, in UTC; localise-moments.ts turns it into the reader's own time. */
export function Moment({ at }: { at: Date }) {
  return <time datetime={at.toISOString()}>{momentFormat.format(at)}</time>;
}
