/** Shares the event loop between long computations and everything else. */
export interface TimeSlices {
  /** True when the current slice is used up: then await `next`. */
  isOver(): boolean;
  /** Resolves in a later turn of the event loop, one waiter per turn, first come first served. */
  next(): Promise<void>;
}

/**
 * A slice lasts `sliceMs`, default 5 ms. However many computations take turns, the loop is never held for more than one
 * slice before sockets and timers are looked after.
 */
export function createTimeSlices(sliceMs = 5): TimeSlices {
  const waiting: (() => void)[] = [];
  let endsAt = 0;

  function resumeOne(): void {
    const resume = waiting.shift();
    endsAt = performance.now() + sliceMs;
    resume?.();
    // An immediate set inside an immediate runs in the next turn.
    if (waiting.length > 0) setImmediate(resumeOne);
  }

  return {
    isOver: () => performance.now() >= endsAt,
    next() {
      return new Promise((resolve) => {
        waiting.push(resolve);
        if (waiting.length === 1) setImmediate(resumeOne);
      });
    },
  };
}
