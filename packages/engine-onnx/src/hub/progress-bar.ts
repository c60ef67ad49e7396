import type { OnDownloadProgress } from "./hub-options.ts";

/** The part of process.stderr that is used. */
export interface ProgressOutput {
  isTTY?: boolean;
  columns?: number;
  write(text: string): unknown;
}

const barWidth = 24;
const redrawEveryMs = 100;
/** Logs of a build get a line per tenth, or per so many bytes where the size is unknown. */
const bytesPerLine = 50_000_000;

/**
 * Shows downloads to a person: a bar that redraws itself on a terminal, a line at every tenth anywhere else (a log of
 * `docker build`). @param now clock in milliseconds.
 */
export function createProgressBar(output: ProgressOutput, now: () => number = Date.now): OnDownloadProgress {
  let path: string | undefined;
  let startedAt = 0;
  let startBytes = 0;
  let drawnAt = 0;
  let lastStep = -1;
  return (progress) => {
    const { receivedBytes, totalBytes } = progress;
    if (progress.path !== path) {
      path = progress.path;
      startedAt = now();
      startBytes = receivedBytes;
      lastStep = -1;
      drawnAt = Number.NEGATIVE_INFINITY;
    }
    const isDone = receivedBytes === totalBytes;
    const seconds = (now() - startedAt) / 1000;
    const speed = seconds > 0 ? (receivedBytes - startBytes) / seconds : 0;
    const share = totalBytes ? receivedBytes / totalBytes : undefined;
    const amount = totalBytes === undefined ? toMegabytes(receivedBytes) : `${toMegabytes(receivedBytes)} of ${toMegabytes(totalBytes)} MB`;
    if (output.isTTY) {
      if (!isDone && now() - drawnAt < redrawEveryMs) return;
      drawnAt = now();
      const filled = Math.round((share ?? 0) * barWidth);
      const bar = share === undefined ? "" : `[${"=".repeat(filled)}${" ".repeat(barWidth - filled)}] ${Math.floor(share * 100)}%  `;
      const remaining =
        share !== undefined && speed > 0 && !isDone ? `, ${Math.ceil(((totalBytes as number) - receivedBytes) / speed)} s left` : "";
      const line = `${path}  ${bar}${amount}, ${toMegabytes(speed)} MB/s${remaining}`;
      output.write(`\r${line.slice(0, (output.columns ?? 80) - 1)}\u001b[K${isDone ? "\n" : ""}`);
      return;
    }
    const step = share === undefined ? Math.floor(receivedBytes / bytesPerLine) : Math.floor(share * 10);
    if (step === lastStep) return;
    lastStep = step;
    output.write(`${path}  ${share === undefined ? "" : `${Math.floor(share * 100)}%  `}${amount}\n`);
  };
}

function toMegabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
