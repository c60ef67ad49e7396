/** Notices when somebody who has work says nothing. */
export interface SilenceWatch {
  /** Something was said. */
  hear(): void;
  stop(): void;
}

const longestIntervalMs = 1000;

/**
 * Calls `onSilence` when `boundMs` have passed without a word, at two looks one after the other: after a pause of this
 * thread the word may be there and only waits to be read.
 */
export function watchForSilence(boundMs: number, hasWork: () => boolean, onSilence: () => void): SilenceWatch {
  let heardAt = performance.now();
  let wasOverdue = false;
  const hear = () => {
    heardAt = performance.now();
    wasOverdue = false;
  };
  const look = () => {
    if (!hasWork()) return hear();
    const isOverdue = performance.now() - heardAt >= boundMs;
    if (isOverdue && wasOverdue) {
      hear();
      onSilence();
    } else wasOverdue = isOverdue;
  };
  const timer = setInterval(look, Math.min(longestIntervalMs, boundMs / 4));
  timer.unref();
  return { hear, stop: () => clearInterval(timer) };
}
