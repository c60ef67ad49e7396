/** Measures a Space against its peers and writes reports/<space>.{md,json}; see README.md. */
import { mkdir, writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { join } from "node:path";
import { judge } from "./aims.ts";
import { loadCorpus, type TextSource } from "./corpus.ts";
import { fetchVectors, measureBulk, measureCell, type CellResult } from "./load.ts";
import { describeMachine } from "./machine.ts";
import { readOptions } from "./options.ts";
import { prepare } from "./prepare.ts";
import { renderReport } from "./report.ts";
import { summarise, type BenchResult, type Collected } from "./result.ts";
import { measureRoofline, type Roofline } from "./roofline.ts";
import { readMemory, startServer, stopAllServers, type RunningServer } from "./server-process.ts";
import { cacheFolder, listServers, primaryPrecision, root, type ServerUnderTest } from "./servers.ts";
import { compareVectors, median } from "./statistics.ts";

const options = readOptions();
const { subject } = options;
const { wire } = subject;
const agreementTexts = 50;

let isInterrupted = false;
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    isInterrupted = true;
    void stopAllServers().finally(() => process.exit(130));
  });
}

/** A server under test, what it has shown so far, and the texts it has not seen. */
interface Entrant {
  running: RunningServer;
  collected: Collected;
  nextText: TextSource;
}

async function enter(server: ServerUnderTest, nextText: TextSource): Promise<Entrant> {
  const readyMs: number[] = [];
  for (let start = 1; ; start++) {
    const running = await startServer(server, join(cacheFolder, "logs"));
    readyMs.push(running.readyMs);
    if (start < options.starts) {
      await running.stop();
      continue;
    }
    const loaded = readMemory(running.pid);
    console.log(`${server.name}: ready in ${readyMs.map((ms) => (ms / 1000).toFixed(2)).join(", ")} s, ${loaded.rssMb.toFixed(0)} MB`);
    const collected = {
      server,
      readyMs,
      memory: { loaded, afterwards: loaded },
      cells: [],
      bulk: [],
      agreement: { mean: Number.NaN, min: Number.NaN },
    };
    return { running, collected, nextText };
  }
}

/** Measures again while other programs disturb; the quietest try counts. */
async function measureQuietly(entrant: Entrant, clients: number): Promise<CellResult> {
  const { running, nextText } = entrant;
  let best: CellResult | undefined;
  for (let attempt = 0; attempt < 2; attempt++) {
    const cell = await measureCell({
      running,
      wire,
      clients,
      warmupSeconds: options.warmupSeconds,
      seconds: options.secondsPerCell,
      nextText,
    });
    if (best === undefined || cell.cpu.others < best.cpu.others) best = cell;
    if (best.cpu.others / best.seconds / cpus().length <= options.maxOthersShare) break;
  }
  return best as CellResult;
}

async function measureRound(entrants: readonly Entrant[], round: number): Promise<Roofline> {
  const roofline = await measureRoofline(150);
  // Another order each round, so that no server always follows the same neighbour.
  const turn = entrants.map((_, index) => entrants[(index + round) % entrants.length] as Entrant);
  for (const clients of options.clientCounts) {
    for (const entrant of turn) {
      const cell = await measureQuietly(entrant, clients);
      entrant.collected.cells.push(cell);
      const { texts, seconds, cpu, errors } = cell;
      const others = cpu.others / seconds / cpus().length;
      console.log(
        `round ${round + 1}  ${entrant.running.server.name.padEnd(22)} ${String(clients).padStart(2)} clients ${(texts / seconds).toFixed(0).padStart(5)} texts/s  p50 ${median(cell.latenciesMs).toFixed(1)} ms  others ${(others * 100).toFixed(0)} %${errors > 0 ? `  ${errors} errors` : ""}`,
      );
    }
  }
  for (const { running, collected, nextText } of turn) {
    const bulk = await measureBulk(running, wire, Array.from({ length: options.bulkTexts }, nextText));
    collected.bulk.push(bulk);
    console.log(
      `round ${round + 1}  ${running.server.name.padEnd(22)} ${bulk.texts} texts in one request: ${(bulk.texts / bulk.seconds).toFixed(0)} texts/s`,
    );
  }
  return roofline;
}

async function compareAnswers(entrants: readonly Entrant[], nextText: TextSource): Promise<void> {
  const reference = entrants.find(({ running }) => running.server.name === "seed") ?? entrants[0];
  const texts = Array.from({ length: agreementTexts }, nextText);
  const vectors = await Promise.all(entrants.map(({ running }) => fetchVectors(running, wire, texts)));
  const expected = vectors[entrants.indexOf(reference as Entrant)] ?? [];
  for (const [index, { collected }] of entrants.entries()) collected.agreement = compareVectors(vectors[index] ?? [], expected);
}

async function main(): Promise<void> {
  const machine = describeMachine(options.python);
  const prepared = await prepare(options);
  const { servers, skipped } = listServers(options, prepared);
  for (const line of skipped) console.log(`Skipped. ${line}`);
  const corpus = await loadCorpus({
    filmsPath: join(root, "apps/cinematch/data/films.jsonl"),
    tokenizerPath: prepared.tokenizerPath,
    prompt: subject.prompt,
  });
  const entrants: Entrant[] = [];
  for (const server of servers) entrants.push(await enter(server, corpus(options.seed)));
  await compareAnswers(entrants, corpus(options.seed + 1));
  const rooflines: Roofline[] = [];
  for (let round = 0; round < options.rounds; round++) rooflines.push(await measureRound(entrants, round));
  for (const { running, collected } of entrants) collected.memory.afterwards = readMemory(running.pid);
  const result: BenchResult = {
    space: subject.space,
    weights: prepared.weights,
    finishedAt: new Date().toISOString(),
    command: ["pnpm bench", ...process.argv.slice(2).filter((argument) => !argument.includes("/"))].join(" "),
    machine,
    settings: { ...pickSettings(), meanTokens: meanTokens(entrants.flatMap(({ collected }) => collected.cells)) },
    roofline: medianRoofline(rooflines),
    servers: entrants.map(({ collected }) => summarise(collected, machine.cores)),
    primary: `space-${primaryPrecision}`,
    skipped,
  };
  await writeReports(result);
}

function meanTokens(cells: readonly CellResult[]): number {
  return cells.reduce((sum, { tokens }) => sum + tokens, 0) / cells.reduce((sum, { texts }) => sum + texts, 0);
}

function pickSettings(): Omit<BenchResult["settings"], "meanTokens"> {
  const { rounds, secondsPerCell, warmupSeconds, bulkTexts, workers } = options;
  return { rounds, secondsPerCell, warmupSeconds, bulkTexts, workers };
}

function medianRoofline(all: readonly Roofline[]): Roofline {
  const of = (kind: "fp32" | "int8") => ({
    oneThread: median(all.map((each) => each[kind].oneThread)),
    twoThreads: median(all.map((each) => each[kind].twoThreads)),
  });
  return { fp32: of("fp32"), int8: of("int8") };
}

async function writeReports(result: BenchResult): Promise<void> {
  // A quick run or a part of it is no report: it must not replace the one in the repository.
  const isReport = !options.isQuick && options.only.length === 0 && result.skipped.length === 0;
  const folder = isReport ? join(root, "bench/reports") : join(cacheFolder, "reports");
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, `${subject.space}.json`), `${JSON.stringify(result, undefined, 1)}\n`);
  await writeFile(join(folder, `${subject.space}.md`), renderReport(result, subject));
  for (const { aim, reached, isMet } of judge(result, subject))
    console.log(`${reached === undefined ? "not measured" : isMet ? "met" : "MISSED"}: ${aim}: ${reached ?? ""}`);
  console.log(`Written: ${folder}/${subject.space}.{md,json}`);
}

try {
  await main();
} catch (error) {
  // Once the servers are told to stop, what was asked of them fails.
  if (!isInterrupted) throw error;
} finally {
  await stopAllServers();
}
