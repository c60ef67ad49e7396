/** A number of things, e.g. 12,345. */
export function toCount(value: number): string {
  return value.toLocaleString("en");
}

/** A duration in words: milliseconds below a second, then seconds with one digit. */
export function toDuration(milliseconds: number): string {
  return milliseconds >= 1_000
    ? `${(milliseconds / 1_000).toLocaleString("en", { maximumFractionDigits: 1 })} s`
    : `${Math.round(milliseconds)} ms`;
}
