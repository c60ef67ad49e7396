/**
 * Shows progress in a terminal: one line that is redrawn, or, where output goes to a file, one line per tenth.
 *
 * @param label what is counted, e.g. "films"
 */
export function createProgressLine(
  label: string,
  stream: NodeJS.WriteStream = process.stderr,
): { show(done: number, total: number): void; end(): void } {
  const width = 30;
  let lastTenth = -1;
  return {
    show: (done, total) => {
      const share = total === 0 ? 1 : Math.min(1, done / total);
      const text = `${Math.round(share * 100)}% (${done.toLocaleString("en")} of ${total.toLocaleString("en")} ${label})`;
      if (stream.isTTY) {
        const filled = Math.round(share * width);
        stream.write(`\r[${"#".repeat(filled)}${"-".repeat(width - filled)}] ${text}`);
        return;
      }
      const tenth = Math.floor(share * 10);
      if (tenth !== lastTenth) stream.write(`${text}\n`);
      lastTenth = tenth;
    },
    end: () => void (stream.isTTY && stream.write("\n")),
  };
}
