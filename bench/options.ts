import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { subjects, type Subject } from "./subjects.ts";

/** What a run measures, and how long. */
export interface Options {
  subject: Subject;
  /** Folder with model.safetensors, config.json, tokenizer.json of the full model; undefined: only the pocket model is measured. */
  weights: string | undefined;
  /** Python of a virtual environment with seed-equivalent/requirements.txt; undefined: what needs Python is skipped. */
  python: string | undefined;
  rounds: number;
  secondsPerCell: number;
  /** Unmeasured start of every cell. */
  warmupSeconds: number;
  clientCounts: readonly number[];
  starts: number;
  /** Texts of the one big request. */
  bulkTexts: number;
  workers: number;
  /** Names of servers to measure; empty means all. */
  only: readonly string[];
  /** Shows that all works; no report. */
  isQuick: boolean;
  /** A cell in which other programs used more of the machine than this is measured once more. */
  maxOthersShare: number;
  seed: number;
}

const help = `pnpm bench [SPACE] [options]      see bench/README.md
  SPACE              ${subjects.map(({ space }) => space).join(" or ")}; default the first
  --quick            one round, one second per cell: does it all work?
  --rounds N         default 4
  --seconds N        per server, client count and round; default 4
  --weights FOLDER   safetensors folder of the full model (or the variable MINILM_WEIGHTS, BGE_WEIGHTS)
  --python PATH      Python with bench/seed-equivalent/requirements.txt (or the variable PYTHON)
  --only A,B         some of the servers, by name`;

/** Reads the command line; the environment fills in for --weights and --python. */
export function readOptions(): Options {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      quick: { type: "boolean", default: false },
      rounds: { type: "string" },
      seconds: { type: "string" },
      weights: { type: "string" },
      python: { type: "string" },
      only: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    console.log(help);
    process.exit(0);
  }
  const subject = findSubject(positionals);
  return {
    subject,
    weights: toPath(values.weights ?? process.env[subject.weightsVariable]),
    python: toPath(values.python ?? process.env.PYTHON),
    rounds: toPositive(values.rounds, values.quick ? 1 : 4),
    secondsPerCell: toPositive(values.seconds, values.quick ? 1 : 4),
    warmupSeconds: 0.5,
    clientCounts: [1, 8, 32, 64],
    starts: values.quick ? 1 : 3,
    bulkTexts: values.quick ? 50 : subject.bulkTexts,
    workers: Math.min(2, availableParallelism()),
    only: values.only?.split(",") ?? [],
    isQuick: values.quick,
    maxOthersShare: 0.1,
    seed: 20_261_121,
  };
}

function findSubject([space, ...more]: readonly string[]): Subject {
  const subject = subjects.find((each) => each.space === (space ?? subjects[0]?.space));
  if (subject === undefined || more.length > 0) throw new Error(`Name one of ${subjects.map((each) => each.space).join(", ")}.`);
  return subject;
}

/** Absolute, since servers start in other folders; a bare command is left to the search path. */
function toPath(text: string | undefined): string | undefined {
  if (text === undefined || text === "") return undefined;
  return text.includes("/") ? resolve(text) : text;
}

function toPositive(text: string | undefined, fallback: number): number {
  const value = Number(text ?? fallback);
  if (!(value > 0)) throw new Error(`"${text}" is not a positive number.`);
  return value;
}
