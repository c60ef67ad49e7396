import type { Machine } from "../machine.ts";
import type { Memory } from "../server-process.ts";
import type { ImageCell, JobResult, SoakPoint } from "./measure.ts";

/** One server over the whole run. */
export interface VisualServerResult {
  name: string;
  title: string;
  readyMs: number;
  memory: { loaded: Memory; afterwards: Memory };
  cells: ImageCell[];
  job?: JobResult;
  soak?: SoakPoint[];
}

/** Everything of one run, as reports/siglip-embed.json holds it. */
export interface VisualBenchResult {
  finishedAt: string;
  command: string;
  machine: Machine;
  /** Whether the full model's weights were those of its repository. */
  weights: "published" | "other" | "none";
  settings: { rounds: number; secondsPerCell: number };
  servers: VisualServerResult[];
  /** Cosine of the full model's vectors with the seed's. */
  agreement?: { mean: number; min: number } | undefined;
  skipped: readonly string[];
}

/** An aim and what became of it. */
export interface VisualAim {
  aim: string;
  reached: string;
  /** Undefined where it could not be measured. */
  isMet: boolean | undefined;
}

/** Name of the server with the full model as the Space builds it by default (MODEL_PRECISION). */
export const primaryServer = "full-int8-row";
const seedFactor = 3;
/** Resident memory moves a little with the allocator; a leak of a kilobyte an image would be 2 MB. */
const soakGrowth = 0.03;

/** Aims of the issue against what was measured. */
export function judgeVisual({ servers }: VisualBenchResult): VisualAim[] {
  const p50 = (name: string): number =>
    servers.find((server) => server.name === name)?.cells.find(({ clients }) => clients === 1)?.p50Ms ?? Number.NaN;
  const factor = p50("seed") / p50(primaryServer);
  const cpuFactor = toCpuFactor(servers);
  const points = servers.find(({ soak }) => soak !== undefined)?.soak ?? [];
  // The first tenth fills caches and heaps.
  const growth = (points.at(-1)?.rssMb ?? Number.NaN) / (points[1]?.rssMb ?? Number.NaN) - 1;
  const judge = (aim: string, value: number, words: string, isMet: boolean): VisualAim =>
    Number.isNaN(value) ? { aim, reached: "", isMet: undefined } : { aim, reached: words, isMet };
  return [
    judge(
      `${seedFactor} times as fast per image as transformers + PyTorch on the same cores`,
      factor,
      `${factor.toFixed(2)} times; in processor time ${cpuFactor.toFixed(2)} times`,
      factor >= seedFactor,
    ),
    judge(
      `no growth of memory over ${points.at(-1)?.images ?? 2000} images (within ${soakGrowth * 100} %)`,
      growth,
      `${(growth * 100).toFixed(1)} %`,
      growth <= soakGrowth,
    ),
  ];
}

/** Processor time per image of the seed over that of the full model, one client. */
function toCpuFactor(servers: readonly VisualServerResult[]): number {
  const cpuMs = (name: string): number =>
    servers.find((server) => server.name === name)?.cells.find(({ clients }) => clients === 1)?.cpuMs ?? Number.NaN;
  return cpuMs("seed") / cpuMs(primaryServer);
}

/** The report for people. */
export function renderVisualReport(result: VisualBenchResult): string {
  const { machine, settings, servers, agreement, skipped } = result;
  const digits = (value: number | undefined, count = 0): string => (value === undefined || Number.isNaN(value) ? "" : value.toFixed(count));
  const weights = { published: "the published ones", other: "random ones of the true shapes, which cost the same time", none: "absent" }[
    result.weights
  ];
  return `# siglip-embed against the seed's architecture

${result.finishedAt.slice(0, 10)}, ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGb} GB, Linux ${machine.kernel}; ${machine.cpuFlags.join(" ")}.
${Object.entries(machine.versions)
  .map(([name, version]) => `${name} ${version}`)
  .join(", ")}.
Made by \`${result.command}\`; the figures are also in siglip-embed.json.

JPEG images of up to 640 x 427 pixels, each another file, as the body of \`POST /models/{id}\`; a client sends the next when it has the
answer, and caches are off. All servers run at once and are loaded in turn; the median of ${settings.rounds} round${settings.rounds === 1 ? "" : "s"} of ${settings.secondsPerCell} s is shown. The load
generator runs on the same cores. "Other programs" is the share of the machine that they took meanwhile: where it is large, milliseconds say
little, ratios of servers loaded in turn more, and processor time most. The full model's weights are ${weights}.

## Aims

${table(
  ["", "aim", "reached"],
  judgeVisual(result).map(({ aim, reached, isMet }) => [isMet === undefined ? "not measured" : isMet ? "met" : "**missed**", aim, reached]),
)}

## Milliseconds per image and images per second

${table(
  ["server", "clients", "p50, ms", "p99, ms", "images/s", "processor ms/image", "images", "errors", "other programs"],
  servers.flatMap(({ title, cells }) =>
    cells.map((cell) => [
      title,
      String(cell.clients),
      digits(cell.p50Ms),
      digits(cell.p99Ms),
      digits(cell.imagesPerSecond, 2),
      digits(cell.cpuMs),
      String(cell.images),
      String(cell.errors),
      `${digits(cell.othersShare * 100)} %`,
    ]),
  ),
)}
${agreement === undefined ? "" : `\nVectors of the full model against the seed's for the same images: cosine ${agreement.mean.toFixed(5)} on average, ${agreement.min.toFixed(5)} at least.\n`}
## A job

${table(
  ["server", "images", "in a request", "s", "images/s", "errors"],
  servers.flatMap(({ title, job }) =>
    job === undefined
      ? []
      : [
          [
            title,
            String(job.images),
            String(job.imagesPerRequest),
            digits(job.seconds, 1),
            digits(job.images / job.seconds, 1),
            String(job.errors),
          ],
        ],
  ),
)}

## Start and memory

${table(
  ["server", "start to ready, s", "MB when ready", "MB afterwards", "MB at most"],
  servers.map(({ title, readyMs, memory }) => [
    title,
    digits(readyMs / 1000, 2),
    digits(memory.loaded.rssMb),
    digits(memory.afterwards.rssMb),
    digits(memory.afterwards.peakMb),
  ]),
)}

The Space decodes images in a second process, whose memory is not in these figures, but is in the following ones.

${servers
  .filter(({ soak }) => soak !== undefined)
  .map(
    ({ title, soak = [] }) =>
      `${title}, MB after so many images: ${soak.map(({ images, rssMb }) => `${images}: ${digits(rssMb)}`).join(", ")}.`,
  )
  .join("\n")}
${skipped.length === 0 ? "" : `\n## Skipped\n\n${skipped.map((line) => `- ${line}`).join("\n")}\n`}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
