/** `pnpm bench siglip-embed`: milliseconds per image of the full and the pocket model, a job, memory, against the seed's architecture. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Precision } from "@repo/engine-onnx/text-model";
import { describeLocalVisualModel } from "@repo/engine-onnx/visual-model/describe-local-visual-model";
import { prepareVisualModel } from "@repo/engine-onnx/visual-model/prepare-visual-model";
import { fullModel, pocketDirectory } from "@repo/siglip-embed/model";
import { describeMachine } from "../machine.ts";
import { readMemory, startServer, stopAllServers, type RunningServer } from "../server-process.ts";
import { cacheFolder, root, type ServerUnderTest } from "../servers.ts";
import { compareVectors, median } from "../statistics.ts";
import { createImageSource } from "./images.ts";
import { embedOne, measureImages, measureJob, soak, type ImageCell } from "./measure.ts";
import { judgeVisual, primaryServer, renderVisualReport, type VisualBenchResult, type VisualServerResult } from "./report.ts";
import { visualSeed, visualSpace } from "./servers.ts";

const { values } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: "boolean", default: false },
    rounds: { type: "string" },
    seconds: { type: "string" },
    weights: { type: "string" },
    python: { type: "string" },
    precisions: { type: "string", default: "int8-row" },
    soak: { type: "string" },
  },
});
const rounds = Number(values.rounds ?? (values.quick ? 1 : 3));
const secondsPerCell = Number(values.seconds ?? (values.quick ? 2 : 20));
const soakImages = Number(values.soak ?? (values.quick ? 50 : 2000));
const jobImages = values.quick ? 20 : 194;
const imagesPerRequest = 10;
const weights = values.weights ?? process.env["SIGLIP_WEIGHTS"];
const python = values.python ?? process.env["PYTHON"];
const cores = availableParallelism();
const next = createImageSource();

for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void stopAllServers().finally(() => process.exit(130)));

/** The servers that can run here, and why others cannot. */
async function listServers(): Promise<{ servers: ServerUnderTest[]; skipped: string[]; weights: VisualBenchResult["weights"] }> {
  const servers: ServerUnderTest[] = [];
  const skipped: string[] = [];
  if (existsSync(join(pocketDirectory, "model.json"))) servers.push(visualSpace("pocket", "siglip-embed, pocket model"));
  else skipped.push("The pocket model: its folder is empty.");
  if (weights === undefined) {
    skipped.push(`The full model and the seed: name a folder with the weights of ${fullModel.id} in SIGLIP_WEIGHTS or --weights.`);
    return { servers, skipped, weights: "none" };
  }
  const model = await describeLocalVisualModel(weights, fullModel);
  for (const precision of values.precisions.split(",") as Precision[]) {
    const prepared = await prepareVisualModel({ model, precision, directory: join(cacheFolder, "models"), sourceDirectory: weights });
    servers.push(visualSpace(`full-${precision}`, `siglip-embed, full model, ${precision}`, prepared.directory));
  }
  if (python === undefined) skipped.push("The seed: name a Python with seed-equivalent/requirements.txt and Pillow in PYTHON or --python.");
  else servers.push(visualSeed({ python, weights, threads: cores }));
  return { servers, skipped, weights: model === fullModel ? "published" : "other" };
}

/** The median round of each number; errors are counted over all. */
function toMedian(all: readonly ImageCell[]): ImageCell {
  const middle = all.toSorted((a, b) => a.p50Ms - b.p50Ms)[Math.floor((all.length - 1) / 2)] as ImageCell;
  return {
    ...middle,
    images: all.reduce((sum, { images }) => sum + images, 0),
    p50Ms: median(all.map(({ p50Ms }) => p50Ms)),
    cpuMs: median(all.map(({ cpuMs }) => cpuMs)),
    errors: all.reduce((sum, { errors }) => sum + errors, 0),
  };
}

interface Entrant {
  running: RunningServer;
  loaded: ReturnType<typeof readMemory>;
  cells: Map<number, ImageCell[]>;
}

async function measureRounds(entrants: readonly Entrant[]): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    for (const clients of [1, 8]) {
      // Another order each round, so that no server always follows the other.
      for (const { running, cells } of round % 2 === 0 ? entrants : entrants.toReversed()) {
        const cell = await measureImages(running, { next, clients, seconds: secondsPerCell, cores });
        cells.set(clients, [...(cells.get(clients) ?? []), cell]);
        console.log(
          `round ${round + 1}  ${running.server.title.padEnd(40)} ${clients} clients  p50 ${cell.p50Ms.toFixed(0)} ms  ${cell.imagesPerSecond.toFixed(2)} images/s  ${cell.cpuMs.toFixed(0)} ms of processor an image  others ${(cell.othersShare * 100).toFixed(0)} %  ${cell.errors} errors`,
        );
      }
    }
  }
}

/** The same images to both, one by one. */
async function compareWithSeed(entrants: readonly Entrant[]): Promise<{ mean: number; min: number } | undefined> {
  const find = (name: string) => entrants.find(({ running }) => running.server.name === name)?.running;
  const [full, seed] = [find(primaryServer), find("seed")];
  if (full === undefined || seed === undefined) return undefined;
  const images = Array.from({ length: 5 }, next);
  const embed = async ({ port }: RunningServer): Promise<number[][]> => {
    const vectors: number[][] = [];
    for (const image of images) vectors.push((await embedOne(port, image)) ?? []);
    return vectors;
  };
  return compareVectors(await embed(full), await embed(seed));
}

async function finish({ running, loaded, cells }: Entrant): Promise<VisualServerResult> {
  const { name, title } = running.server;
  const job = name === "seed" ? undefined : await measureJob(running, { next, images: jobImages, imagesPerRequest });
  // The full model would take an hour; what could grow with images is the same code.
  const points = name === "pocket" ? await soak(running, { next, images: soakImages }) : undefined;
  return {
    name,
    title,
    readyMs: running.readyMs,
    memory: { loaded, afterwards: readMemory(running.pid) },
    cells: [...cells.values()].map(toMedian),
    ...(job && { job }),
    ...(points && { soak: points }),
  };
}

async function main(): Promise<void> {
  const machine = describeMachine(undefined);
  execFileSync("pnpm", ["--filter", "@repo/siglip-embed", "build"], { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
  const { servers, skipped, weights: whose } = await listServers();
  const entrants: Entrant[] = [];
  for (const server of servers) {
    const running = await startServer(server, join(cacheFolder, "logs"));
    entrants.push({ running, loaded: readMemory(running.pid), cells: new Map() });
  }
  await measureRounds(entrants);
  const agreement = await compareWithSeed(entrants);
  const results: VisualServerResult[] = [];
  for (const entrant of entrants) results.push(await finish(entrant));
  const result: VisualBenchResult = {
    finishedAt: new Date().toISOString(),
    command: ["pnpm bench", ...process.argv.slice(2).filter((argument) => !argument.includes("/"))].join(" "),
    machine: { ...machine, versions: { ...machine.versions, ...readPythonVersions() } },
    weights: whose,
    settings: { rounds, secondsPerCell },
    servers: results,
    agreement,
    skipped,
  };
  // A quick run, or one without the peer, is no report.
  const folder = !values.quick && skipped.length === 0 ? join(root, "bench/reports") : join(cacheFolder, "reports");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "siglip-embed.json"), `${JSON.stringify(result, undefined, 1)}\n`);
  writeFileSync(join(folder, "siglip-embed.md"), renderVisualReport(result));
  for (const { aim, reached, isMet } of judgeVisual(result))
    console.log(`${isMet === undefined ? "not measured" : isMet ? "met" : "MISSED"}: ${aim}: ${reached}`);
  console.log(`Written: ${folder}/siglip-embed.{md,json}`);
}

function readPythonVersions(): Record<string, string> {
  if (python === undefined) return {};
  const code = "import torch, transformers; print(torch.__version__, transformers.__version__)";
  const [torch = "", transformers = ""] = execFileSync(python, ["-c", code], { encoding: "utf8" }).trim().split(" ");
  return { torch, transformers };
}

try {
  await main();
} finally {
  await stopAllServers();
}
