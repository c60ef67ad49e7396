import { readdirSync, readFileSync } from "node:fs";
import { cpuSince, readCpuTimes } from "../cpu-clock.ts";
import { readMemory, type RunningServer } from "../server-process.ts";
import { median, percentile } from "../statistics.ts";
import { inferencePath } from "./servers.ts";

/** What one server did with one number of clients. */
export interface ImageCell {
  clients: number;
  images: number;
  imagesPerSecond: number;
  p50Ms: number;
  p99Ms: number;
  /** Processor time of the server per image, milliseconds: what other programs change least. Without the process that decodes. */
  cpuMs: number;
  /** Share of the machine that other programs used. */
  othersShare: number;
  errors: number;
}

/** Options of {@link measureImages}. */
export interface MeasureImagesOptions {
  next: () => Uint8Array<ArrayBuffer>;
  clients: number;
  seconds: number;
  cores: number;
}

/** Sends an image as the body of the drop-in route; its vector, or undefined for an error. */
export async function embedOne(port: number, image: Uint8Array<ArrayBuffer>): Promise<number[] | undefined> {
  const headers = { "content-type": "image/jpeg" };
  const response = await fetch(`http://127.0.0.1:${port}${inferencePath}`, { method: "POST", headers, body: image });
  const answer = (await response.json()) as number[] | number[][];
  if (!response.ok) return undefined;
  return Array.isArray(answer[0]) ? answer[0] : (answer as number[]);
}

/** Every client sends an image, waits for the answer and sends the next one; what was begun in time counts. */
export async function measureImages({ port, pid }: RunningServer, options: MeasureImagesOptions): Promise<ImageCell> {
  const { next, clients, seconds, cores } = options;
  const latencies: number[] = [];
  let errors = 0;
  const client = async (until: number): Promise<void> => {
    do {
      const startedAt = performance.now();
      if ((await embedOne(port, next())) === undefined) errors += 1;
      else latencies.push(performance.now() - startedAt);
    } while (performance.now() < until);
  };
  await embedOne(port, next());
  const before = readCpuTimes(pid);
  const from = performance.now();
  await Promise.all(Array.from({ length: clients }, () => client(from + seconds * 1000)));
  const cpu = cpuSince(before, pid);
  const lasted = (performance.now() - from) / 1000;
  return {
    clients,
    images: latencies.length,
    imagesPerSecond: latencies.length / lasted,
    p50Ms: median(latencies),
    p99Ms: percentile(latencies, 0.99),
    cpuMs: (cpu.server / Math.max(1, latencies.length)) * 1000,
    othersShare: Math.max(0, cpu.others / lasted / cores),
    errors,
  };
}

/** A job's images in requests of several. */
export interface JobResult {
  images: number;
  imagesPerRequest: number;
  seconds: number;
  errors: number;
}

/** Sends `images` in requests of `imagesPerRequest`, one after the other, as the original's app did its jobs. */
export async function measureJob(
  { port }: RunningServer,
  { next, images, imagesPerRequest }: { next: () => Uint8Array<ArrayBuffer>; images: number; imagesPerRequest: number },
): Promise<JobResult> {
  const from = performance.now();
  let errors = 0;
  for (let sent = 0; sent < images; sent += imagesPerRequest) {
    const form = new FormData();
    for (let index = sent; index < Math.min(images, sent + imagesPerRequest); index++)
      form.append("images", new Blob([next()]), `${index}.jpg`);
    form.append("encoding_format", "base64");
    const response = await fetch(`http://127.0.0.1:${port}/embed/image`, { method: "POST", body: form });
    await response.arrayBuffer();
    if (!response.ok) errors += 1;
  }
  return { images, imagesPerRequest, seconds: (performance.now() - from) / 1000, errors };
}

/** Memory along a long run: after how many images, and how much the server and the processes it started hold, MB. */
export interface SoakPoint {
  images: number;
  rssMb: number;
}

/** Sends `images` with four clients and looks at the memory ten times. */
export async function soak(
  { port, pid }: RunningServer,
  { next, images }: { next: () => Uint8Array<ArrayBuffer>; images: number },
): Promise<SoakPoint[]> {
  const points: SoakPoint[] = [];
  const step = Math.ceil(images / 10);
  for (let done = 0; done < images; done += step) {
    let left = Math.min(step, images - done);
    const client = async (): Promise<void> => {
      while (left-- > 0) await embedOne(port, next());
    };
    await Promise.all(Array.from({ length: 4 }, client));
    points.push({
      images: Math.min(images, done + step),
      rssMb: [pid, ...listChildren(pid)].reduce((sum, id) => sum + readMemory(id).rssMb, 0),
    });
  }
  return points;
}

/** Processes whose parent is `pid`: those that decode. */
function listChildren(pid: number): number[] {
  const isChild = (id: string): boolean => {
    try {
      // The command's name in brackets may hold spaces; the parent is the second field behind it.
      return (
        Number(
          readFileSync(`/proc/${id}/stat`, "utf8")
            .replace(/^.*\) /s, "")
            .split(" ")[1],
        ) === pid
      );
    } catch {
      return false;
    }
  };
  try {
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name) && isChild(name))
      .map(Number);
  } catch {
    return [];
  }
}
