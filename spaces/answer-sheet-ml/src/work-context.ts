/** Who waits for a piece of work, and how long. */
export interface WorkContext {
  signal?: AbortSignal | undefined;
  /** Milliseconds since the epoch. */
  deadlineAt?: number | undefined;
}
