import type { Machine } from "../machine.ts";
import { median } from "../statistics.ts";
import type { Cell } from "./measure.ts";

/** Everything of one run, as reports/llm-generate.json holds it. */
export interface LlmBenchResult {
  finishedAt: string;
  command: string;
  machine: Machine;
  rounds: number;
  /** Of the scenes "one", "eight" and "constrained". */
  newTokens: number;
  contests: { title: string; peers: Record<string, Cell[]> }[];
}

type Figure = Exclude<keyof Cell, "scene">;

const find = (cells: readonly Cell[] | undefined, scene: string, figure: Figure): number => {
  const found = (cells ?? []).flatMap((cell) => (cell.scene === scene ? [cell[figure]] : []));
  return found.length === 0 ? Number.NaN : median(found);
};

const tokensPerSecond = (cells: readonly Cell[] | undefined, scene: string): number[] =>
  (cells ?? []).flatMap((cell) => (cell.scene === scene ? [cell.tokensPerSecond] : []));

/** Median over the rounds of what two figures of one round are to each other: what slows a round down slows both. */
function ratio(figures: readonly number[], others: readonly number[]): number {
  const ratios = figures.flatMap((figure, round) => (others[round] === undefined ? [] : [figure / others[round]]));
  return ratios.length === 0 ? Number.NaN : median(ratios);
}

interface Aim {
  aim: string;
  reached: number;
  isMet: boolean;
}

function judge({ title, peers }: LlmBenchResult["contests"][number]): (Aim & { title: string })[] {
  const { outpost, "transformers.js": other } = peers;
  const one = tokensPerSecond(outpost, "one");
  const aims: [string, number, (value: number) => boolean][] = [
    ["1.5 times transformers.js for one stream", ratio(one, tokensPerSecond(other, "one")), (value) => value >= 1.5],
    ["8 streams together 2.5 times one", ratio(tokensPerSecond(outpost, "eight"), one), (value) => value >= 2.5],
    ["constrained at most 10 % slower than free", ratio(tokensPerSecond(outpost, "constrained"), one), (value) => value >= 0.9],
  ];
  return aims.map(([aim, reached, isMet]) => ({ title, aim, reached, isMet: isMet(reached) }));
}

/** The report for people. */
export function renderLlmReport(result: LlmBenchResult): string {
  const { machine, contests, rounds, newTokens } = result;
  const digits = (value: number, count = 0): string => (Number.isNaN(value) ? "" : value.toFixed(count));
  const aims = contests.flatMap(judge);
  const rows = contests.flatMap(({ title, peers }) =>
    Object.entries(peers).map(([name, cells]) => [
      title,
      name,
      digits(find(cells, "prompt", "promptTokensPerSecond")),
      digits(find(cells, "one", "firstTokenMs")),
      digits(find(cells, "eight", "firstTokenMs")),
      digits(find(cells, "one", "tokensPerSecond"), 1),
      digits(find(cells, "eight", "tokensPerSecond"), 1),
      digits(find(cells, "constrained", "tokensPerSecond"), 1),
      digits(find(cells, "structured", "tokensPerSecond"), 1),
      digits(find(cells, "one", "cpuMsPerToken"), 1),
      digits(find(cells, "eight", "cpuMsPerToken"), 1),
      `${digits(100 * find(cells, "one", "othersShare"))} %`,
    ]),
  );
  return `# llm-generate against @huggingface/transformers

${result.finishedAt.slice(0, 10)}, ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGb} GB, Linux ${machine.kernel}; ${machine.cpuFlags.join(" ")}.
${Object.entries(machine.versions)
  .map(([name, version]) => `${name} ${version}`)
  .join(", ")}. Load before the run ${machine.loadBefore.toFixed(1)}.
Made by \`${result.command}\`; the figures of every round are in llm-generate.json.

Both run the same ONNX file in a process of their own, past HTTP, and have their turn in every round; medians of ${rounds} rounds after one that
warms up. Prompts are new each time and nothing is kept between them. "One" reads 64 tokens and writes ${newTokens}, "eight" is eight of these
that arrive together (transformers.js has no batch for them and writes them in turns), "prompt" reads 256. The likeliest token is taken
everywhere. "Constrained" writes as many tokens of a JSON string of 20 to 2,000 characters, "structured" a JSON object of a schema, whose
forced tokens are read together. The weights in SmolLM2-135M's shape are random, which costs the same time. Others: share of the machine
that other programs used; ratios are taken within a round, CPU time does not count them.

## Aims

${table(
  ["", "model", "aim", "reached"],
  aims.map(({ title, aim, reached, isMet }) => [isMet ? "met" : "**missed**", title, aim, `${digits(reached, 2)} times`]),
)}

## Figures

${table(
  [
    "model",
    "engine",
    "prompt tokens/s",
    "first token, one, ms",
    "first token, last of eight, ms",
    "tokens/s, one",
    "tokens/s, eight together",
    "tokens/s, constrained",
    "tokens/s, structured",
    "CPU ms a token, one",
    "CPU ms a token, eight",
    "others",
  ],
  rows,
)}
`;
}

function table(head: readonly string[], lines: readonly (readonly string[])[]): string {
  return [head, head.map(() => "---"), ...lines].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
