import { judge, warmStarts } from "./aims.ts";
import type { BenchResult, CellSummary, ServerResult } from "./result.ts";
import { median } from "./statistics.ts";
import type { Subject } from "./subjects.ts";

/** The report for people. */
export function renderReport(result: BenchResult, subject: Subject): string {
  const { machine, settings, roofline, servers } = result;
  const clients = servers[0]?.cells.map((cell) => cell.clients) ?? [];
  const seed = servers.find(({ name }) => name === "seed");
  const q8 = servers.find(({ name }) => name === "transformers-js-q8");
  const perClient = (show: (cell: CellSummary) => string) =>
    table(
      ["server", ...clients.map((count) => `${count} client${count === 1 ? "" : "s"}`)],
      servers.map((server) => [server.title, ...server.cells.map(show)]),
    );
  return `# ${subject.space} against its peers

${result.finishedAt.slice(0, 10)}, ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGb} GB, Linux ${machine.kernel}; ${machine.cpuFlags.join(" ")}.
${Object.entries(machine.versions)
  .map(([name, version]) => `${name} ${version}`)
  .join(", ")}.
Made by \`${result.command}\`; the figures are also in ${subject.space}.json.

Every text is distinct (8 to 60 tokens, ${settings.meanTokens.toFixed(1)} on average), one per request${subject.prompt === "" ? "" : ", each with the query instruction before it"}; each client sends the next when it has the answer.
All servers run at once and are loaded in turn, ${settings.rounds} round${settings.rounds === 1 ? "" : "s"} of ${settings.secondsPerCell} s per cell after ${settings.warmupSeconds} s of warm-up, in another order each round.
Throughput is the median round; p50 and p99 are over all answers. The load generator runs on the same ${machine.cores} cores for all alike.
Same weights everywhere but in the pocket model${result.weights === "published" ? "" : " (not the published ones: other weights of the same shape, which cost the same time)"}; the Space runs ${settings.workers} workers, its cache off unless it says "cache on".

## Aims

${table(
  ["", "aim", "reached"],
  judge(result, subject).map(({ aim, reached, isMet }) => [
    reached === undefined ? "not measured" : isMet ? "met" : "**missed**",
    aim,
    reached ?? "",
  ]),
)}

## Texts per second

${perClient(({ textsPerSecond }) => textsPerSecond.toFixed(0))}

## Latency of one text, p50 / p99, ms

${perClient(({ p50Ms, p99Ms }) => `${p50Ms.toFixed(1)} / ${p99Ms.toFixed(1)}`)}

## Throughput as a multiple of the peers'

${table(["ours", "peer", ...clients.map(String), `${settings.bulkTexts} texts at once`], ratios(servers, [seed, q8, servers.find(({ name }) => name === "transformers-js-fp32")]))}

## One request with ${settings.bulkTexts} texts

${table(
  ["server", "texts/s", "rounds"],
  servers.map(({ title, bulk }) => [title, bulk.textsPerSecond.toFixed(0), bulk.rounds.map((rate) => rate.toFixed(0)).join(", ")]),
)}

The transformers.js server hands its pipeline 32 texts at a time; all at once would pad every text to the longest of the ${settings.bulkTexts}.

## /health while embedding, p50 / p99 / worst, ms

${perClient(({ healthP50Ms, healthP99Ms, healthWorstMs }) => `${healthP50Ms.toFixed(1)} / ${healthP99Ms.toFixed(1)} / ${healthWorstMs.toFixed(1)}`)}

## Start and memory

${table(
  ["server", "first start to ready, s", "later starts, s", "MB when ready", "MB afterwards", "of it anonymous", "MB at most"],
  servers.map((server) => [
    server.title,
    ((server.readyMs[0] ?? Number.NaN) / 1000).toFixed(2),
    (median(warmStarts(server)) / 1000).toFixed(2),
    ...[
      server.memory.loaded.rssMb,
      server.memory.afterwards.rssMb,
      server.memory.afterwards.anonymousMb,
      server.memory.afterwards.peakMb,
    ].map((value) => value.toFixed(0)),
  ]),
)}

The Space is ready when every worker has proven a real inference; the peers when they first answer /health with the model loaded.
Memory is resident memory: node and ONNX Runtime themselves are about 78 MB of it, and the weights, which every worker maps from one file, count once per worker.
"Anonymous" is what no file backs.

## Share of the roofline

One large MatMul in ONNX Runtime in the same run, billions of operations per second:
fp32 ${roofline.fp32.oneThread.toFixed(0)} with one thread and ${roofline.fp32.twoThreads.toFixed(0)} with two, int8 ${roofline.int8.oneThread.toFixed(0)} and ${roofline.int8.twoThreads.toFixed(0)}.
A token of ${subject.models.full.id} costs ${((servers[0]?.operationsPerToken ?? 0) / 1e6).toFixed(1)} million operations in matrix products with weights; real tokens count, padding does not. One client keeps one thread busy, so its share is of one thread.

${table(
  ["server", "of", ...clients.map(String), `${settings.bulkTexts} texts at once`],
  servers.map((server) => [
    server.title,
    server.arithmetic,
    ...server.cells.map((cell) => share(result, server, cell)),
    share(result, server, { clients: 2, ...server.bulk }),
  ]),
)}

## Where the CPU went with ${busy(clients)} clients

${table(
  ["server", "server", "load generator", "everything else"],
  servers.map((server) => {
    const cell = server.cells.find((each) => each.clients === busy(clients));
    return [
      server.title,
      ...[cell?.cpuShare.server, cell?.cpuShare.generator, cell?.cpuShare.others].map(
        (value) => `${((value ?? Number.NaN) * 100).toFixed(1)} %`,
      ),
    ];
  }),
)}

## Do they compute the same?

Cosine with the vectors of ${seed === undefined ? "the first server" : `"${seed.title}"`} for the same texts, one by one.

${table(
  ["server", "mean", "least", "answers", "errors"],
  servers.map(({ title, agreement, cells }) => [
    title,
    agreement.mean.toFixed(5),
    agreement.min.toFixed(5),
    String(sum(cells, "answers")),
    String(sum(cells, "errors")),
  ]),
)}
${result.skipped.length === 0 ? "" : `\n## Skipped\n\n${result.skipped.map((line) => `- ${line}`).join("\n")}\n`}`;
}

function ratios(servers: readonly ServerResult[], peers: readonly (ServerResult | undefined)[]): string[][] {
  const ours = servers.filter(({ name }) => name.startsWith("space-"));
  return ours.flatMap((server) =>
    peers
      .filter((peer) => peer !== undefined)
      .map((peer) => [
        server.title,
        peer.title,
        ...server.cells.map((cell, index) => (cell.textsPerSecond / (peer.cells[index]?.textsPerSecond ?? Number.NaN)).toFixed(1)),
        (server.bulk.textsPerSecond / peer.bulk.textsPerSecond).toFixed(1),
      ]),
  );
}

function share(
  { roofline }: BenchResult,
  server: ServerResult,
  { clients, tokensPerSecond }: { clients: number; tokensPerSecond: number },
): string {
  const limit = roofline[server.arithmetic][clients === 1 ? "oneThread" : "twoThreads"];
  return `${((tokensPerSecond * server.operationsPerToken) / 1e7 / limit).toFixed(0)} %`;
}

function busy(clients: readonly number[]): number {
  return clients.includes(32) ? 32 : (clients.at(-1) ?? 0);
}

function sum(cells: readonly CellSummary[], field: "answers" | "errors"): number {
  return cells.reduce((total, cell) => total + cell[field], 0);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
