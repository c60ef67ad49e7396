/** `pnpm bench llm-generate`: prompt and answer tokens per second, time to the first token, against @huggingface/transformers. */
import { cpSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type PromptTokenizer } from "@repo/engine-onnx/language-model/prompt-tokens";
import { readLanguageTokenizer } from "@repo/engine-onnx/language-model/read-language-tokenizer";
import { describeMachine } from "../machine.ts";
import { cacheFolder, root } from "../servers.ts";
import { makeModel } from "./make-model.ts";
import { type Cell, measureScene, type Peer, type Scene, startPeer } from "./measure.ts";
import type { BenchPrompt, PeerModel } from "./peer-protocol.ts";
import { type LlmBenchResult, renderLlmReport } from "./report.ts";

const { values } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: "boolean", default: false },
    rounds: { type: "string" },
    precisions: { type: "string", default: "int8,q4" },
    threads: { type: "string" },
    tokens: { type: "string" },
    only: { type: "string" },
  },
});
const rounds = Number(values.rounds ?? (values.quick ? 1 : 5));
const cores = availableParallelism();
const threads = Number(values.threads ?? cores);
const newTokens = Number(values.tokens ?? (values.quick ? 32 : 64));

const scenes: Scene[] = [
  { name: "prompt", promptTokens: 256, newTokens: 1, together: 1 },
  { name: "one", promptTokens: 64, newTokens, together: 1 },
  { name: "long", promptTokens: 768, newTokens, together: 1 },
  { name: "eight", promptTokens: 64, newTokens, together: 8 },
];
/** As many tokens as the free scene, under a grammar that leaves a choice at every token but the last. */
const constrained: Scene = {
  name: "constrained",
  promptTokens: 64,
  newTokens,
  together: 1,
  grammar: { type: "json_schema", schema: { type: "string", minLength: 20, maxLength: 2000 } },
};
const schema = {
  type: "object",
  properties: {
    title: { type: "string", maxLength: 60 },
    pros: { type: "array", items: { type: "string", maxLength: 40 }, minItems: 3, maxItems: 3 },
    score: { type: "integer" },
  },
  required: ["title", "pros", "score"],
  additionalProperties: false,
};
const structured: Scene = { name: "structured", promptTokens: 64, newTokens: 128, together: 1, grammar: { type: "json_schema", schema } };

/** A model, its peers and what they did. */
interface Contest {
  title: string;
  precision: string;
  tokenizer: PromptTokenizer;
  peers: Peer[];
  cells: Map<string, Cell[]>;
}

let promptCount = 0;

/** Words that no prompt had before, cut to so many tokens. */
async function makePrompt(tokenizer: PromptTokenizer, tokens: number): Promise<BenchPrompt> {
  promptCount += 1;
  const words = Array.from({ length: tokens }, (_, index) =>
    ((index * 7919 + promptCount * 104_729) % 46_656).toString(36).replaceAll(/\d/g, "e"),
  );
  let text = words.join(" ");
  // Fewer characters until the tokens are few enough: a cut within a word changes how its end is read.
  for (;;) {
    const ids = await tokenizer.encode({ prompt: text });
    if (ids.length <= tokens) return { text, ids: [...ids] };
    text = text.slice(0, Math.max(1, Math.floor((text.length * tokens) / ids.length) - 1));
  }
}

async function open(title: string, model: PeerModel): Promise<Contest> {
  const peers = [await startPeer("outpost", "outpost-peer.ts", model), await startPeer("transformers.js", "transformers-peer.ts", model)];
  return { title, precision: model.precision, tokenizer: await readLanguageTokenizer(model.folder), peers, cells: new Map() };
}

async function runRound({ title, tokenizer, peers, cells }: Contest, round: number): Promise<void> {
  for (const scene of [...scenes, constrained, structured]) {
    for (const peer of round % 2 === 0 ? peers : peers.toReversed()) {
      if (scene.grammar !== undefined && peer.name !== "outpost") continue;
      const prompts = await Promise.all(Array.from({ length: scene.together }, () => makePrompt(tokenizer, scene.promptTokens)));
      const cell = await measureScene(peer, scene, prompts, cores);
      // The first round warms caches and compilers.
      if (round >= 0) cells.set(peer.name, [...(cells.get(peer.name) ?? []), cell]);
      console.log(
        `round ${round + 1}  ${title}  ${peer.name.padEnd(16)} ${scene.name.padEnd(12)} first ${cell.firstTokenMs.toFixed(0)} ms  ${cell.tokensPerSecond.toFixed(1)} tokens/s  ${cell.cpuMsPerToken.toFixed(1)} CPU ms  others ${(cell.othersShare * 100).toFixed(0)} %`,
      );
    }
  }
}

const machine = describeMachine(undefined);
const contests: Contest[] = [];
try {
  const folder = await makeModel(
    join(cacheFolder, "language-model/smollm2-135m-random"),
    values.precisions.split(",") as PeerModel["precision"][],
  );
  for (const precision of values.precisions.split(",") as PeerModel["precision"][])
    contests.push(await open(`SmolLM2-135M's shape, ${precision}`, { folder, precision, threads }));
  const pocket = join(root, "models/pocket-llm");
  if (values.only !== "full" && existsSync(join(pocket, "model.onnx"))) {
    const copy = join(cacheFolder, "language-model/pocket-llm");
    mkdirSync(join(copy, "onnx"), { recursive: true });
    for (const name of ["config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json"])
      cpSync(join(pocket, name), join(copy, name));
    cpSync(join(pocket, "model.onnx"), join(copy, "onnx/model.onnx"));
    contests.push(await open("pocket-llm", { folder: copy, precision: "fp32", threads: 1 }));
  }
  for (let round = -1; round < rounds; round += 1) {
    for (const contest of contests) await runRound(contest, round);
    // After every round, so that a run that is broken off has its figures.
    if (round >= 0) write(round + 1);
  }
} finally {
  for (const { peers } of contests) for (const peer of peers) peer.stop();
}

function write(roundsDone: number): void {
  const result: LlmBenchResult = {
    finishedAt: new Date().toISOString(),
    command: `pnpm bench ${process.argv.slice(2).join(" ")}`,
    machine,
    rounds: roundsDone,
    newTokens,
    threads,
    contests: contests.map(({ title, cells }) => ({ title, peers: Object.fromEntries(cells) })),
  };
  const target = values.quick ? join(cacheFolder, "reports") : join(root, "bench/reports");
  mkdirSync(target, { recursive: true });
  writeFileSync(join(target, "llm-generate.json"), `${JSON.stringify(result, null, 2)}\n`);
  writeFileSync(join(target, "llm-generate.md"), renderLlmReport(result));
}
