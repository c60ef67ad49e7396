import { readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Precision } from "@repo/engine-onnx/text-model";
import { configSchema } from "@repo/minilm-embed/config";
import { readStartArguments } from "@repo/tools/workspace-units";
import type { Options } from "./options.ts";
import { operationsPerToken } from "./roofline.ts";
import type { Subject } from "./subjects.ts";

/** The repository's root. */
export const root = join(import.meta.dirname, "..");
/** Everything the benchmark makes for itself. */
export const cacheFolder = join(root, ".cache/bench");
/** Where peers/export-onnx.py writes the files of transformers.js. */
export function exportFolder({ space }: Subject): string {
  return join(cacheFolder, "transformers-js", space);
}

/** Where the Spaces under test keep their optimised models. */
export const dataFolder = join(cacheFolder, "data");
/** What a Space runs when nobody says otherwise: the one the aims are about. */
export const primaryPrecision: Precision = configSchema.shape.MODEL_PRECISION.parse(undefined);

/** What prepare.ts made. */
export interface Prepared {
  full: readonly { precision: Precision; directory: string }[];
  hasTransformersModel: boolean;
  weights: "published" | "other" | "none";
  tokenizerPath: string;
}

/** How to start one server; all answer the subject's route and `GET /health`. */
export interface ServerUnderTest {
  name: string;
  /** What it is, for the report. */
  title: string;
  /** Answers 200 when the model is loaded. */
  readyPath: string;
  /** Arithmetic of its matrix products. */
  arithmetic: "int8" | "fp32";
  operationsPerToken: number;
  /** Longest it may take until then, milliseconds. Default 120,000. */
  readyTimeoutMs?: number;
  start(port: number): { command: string; args: string[]; cwd: string; env: Record<string, string> };
}

/** The servers that can run here, ours first, and why others cannot. */
export function listServers(options: Options, prepared: Prepared): { servers: ServerUnderTest[]; skipped: string[] } {
  const servers: ServerUnderTest[] = [];
  const skipped: string[] = [];
  const { subject, weights, python } = options;
  if (weights === undefined)
    skipped.push(
      `Everything but the pocket model: set ${subject.weightsVariable} to a folder with the weights of ${subject.models.full.id}.`,
    );
  else {
    const cost = readCost(join(weights, "config.json"));
    for (const { precision, directory } of prepared.full) {
      const variant = { subject, cost, precision, directory, workers: options.workers };
      servers.push(spaceServer({ ...variant, form: "plain" }));
      if (precision === primaryPrecision)
        servers.push(spaceServer({ ...variant, form: "cache" }), spaceServer({ ...variant, form: "default-heap" }));
    }
    if (prepared.hasTransformersModel) servers.push(transformersServer(subject, "q8", cost), transformersServer(subject, "fp32", cost));
    else skipped.push("transformers.js: its ONNX files are made with Python; set PYTHON (bench/README.md).");
    if (python !== undefined) servers.push(seedServer(subject, { python, weights, cost }));
    else skipped.push("The seed's FastAPI server: set PYTHON to a Python with bench/seed-equivalent/requirements.txt.");
  }
  const { pocketDirectory } = subject.models;
  const pocketCost = readCost(join(pocketDirectory, "config.json"));
  servers.push(
    spaceServer({ subject, precision: "pocket", cost: pocketCost, directory: pocketDirectory, workers: options.workers, form: "plain" }),
  );
  return { servers: servers.filter(({ name }) => options.only.length === 0 || options.only.includes(name)), skipped };
}

/** As its start script says but without its cache; with it; and without the start script's flags that keep heaps small. */
type SpaceForm = "plain" | "cache" | "default-heap";

interface SpaceVariant {
  subject: Subject;
  precision: Precision | "pocket";
  cost: number;
  directory: string;
  workers: number;
  form: SpaceForm;
}

const formTitles: Record<SpaceForm, string> = { plain: "", cache: ", cache on", "default-heap": ", node's default heaps" };

function spaceServer({ subject, precision, cost, directory, workers, form }: SpaceVariant): ServerUnderTest {
  const cwd = join(root, "spaces", subject.space);
  const args = readStartArguments(cwd);
  return {
    name: `space-${precision}${form === "plain" ? "" : `-${form}`}`,
    title: `${subject.space}, ${precision === "pocket" ? "pocket model" : precision}${formTitles[form]}`,
    readyPath: "/ready",
    arithmetic: precision === "fp32" ? "fp32" : "int8",
    operationsPerToken: cost,
    start: (port) => ({
      command: process.execPath,
      args: form === "default-heap" ? args.slice(-1) : args,
      cwd,
      env: {
        MODEL: precision === "pocket" ? "pocket" : "full",
        MODEL_DIRECTORY: directory,
        DATA_DIRECTORY: dataFolder,
        CACHE_MB: form === "cache" ? "16" : "0",
        WORKERS: String(workers),
        ...subject.spaceVariables,
        PORT: String(port),
        HOST: "127.0.0.1",
        // As npm start and the image have it.
        ...(form === "default-heap" ? {} : { MALLOC_ARENA_MAX: "1" }),
      },
    }),
  };
}

function transformersServer(subject: Subject, dtype: "q8" | "fp32", cost: number): ServerUnderTest {
  return {
    name: `transformers-js-${dtype}`,
    title: `Hono + @huggingface/transformers, ${dtype}`,
    readyPath: "/health",
    arithmetic: dtype === "q8" ? "int8" : "fp32",
    operationsPerToken: cost,
    start: (port) => ({
      command: process.execPath,
      args: ["peers/transformers-server.ts"],
      cwd: join(root, "bench"),
      env: {
        PORT: String(port),
        DTYPE: dtype,
        MODEL_FOLDER: dirname(exportFolder(subject)),
        MODEL_NAME: basename(exportFolder(subject)),
        POOLING: subject.models.full.pooling,
        PROMPT: subject.prompt,
      },
    }),
  };
}

function seedServer({ seed }: Subject, { python, weights, cost }: { python: string; weights: string; cost: number }): ServerUnderTest {
  return {
    name: "seed",
    title: seed.title,
    readyPath: "/health",
    arithmetic: "fp32",
    operationsPerToken: cost,
    start: (port) => ({
      command: python,
      args: ["-m", "uvicorn", `${seed.module}:app`, "--host", "127.0.0.1", "--port", String(port)],
      cwd: join(root, "bench/seed-equivalent"),
      env: { MODEL_PATH: weights, HF_HUB_OFFLINE: "1", PYTHONDONTWRITEBYTECODE: "1" },
    }),
  };
}

function readCost(configPath: string): number {
  return operationsPerToken(JSON.parse(readFileSync(configPath, "utf8")) as Parameters<typeof operationsPerToken>[0]);
}
