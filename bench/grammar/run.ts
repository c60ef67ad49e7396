/** `pnpm bench grammar`: what constrained decoding costs per token, for a small and a large vocabulary. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { describeMachine } from "../machine.ts";
import { cacheFolder, root } from "../servers.ts";
import { benchGrammars } from "./grammars.ts";
import { type GrammarCell, measureGrammar, measurePreparation } from "./measure.ts";
import { makeLargeVocabulary, readPocketVocabulary } from "./vocabularies.ts";

const { values } = parseArgs({ allowPositionals: true, options: { quick: { type: "boolean", default: false } } });
const answers = values.quick ? 3 : 12;
const budget = 256;

/** Numbers from 0 to 1 by a linear congruential generator (Numerical Recipes): the same answers in every run. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");
const inMs = (value: number): string => (value < 1 ? value.toFixed(3) : value.toFixed(1));

const pocket = readPocketVocabulary();
const vocabularies = [
  { name: `pocket-llm, ${pocket.size.toLocaleString("en")} tokens`, vocabulary: pocket },
  { name: "synthetic, 150,000 tokens", vocabulary: makeLargeVocabulary(150_000, createRandom(9)) },
];
// Code that has not run yet is slow: that would be measured with the first vocabulary only.
for (const entry of Object.entries(benchGrammars)) {
  measureGrammar(entry, pocket, measurePreparation(pocket).prepared, { answers: 2, budget, random: createRandom(1) });
}
const sections = vocabularies.map(({ name, vocabulary }) => {
  const { prepared, prepareMs } = measurePreparation(vocabulary);
  const cells = Object.entries(benchGrammars).map((entry): GrammarCell => {
    const cell = measureGrammar(entry, vocabulary, prepared, { answers, budget, random: createRandom(3) });
    console.log(`${name}: ${cell.grammar}: ${inMs(cell.meanMs)} ms a mask`);
    return cell;
  });
  return `## ${name}

Preparing it takes ${prepareMs.toFixed(0)} ms, once per model; its tree has ${prepared.trie.nodeCount.toLocaleString("en")} nodes.

${table(
  ["grammar", "fewest tokens", "compile", "masked / forced tokens", "mask: mean", "median / p95 / p99", "look ahead", "accept"],
  cells.map((cell) => [
    cell.grammar,
    String(cell.leastTokens),
    inMs(cell.compileMs),
    `${cell.masked} / ${cell.forced}`,
    inMs(cell.meanMs),
    `${inMs(cell.medianMs)} / ${inMs(cell.p95Ms)} / ${inMs(cell.p99Ms)}`,
    inMs(cell.forcedMeanMs),
    inMs(cell.acceptMeanMs),
  ]),
)}`;
});

const machine = describeMachine(undefined);
const report = `# What constrained decoding costs

${new Date().toISOString().slice(0, 10)}, ${machine.cpu}, ${machine.cores} cores, Linux ${machine.kernel}, node ${machine.versions["node"]}; load ${machine.loadBefore.toFixed(1)}.
Made by \`pnpm bench grammar${values.quick ? " --quick" : ""}\`.

Milliseconds. Means are of the thread's processor time, so that neighbours do not count; median and percentiles, and
the median of 21 compilations, are by the clock. ${answers} answers of at most ${budget} tokens per grammar, written by
chance: from every mask a random token, of more than two bytes nine times in ten. "Look ahead" is finding out whether something is forced;
it includes the masks it needs for that, which the mask columns then find ready.

${sections.join("\n\n")}
`;
const folder = values.quick ? join(cacheFolder, "reports") : join(root, "bench/reports");
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, "grammar.md"), report);
console.log(`${join(folder, "grammar.md")} written`);
