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
  /** Threads of one step, but for pocket-llm, whose products are too small for more than one. */
  threads: number;
  contests: { title: string; peers: Record<string, Cell[]> }[];
}

type Figure = Exclude<keyof Cell, "scene">;

const figures = (cells: readonly Cell[] | undefined, scene: string, figure: Figure): number[] =>
  (cells ?? []).flatMap((cell) => (cell.scene === scene ? [cell[figure]] : []));

const find = (cells: readonly Cell[] | undefined, scene: string, figure: Figure): number => {
  const found = figures(cells, scene, figure);
  return found.length === 0 ? Number.NaN : median(found);
};

/** Median over the rounds of what two figures of one round are to each other: what slows a round down slows both. */
function ratio(ones: readonly number[], others: readonly number[]): number {
  const ratios = ones.flatMap((one, round) => (others[round] === undefined ? [] : [one / others[round]]));
  return ratios.length === 0 ? Number.NaN : median(ratios);
}

interface Aim {
  title: string;
  aim: string;
  /** By the clock, and by processor time. */
  reached: number;
  reachedCpu: number;
  least: number;
}

function judge({ title, peers }: LlmBenchResult["contests"][number]): Aim[] {
  const { outpost, "transformers.js": other } = peers;
  const compare = (
    aim: string,
    least: number,
    [a, sceneA]: [Cell[] | undefined, string],
    [b, sceneB]: [Cell[] | undefined, string],
  ): Aim => ({
    title,
    aim,
    least,
    reached: ratio(figures(a, sceneA, "tokensPerSecond"), figures(b, sceneB, "tokensPerSecond")),
    reachedCpu: ratio(figures(b, sceneB, "cpuMsPerToken"), figures(a, sceneA, "cpuMsPerToken")),
  });
  return [
    compare("1.5 times transformers.js for one stream, behind 64 tokens", 1.5, [outpost, "one"], [other, "one"]),
    compare("1.5 times transformers.js for one stream, behind 768 tokens", 1.5, [outpost, "long"], [other, "long"]),
    compare("8 streams together 2.5 times one", 2.5, [outpost, "eight"], [outpost, "one"]),
    compare("constrained at most 10 % slower than free", 0.9, [outpost, "constrained"], [outpost, "one"]),
  ];
}

/** The report for people. */
export function renderLlmReport(result: LlmBenchResult): string {
  const { machine, contests, rounds, newTokens, threads } = result;
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
      digits(find(cells, "long", "tokensPerSecond"), 1),
      digits(find(cells, "eight", "tokensPerSecond"), 1),
      digits(find(cells, "constrained", "tokensPerSecond"), 1),
      digits(find(cells, "structured", "tokensPerSecond"), 1),
      digits(find(cells, "one", "cpuMsPerToken"), 1),
      digits(find(cells, "eight", "cpuMsPerToken"), 1),
      digits(find(cells, "prompt", "cpuMsPerPromptToken"), 2),
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
warms up. Prompts are new each time and nothing is kept between them. "One" reads 64 tokens ("long": 768) and writes ${newTokens}, "eight" is eight of these
that arrive together (transformers.js has no batch for them and writes them in turns), "prompt" reads 256. The likeliest token is taken
everywhere. "Constrained" writes as many tokens of a JSON string of 20 to 2,000 characters, "structured" a JSON object of a schema, whose
forced tokens are read together. The weights in SmolLM2-135M's shape are random, which costs the same time. Others: share of the machine
that other programs used; ratios are taken within a round, and processor time does not count others. Each engine runs a step on ${threads}
thread${threads === 1 ? "" : "s"}.

## Aims

${table(
  ["", "model", "aim", "reached by the clock", "by processor time"],
  aims.map(({ title, aim, reached, reachedCpu, least }) => [
    reached >= least ? "met" : "**missed**",
    title,
    aim,
    `${digits(reached, 2)} times`,
    `${digits(reachedCpu, 2)} times`,
  ]),
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
    "tokens/s, one, behind 768",
    "tokens/s, eight together",
    "tokens/s, constrained",
    "tokens/s, structured",
    "CPU ms a token, one",
    "CPU ms a token, eight",
    "CPU ms a prompt token",
    "others",
  ],
  rows,
)}
`;
}

function table(head: readonly string[], lines: readonly (readonly string[])[]): string {
  return [head, head.map(() => "---"), ...lines].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
