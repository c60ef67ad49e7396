/**
 * `node apps/pdf-extractor/bench/pdf-images.ts [FILE] [--preview SIDE] [--rounds N]`: pages and pictures a second of reading a PDF,
 * and the most memory its process takes. Without a file, the sample catalogue.
 */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { readResidentBytes } from "@repo/confined-process/watch-process";
import { openPdf } from "../src/pdf/open-pdf.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { preview: { type: "string", default: "0" }, rounds: { type: "string", default: "3" } },
});
const path = positionals[0] ?? fileURLToPath(new URL("../sample/material-catalogue.pdf", import.meta.url));

/** Processes that this one started. Source: proc(5), field 4 of stat. */
function listChildren(): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        return (
          readFileSync(`/proc/${pid}/stat`, "latin1")
            .replace(/^.*\) /s, "")
            .split(" ")[1] === String(process.pid)
        );
      } catch {
        return false;
      }
    });
}

/** User and system time of a process in seconds. Source: proc(5), fields 14 and 15 of stat, in hundredths. */
function readCpuSeconds(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "latin1")
      .replace(/^.*\) /s, "")
      .split(" ");
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return 0;
  }
}

for (let round = 1; round <= Number(values.rounds); round += 1) {
  const startedAt = performance.now();
  let [peakBytes, cpuSeconds] = [0, 0];
  const look = () => {
    for (const pid of listChildren()) {
      peakBytes = Math.max(peakBytes, readResidentBytes(pid));
      cpuSeconds = Math.max(cpuSeconds, readCpuSeconds(pid));
    }
  };
  const timer = setInterval(look, 50);
  const pdf = await openPdf(path, { output: { previewSide: Number(values.preview) } });
  const openMs = performance.now() - startedAt;
  const openCpuSeconds = (look(), cpuSeconds);
  let [pages, places, pictures, bytes] = [0, 0, 0, 0];
  for await (const page of pdf.pages()) {
    pages += 1;
    places += page.pictures.length;
    for (const { picture } of page.pictures) {
      if (picture === undefined) continue;
      pictures += 1;
      bytes += picture.file.bytes.length + picture.thumbnail.bytes.length;
    }
  }
  look();
  await pdf.close();
  clearInterval(timer);
  const seconds = (performance.now() - startedAt - openMs) / 1000;
  const busySeconds = cpuSeconds - openCpuSeconds;
  const perSecond = (count: number, of: number) => (count / Math.max(of, 0.001)).toFixed(1);
  console.log(
    [
      `open ${openMs.toFixed(0)} ms (${openCpuSeconds.toFixed(2)} s CPU)`,
      `${pages} pages, ${places} places, ${pictures} pictures in ${seconds.toFixed(2)} s (${busySeconds.toFixed(2)} s CPU)`,
      `${perSecond(pages, seconds)} pages/s, ${perSecond(pictures, seconds)} pictures/s`,
      `per second of CPU ${perSecond(pages, busySeconds)} pages, ${perSecond(pictures, busySeconds)} pictures`,
      `${(bytes / 1e6).toFixed(1)} MB given out, ${(peakBytes / 1e6).toFixed(0)} MB resident at most`,
    ].join("; "),
  );
}
