import type { ExtractResponse } from "@repo/contracts/answer-sheets";
import { cpuSince, readCpuTimes } from "../cpu-clock.ts";
import type { RunningServer } from "../server-process.ts";
import { median, percentile } from "../statistics.ts";

/** What one server did with one kind of file and one number of clients. */
export interface SheetCell {
  type: "jpeg" | "pdf";
  clients: number;
  pages: number;
  pagesPerSecond: number;
  p50Ms: number;
  p99Ms: number;
  /** Medians of what the answers tell of themselves, milliseconds; waiting in queues is part of detect and recognise. */
  stages: { read: number; detect: number; recognise: number; total: number };
  /** Share of the machine that other programs used. */
  othersShare: number;
  errors: number;
}

/** Options of {@link measureSheets}. */
export interface MeasureOptions {
  type: "jpeg" | "pdf";
  files: readonly Uint8Array[];
  clients: number;
  seconds: number;
  cores: number;
}

type Timed = Pick<ExtractResponse, "success" | "timings_ms">;

/**
 * Every client sends a file, waits for the answer and sends the next one. The first answer of each is warm-up; what was
 * begun in time counts, however long it took.
 */
export async function measureSheets({ port, pid }: RunningServer, options: MeasureOptions): Promise<SheetCell> {
  const { type, files, clients, seconds, cores } = options;
  const url = `http://127.0.0.1:${port}/extract`;
  const headers = { "content-type": type === "pdf" ? "application/pdf" : "image/jpeg" };
  const latencies: number[] = [];
  const timings: ExtractResponse["timings_ms"][] = [];
  let errors = 0;
  let next = 0;
  const send = async (): Promise<Timed | undefined> => {
    const body = files[next++ % files.length] as Uint8Array<ArrayBuffer>;
    const response = await fetch(url, { method: "POST", headers, body });
    const answer = (await response.json()) as Timed;
    return response.ok ? answer : undefined;
  };
  const client = async (until: number): Promise<void> => {
    do {
      const startedAt = performance.now();
      const answer = await send();
      if (answer === undefined) errors += 1;
      else {
        latencies.push(performance.now() - startedAt);
        timings.push(answer.timings_ms);
      }
    } while (performance.now() < until);
  };
  await Promise.all(Array.from({ length: clients }, send));
  const before = readCpuTimes(pid);
  const from = performance.now();
  await Promise.all(Array.from({ length: clients }, () => client(from + seconds * 1000)));
  const cpu = cpuSince(before, pid);
  const lasted = (performance.now() - from) / 1000;
  return {
    type,
    clients,
    pages: latencies.length,
    pagesPerSecond: latencies.length / lasted,
    p50Ms: median(latencies),
    p99Ms: percentile(latencies, 0.99),
    stages: {
      read: median(timings.map(({ read }) => read)),
      detect: median(timings.map(({ detect }) => detect)),
      recognise: median(timings.map(({ recognise }) => recognise)),
      total: median(timings.map(({ total }) => total)),
    },
    othersShare: cpu.others / lasted / cores,
    errors,
  };
}
