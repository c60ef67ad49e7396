import type { BenchResult, ServerResult } from "./result.ts";
import type { Subject } from "./subjects.ts";

/** An aim and what became of it. */
export interface AimResult {
  aim: string;
  /** The figure reached, in words; undefined where it could not be measured. */
  reached: string | undefined;
  isMet: boolean;
}

const busy = 32;

/** The project's aims for this Space against what was measured. The Space counts with its default precision and its cache off. */
export function judge(result: BenchResult, { aimOverSeed, aimMemoryMb }: Subject): AimResult[] {
  const find = (name: string) => result.servers.find((server) => server.name === name);
  const ours = find(result.primary);
  const cell = (server: ServerResult | undefined) => server?.cells.find(({ clients }) => clients === busy);
  const mine = cell(ours);
  const seed = cell(find("seed"));
  const q8 = cell(find("transformers-js-q8"));
  const efficiency = mine && ours && (mine.tokensPerSecond * ours.operationsPerToken) / 1e9 / result.roofline.int8.twoThreads;
  return [
    toAim(
      `at least ${aimOverSeed} times the seed's throughput at ${busy} clients`,
      mine && seed && mine.textsPerSecond / seed.textsPerSecond,
      {
        atLeast: aimOverSeed,
        unit: " times",
      },
    ),
    toAim(`at most half the seed's p50 at ${busy} clients`, mine && seed && mine.p50Ms / seed.p50Ms, { atMost: 0.5, unit: " of it" }),
    toAim(`at least 2 times transformers.js q8's throughput at ${busy} clients`, mine && q8 && mine.textsPerSecond / q8.textsPerSecond, {
      atLeast: 2,
      unit: " times",
    }),
    toAim(`at least 55 % of the int8 roofline at ${busy} clients`, efficiency && efficiency * 100, { atLeast: 55, unit: " %" }),
    toAim(`/health p99 at most 20 ms while ${busy} clients saturate it`, mine?.healthP99Ms, { atMost: 20, unit: " ms" }),
    toAim("ready within 1 s from a warm disk (slowest start but the first)", ours && Math.max(...warmStarts(ours)) / 1000, {
      atMost: 1,
      unit: " s",
    }),
    ...(aimMemoryMb === undefined
      ? []
      : [
          toAim(`at most ${aimMemoryMb} MB of memory with two workers, after the test`, ours?.memory.afterwards.rssMb, {
            atMost: aimMemoryMb,
            unit: " MB",
          }),
        ]),
  ];
}

/** The first start of a model may write its optimised file; those after it find it. */
export function warmStarts({ readyMs }: ServerResult): readonly number[] {
  return readyMs.length > 1 ? readyMs.slice(1) : readyMs;
}

function toAim(
  aim: string,
  value: number | undefined,
  { atLeast = -Infinity, atMost = Infinity, unit }: { atLeast?: number; atMost?: number; unit: string },
): AimResult {
  if (value === undefined) return { aim, reached: undefined, isMet: false };
  return { aim, reached: `${value.toPrecision(3)}${unit}`, isMet: value >= atLeast && value <= atMost };
}
