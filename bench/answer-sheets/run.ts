/** `pnpm bench answer-sheet-ml`: milliseconds per page and pages per second, stage by stage, against the seed's architecture. */
import { execFileSync } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { describeMachine } from "../machine.ts";
import { readMemory, startServer, stopAllServers, type RunningServer } from "../server-process.ts";
import { cacheFolder, root } from "../servers.ts";
import { median } from "../statistics.ts";
import { measureSheets, type SheetCell } from "./measure.ts";
import { judgeSheets, renderSheetReport, type SheetBenchResult } from "./report.ts";
import { listFixtures, sheetSeed, sheetSpace } from "./servers.ts";

const { values } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: "boolean", default: false },
    rounds: { type: "string" },
    seconds: { type: "string" },
    python: { type: "string" },
  },
});
const rounds = Number(values.rounds ?? (values.quick ? 1 : 4));
const secondsPerCell = Number(values.seconds ?? (values.quick ? 3 : 10));
const python = values.python ?? process.env["PYTHON"];
const cores = availableParallelism();
const workers = Math.min(2, cores);
const clientCounts = [1, 8] as const;
const types = ["jpeg", "pdf"] as const;

for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void stopAllServers().finally(() => process.exit(130)));

/** The committed scans, by file type. */
async function readFixtures(): Promise<Record<"jpeg" | "pdf", Uint8Array[]>> {
  const read = async (ending: RegExp) => await Promise.all(listFixtures(ending).map(async (path) => new Uint8Array(await readFile(path))));
  return { jpeg: await read(/\.jpe?g$/), pdf: await read(/\.pdf$/) };
}

async function canReadPdf(): Promise<boolean> {
  if (python === undefined) return false;
  try {
    execFileSync(python, ["-c", "import pdf2image"], { stdio: "ignore" });
    return await Promise.resolve(true);
  } catch {
    return false;
  }
}

/** The median round of each number; errors are counted over all. */
function toMedian(all: readonly SheetCell[]): SheetCell {
  const [first] = all as [SheetCell];
  const middle = all.toSorted((a, b) => a.pagesPerSecond - b.pagesPerSecond)[Math.floor((all.length - 1) / 2)] as SheetCell;
  return {
    ...middle,
    type: first.type,
    clients: first.clients,
    pages: all.reduce((sum, { pages }) => sum + pages, 0),
    p50Ms: median(all.map(({ p50Ms }) => p50Ms)),
    errors: all.reduce((sum, { errors }) => sum + errors, 0),
  };
}

interface Entrant {
  running: RunningServer;
  loaded: ReturnType<typeof readMemory>;
  cells: Map<string, SheetCell[]>;
}

async function measureCell(
  { running, cells }: Entrant,
  { type, clients, files, round }: { type: SheetCell["type"]; clients: number; files: readonly Uint8Array[]; round: number },
): Promise<void> {
  const cell = await measureSheets(running, { type, files, clients, seconds: secondsPerCell, cores });
  const key = `${type} ${clients}`;
  cells.set(key, [...(cells.get(key) ?? []), cell]);
  const { pagesPerSecond, p50Ms, othersShare, errors } = cell;
  console.log(
    `round ${round + 1}  ${running.server.title.padEnd(24)} ${type.padEnd(4)} ${clients} clients  ${pagesPerSecond.toFixed(2)} pages/s  p50 ${p50Ms.toFixed(0)} ms  others ${(othersShare * 100).toFixed(0)} %  ${errors} errors`,
  );
}

async function main(): Promise<void> {
  const machine = describeMachine(undefined);
  execFileSync("pnpm", ["--filter", "@repo/answer-sheet-ml", "build"], { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
  const files = await readFixtures();
  const skipped: string[] = [];
  const servers = [sheetSpace(workers)];
  if (python === undefined)
    skipped.push("The seed's architecture: name a Python with torch, fastapi, uvicorn and Pillow in PYTHON or --python.");
  else servers.push(sheetSeed(python, cores));
  const seedReadsPdf = await canReadPdf();
  if (python !== undefined && !seedReadsPdf) skipped.push("The seed's PDF pages: its Python has no pdf2image.");
  const entrants: Entrant[] = [];
  for (const server of servers) {
    const running = await startServer(server, join(cacheFolder, "logs"));
    entrants.push({ running, loaded: readMemory(running.pid), cells: new Map() });
  }
  const planned = types.flatMap((type) => clientCounts.map((clients) => ({ type, clients })));
  for (let round = 0; round < rounds; round++) {
    // Another order each round, so that no server always follows the other.
    const turn = round % 2 === 0 ? entrants : entrants.toReversed();
    for (const cell of planned) {
      const able = turn.filter(({ running }) => cell.type === "jpeg" || running.server.name !== "seed" || seedReadsPdf);
      for (const entrant of able) await measureCell(entrant, { ...cell, files: files[cell.type], round });
    }
  }
  const result: SheetBenchResult = {
    finishedAt: new Date().toISOString(),
    command: ["pnpm bench", ...process.argv.slice(2).filter((argument) => !argument.includes("/"))].join(" "),
    machine: { ...machine, versions: { ...machine.versions, ...readTorchVersion() } },
    settings: { rounds, secondsPerCell, workers, pages: { jpeg: files.jpeg.length, pdf: files.pdf.length } },
    servers: entrants.map(({ running, loaded, cells }) => ({
      name: running.server.name,
      title: running.server.title,
      readyMs: running.readyMs,
      memory: { loaded, afterwards: readMemory(running.pid) },
      cells: [...cells.values()].map(toMedian),
    })),
    skipped,
  };
  // A quick run, or one without the peer, is no report.
  const isReport = !values.quick && python !== undefined;
  const folder = isReport ? join(root, "bench/reports") : join(cacheFolder, "reports");
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "answer-sheet-ml.json"), `${JSON.stringify(result, undefined, 1)}\n`);
  await writeFile(join(folder, "answer-sheet-ml.md"), renderSheetReport(result));
  for (const { aim, reached, isMet } of judgeSheets(result))
    console.log(`${isMet === undefined ? "not measured" : isMet ? "met" : "MISSED"}: ${aim}: ${reached}`);
  console.log(`Written: ${folder}/answer-sheet-ml.{md,json}`);
}

function readTorchVersion(): Record<string, string> {
  if (python === undefined) return {};
  return { torch: execFileSync(python, ["-c", "import torch; print(torch.__version__)"], { encoding: "utf8" }).trim() };
}

try {
  await main();
} finally {
  await stopAllServers();
}
