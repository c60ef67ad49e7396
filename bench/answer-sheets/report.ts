import type { Machine } from "../machine.ts";
import type { Memory } from "../server-process.ts";
import type { SheetCell } from "./measure.ts";

/** One server over the whole run. */
interface SheetServerResult {
  name: string;
  title: string;
  readyMs: number;
  memory: { loaded: Memory; afterwards: Memory };
  cells: SheetCell[];
}

/** Everything of one run, as reports/answer-sheet-ml.json holds it. */
export interface SheetBenchResult {
  finishedAt: string;
  command: string;
  machine: Machine;
  settings: { rounds: number; secondsPerCell: number; workers: number; pages: Record<"jpeg" | "pdf", number> };
  servers: SheetServerResult[];
  skipped: readonly string[];
}

/** Aims of the issue. */
const aims = { jpegP50Ms: 250, pdfFactor: 2, seedFactor: 4 };

/** What was to be reached, and what was. */
export function judgeSheets({ servers }: SheetBenchResult): { aim: string; reached: string; isMet: boolean | undefined }[] {
  const [space, seed] = [servers.find(({ name }) => name === "space"), servers.find(({ name }) => name === "seed")];
  const of = (server: SheetServerResult | undefined, type: SheetCell["type"], clients: number): SheetCell | undefined =>
    server?.cells.find((cell) => cell.type === type && cell.clients === clients);
  const [jpeg, pdf] = [of(space, "jpeg", 1)?.p50Ms ?? Number.NaN, of(space, "pdf", 1)?.p50Ms ?? Number.NaN];
  const factor = (clients: number): number =>
    (of(space, "jpeg", clients)?.pagesPerSecond ?? Number.NaN) / (of(seed, "jpeg", clients)?.pagesPerSecond ?? Number.NaN);
  const judge = (aim: string, value: number, unit: string, isMet: boolean) => ({
    aim,
    reached: Number.isNaN(value) ? "" : `${value.toFixed(unit === "ms" ? 0 : 1)} ${unit}`,
    isMet: Number.isNaN(value) ? undefined : isMet,
  });
  return [
    judge(`a JPEG page of 200 dpi in ${aims.jpegP50Ms} ms (p50, 1 client)`, jpeg, "ms", jpeg <= aims.jpegP50Ms),
    judge(`a PDF page in at most ${aims.pdfFactor} times that`, pdf / jpeg, "times", pdf / jpeg <= aims.pdfFactor),
    judge(`${aims.seedFactor} times the seed's pages per second, 1 client`, factor(1), "times", factor(1) >= aims.seedFactor),
    judge(`${aims.seedFactor} times the seed's pages per second, 8 clients`, factor(8), "times", factor(8) >= aims.seedFactor),
  ];
}

/** The report for people. */
export function renderSheetReport(result: SheetBenchResult): string {
  const { machine, settings, servers, skipped } = result;
  const cells = servers.flatMap((server) => server.cells.map((cell) => ({ server, cell })));
  const digits = (value: number, count = 0): string => (Number.isNaN(value) ? "" : value.toFixed(count));
  return `# answer-sheet-ml against the seed's architecture

${result.finishedAt.slice(0, 10)}, ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGb} GB, Linux ${machine.kernel}; ${machine.cpuFlags.join(" ")}.
${Object.entries(machine.versions)
  .map(([name, version]) => `${name} ${version}`)
  .join(", ")}.
Made by \`${result.command}\`; the figures are also in answer-sheet-ml.json.

${settings.pages.jpeg} JPEG and ${settings.pages.pdf} PDF pages, each sent as the body of \`POST /extract\`; a client sends the next when it has the answer.
All servers run at once and are loaded in turn; the median of ${settings.rounds} round${settings.rounds === 1 ? "" : "s"} of ${settings.secondsPerCell} s is shown. The load generator runs on the same cores.

## Aims

${table(
  ["", "aim", "reached"],
  judgeSheets(result).map(({ aim, reached, isMet }) => [isMet === undefined ? "not measured" : isMet ? "met" : "**missed**", aim, reached]),
)}

## Pages per second and milliseconds per page

${table(
  ["server", "file", "clients", "pages/s", "p50, ms", "p99, ms", "pages", "errors", "other programs"],
  cells.map(({ server, cell }) => [
    server.title,
    cell.type,
    String(cell.clients),
    digits(cell.pagesPerSecond, 2),
    digits(cell.p50Ms),
    digits(cell.p99Ms),
    String(cell.pages),
    String(cell.errors),
    `${digits(cell.othersShare * 100)} %`,
  ]),
)}

## Stage by stage, ms (medians; with 8 clients waiting is part of a stage)

${table(
  ["server", "file", "clients", "read the file", "find the fields", "read the fields", "all", "HTTP and queue"],
  cells.map(({ server, cell }) => [
    server.title,
    cell.type,
    String(cell.clients),
    ...[cell.stages.read, cell.stages.detect, cell.stages.recognise, cell.stages.total].map((value) => digits(value, 1)),
    digits(cell.p50Ms - cell.stages.total, 1),
  ]),
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

The Space decodes files in a second process, whose memory is not in these figures.
${skipped.length === 0 ? "" : `\n## Skipped\n\n${skipped.map((line) => `- ${line}`).join("\n")}\n`}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
