import type { CellResult } from "./load.ts";
import type { Machine } from "./machine.ts";
import type { Roofline } from "./roofline.ts";
import type { Memory } from "./server-process.ts";
import type { ServerUnderTest } from "./servers.ts";
import { median, percentile } from "./statistics.ts";

/** Everything of one run, as reports/<space>.json holds it. */
export interface BenchResult {
  space: string;
  /** Whether the full model's weights were those of its repository. */
  weights: "published" | "other" | "none";
  finishedAt: string;
  command: string;
  machine: Machine;
  settings: { rounds: number; secondsPerCell: number; warmupSeconds: number; bulkTexts: number; workers: number; meanTokens: number };
  /** Median over the rounds. */
  roofline: Roofline;
  servers: ServerResult[];
  /** Name of the server that the aims are about: the Space as it runs by default, but without its cache. */
  primary: string;
  skipped: readonly string[];
}

/** One server over all rounds. */
export interface ServerResult {
  name: string;
  title: string;
  arithmetic: "int8" | "fp32";
  operationsPerToken: number;
  /** From the process's start to ready, every start in order. */
  readyMs: readonly number[];
  /** Just after ready, and after all measurements. */
  memory: { loaded: Memory; afterwards: Memory };
  cells: CellSummary[];
  /** Texts per second of one big request: median and all rounds. */
  bulk: { textsPerSecond: number; tokensPerSecond: number; rounds: readonly number[] };
  /** Cosine with the reference server's vectors. */
  agreement: { mean: number; min: number };
}

/** All rounds of one server with one number of clients: throughput by the median round, latencies over all answers. */
export interface CellSummary {
  clients: number;
  textsPerSecond: number;
  tokensPerSecond: number;
  p50Ms: number;
  p99Ms: number;
  healthP50Ms: number;
  healthP99Ms: number;
  healthWorstMs: number;
  answers: number;
  errors: number;
  rounds: readonly number[];
  /** Shares of all cores: the server, the load generator, everything else. */
  cpuShare: { server: number; generator: number; others: number };
}

/** What was collected of one server, before it is summed up. */
export interface Collected {
  server: ServerUnderTest;
  readyMs: number[];
  memory: { loaded: Memory; afterwards: Memory };
  cells: CellResult[];
  bulk: { seconds: number; texts: number; tokens: number }[];
  agreement: { mean: number; min: number };
}

/** Sums up. */
export function summarise({ server, cells, bulk, ...rest }: Collected, cores: number): ServerResult {
  const byClients = Map.groupBy(cells, ({ clients }) => clients);
  return {
    name: server.name,
    title: server.title,
    arithmetic: server.arithmetic,
    operationsPerToken: server.operationsPerToken,
    ...rest,
    cells: [...byClients.values()].map((rounds) => summariseCells(rounds, cores)),
    bulk: {
      textsPerSecond: median(bulk.map(({ texts, seconds }) => texts / seconds)),
      tokensPerSecond: median(bulk.map(({ tokens, seconds }) => tokens / seconds)),
      rounds: bulk.map(({ texts, seconds }) => texts / seconds),
    },
  };
}

function summariseCells(rounds: readonly CellResult[], cores: number): CellSummary {
  const latencies = rounds.flatMap(({ latenciesMs }) => latenciesMs);
  const health = rounds.flatMap(({ healthMs }) => healthMs);
  const rates = rounds.map(({ texts, seconds }) => texts / seconds);
  const share = (part: "server" | "generator" | "others") => median(rounds.map(({ cpu, seconds }) => cpu[part] / seconds / cores));
  return {
    clients: rounds[0]?.clients ?? 0,
    textsPerSecond: median(rates),
    tokensPerSecond: median(rounds.map(({ tokens, seconds }) => tokens / seconds)),
    p50Ms: median(latencies),
    p99Ms: percentile(latencies, 0.99),
    healthP50Ms: median(health),
    healthP99Ms: percentile(health, 0.99),
    healthWorstMs: Math.max(...health),
    answers: latencies.length,
    errors: rounds.reduce((sum, { errors }) => sum + errors, 0),
    rounds: rates,
    cpuShare: { server: share("server"), generator: share("generator"), others: share("others") },
  };
}
