import type { GenerationTask } from "./generation-task.ts";

/** Who is next: requests that have not started, and requests of which answers wait. */
export interface TaskLine {
  /** Requests that have not started. */
  readonly queued: number;
  add(task: GenerationTask): void;
  /** A request that has started and has answers that wait for a row. */
  wait(task: GenerationTask): void;
  /**
   * Requests without a row go first, the oldest first, then further answers of those that have one. Only the next one may
   * start: what does not fit is waited for, so that nobody is overtaken for ever.
   */
  next(hasRow: (task: GenerationTask) => boolean): GenerationTask | undefined;
  remove(task: GenerationTask): void;
}

/** Makes an empty line. */
export function createTaskLine(): TaskLine {
  let queue: GenerationTask[] = [];
  let splitting: GenerationTask[] = [];
  return {
    get queued() {
      return queue.length;
    },
    add: (task) => queue.push(task),
    wait(task) {
      if (!splitting.includes(task)) splitting.push(task);
    },
    next: (hasRow) => splitting.find((task) => !hasRow(task)) ?? queue[0] ?? splitting[0],
    remove(task) {
      queue = queue.filter((each) => each !== task);
      splitting = splitting.filter((each) => each !== task);
    },
  };
}
