/** Today in UTC, YYYY-MM-DD. */
export function toToday(now: Date = new Date()): string {
  return now.toISOString().slice(0, 10);
}
