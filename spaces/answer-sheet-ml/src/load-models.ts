import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { sheetFields, type SheetField, type SheetModels } from "@repo/contracts/answer-sheets";
import { CodedError } from "@repo/contracts/coded-error";
import type { ModelFileStatus } from "@repo/contracts/health";
import { readOnnxInterface, type OnnxValue } from "@repo/engine-onnx/graph/read-onnx-interface";
import { isLfsPointer } from "@repo/engine-onnx/graph/safetensors";
import { createTensorEngine, type TensorEngine } from "@repo/engine-onnx/tensor-engine";
import { alphabets, defaultClasses, fileNames, modelFacts, pocketFolder, type ModelFacts, type ReaderFacts } from "./model.ts";

/** The model that finds the fields on a page. */
export interface Detector {
  engine: TensorEngine;
  input: string;
  width: number;
  height: number;
  /** 1 for grey, 3 for colour. */
  channels: 1 | 3;
  regions: string;
  /** Output with the probabilities of the four orientations; converted models have none. */
  orientation: string | undefined;
  classes: readonly string[];
  minScore: number;
  maxOverlap: number;
}

/** A model that reads one kind of field. */
export interface Reader {
  engine: TensorEngine;
  input: string;
  width: number;
  height: number;
  output: string;
  alphabet: string;
  facts: ReaderFacts;
  isStretched: boolean;
}

/** All three models, loaded. */
export interface LoadedModels {
  detector: Detector;
  readers: Readonly<Record<SheetField, Reader>>;
  identity: SheetModels;
  profile: "pocket" | "custom";
  files: ModelFileStatus[];
  engines: readonly TensorEngine[];
  close(): Promise<void>;
}

/** Options of {@link loadModels}. */
export interface LoadModelsOptions {
  /** Default the pocket models. */
  directory?: string | undefined;
  /** Threads per model, default one per core of the container's quota. */
  workers?: number | undefined;
  /** Folder for optimised models. */
  dataDirectory?: string | undefined;
}

interface ModelFile {
  path: string;
  bytes: Uint8Array;
  inputs: OnnxValue[];
  outputs: OnnxValue[];
}

/**
 * Loads the detector and the two readers of a folder. What they look like inside is read from the files: size and number
 * of inputs, layout of outputs, alphabets; model.json adds what no shape says.
 * @throws CodedError model_unavailable; details.files names missing files and Git LFS pointers
 */
export async function loadModels(options: LoadModelsOptions = {}): Promise<LoadedModels> {
  const directory = options.directory ?? fileURLToPath(pocketFolder);
  const kinds = ["detector", ...sheetFields] as const;
  const [files, facts] = await Promise.all([readFiles(directory, kinds), readFacts(directory)]);
  const hash = createHash("sha256");
  for (const kind of kinds) hash.update(files[kind].bytes);
  const common = { workers: options.workers, prepackDirectory: options.dataDirectory };
  const started: TensorEngine[] = [];
  const start = async (engine: Promise<TensorEngine>): Promise<TensorEngine> => {
    started.push(await engine);
    return await engine;
  };
  const close = async (): Promise<void> => void (await Promise.all(started.map((engine) => engine.close())));
  try {
    const detector = await openDetector(files.detector, facts, (more) => start(createTensorEngine({ ...common, ...more })));
    const register = await openReader(files.register_number, facts.register_reader, (more) =>
      start(createTensorEngine({ ...common, ...more })),
    );
    const subject = await openReader(files.subject_code, facts.subject_reader, (more) => start(createTensorEngine({ ...common, ...more })));
    return {
      detector,
      readers: { register_number: register, subject_code: subject },
      identity: {
        detector: facts.detector.name ?? `${facts.name}/region-detector`,
        register_reader: facts.register_reader.name ?? `${facts.name}/register-reader`,
        subject_reader: facts.subject_reader.name ?? `${facts.name}/subject-reader`,
        revision: hash.digest("hex").slice(0, 16),
      },
      profile: options.directory === undefined ? "pocket" : "custom",
      files: kinds.map((kind) => ({ path: fileNames[kind], bytes: files[kind].bytes.length, state: "ok" })),
      engines: started,
      close,
    };
  } catch (thrown) {
    await close();
    throw thrown;
  }
}

type StartEngine = (
  options: Pick<Parameters<typeof createTensorEngine>[0], "onnxPath" | "inputs" | "outputs" | "maxBatchRows">,
) => Promise<TensorEngine>;

async function openDetector(file: ModelFile, { detector: facts }: ModelFacts, start: StartEngine): Promise<Detector> {
  const { name, channels, height, width } = readImageInput(file);
  if (channels !== 1 && channels !== 3) throw unusable(file, `its input has ${channels} channels`);
  const isOrientation = ({ shape }: OnnxValue): boolean => shape.length === 2 && shape.at(-1) === 4;
  const orientation = file.outputs.find(isOrientation)?.name;
  const regions = file.outputs.find((output) => output.name !== orientation)?.name;
  if (regions === undefined) throw unusable(file, "it has no output for regions");
  const outputs = { [regions]: 0 as const, ...(orientation === undefined ? {} : { [orientation]: 0 as const }) };
  const engine = await start({ onnxPath: file.path, inputs: { [name]: [channels, height, width] }, outputs, maxBatchRows: 1 });
  const classes = facts.classes ?? defaultClasses;
  return {
    engine,
    input: name,
    width,
    height,
    channels,
    regions,
    orientation,
    classes,
    minScore: facts.min_score,
    maxOverlap: facts.max_overlap,
  };
}

async function openReader(file: ModelFile, facts: ReaderFacts, start: StartEngine): Promise<Reader> {
  const { name, channels, height, width, rows } = readImageInput(file);
  if (channels !== 1) throw unusable(file, `its input has ${channels} channels`);
  const [output] = file.outputs;
  const classes = output?.shape.at(-1);
  if (output === undefined || output.shape.length !== 3 || typeof classes !== "number")
    throw unusable(file, "its output is not [rows, steps, classes]");
  const alphabet = facts.alphabet ?? alphabets[classes - 1];
  if (alphabet === undefined || alphabet.length !== classes - 1) throw unusable(file, `its ${classes} classes do not fit its alphabet`);
  // PyTorch's recurrent layers put time first; the axis that counts rows is named, or as long, as the input's.
  const isTimeFirst = output.shape[0] !== rows && output.shape[1] === rows;
  const engine = await start({
    onnxPath: file.path,
    inputs: { [name]: [channels, height, width] },
    outputs: { [output.name]: isTimeFirst ? 1 : 0 },
    maxBatchRows: typeof rows === "number" ? rows : 8,
  });
  return { engine, input: name, width, height, output: output.name, alphabet, facts, isStretched: facts.stretched ?? isTimeFirst };
}

function readImageInput(file: ModelFile): { name: string; rows: number | string; channels: number; height: number; width: number } {
  const [input] = file.inputs;
  const [rows = "", channels, height, width] = input?.shape ?? [];
  if (input === undefined || typeof channels !== "number" || typeof height !== "number" || typeof width !== "number")
    throw unusable(file, "its input is not [rows, channels, height, width] with fixed sizes");
  return { name: input.name, rows, channels, height, width };
}

async function readFiles<Kind extends Exclude<keyof typeof fileNames, "facts">>(
  directory: string,
  kinds: readonly Kind[],
): Promise<Record<Kind, ModelFile>> {
  const found = await Promise.all(
    kinds.map(async (kind) => {
      const path = join(directory, fileNames[kind]);
      const bytes = await readFile(path).catch(() => undefined);
      const state: ModelFileStatus["state"] = bytes === undefined ? "missing" : isLfsPointer(bytes) ? "lfs-pointer" : "ok";
      return { kind, path, bytes: bytes ?? new Uint8Array(), state };
    }),
  );
  if (found.some(({ state }) => state !== "ok")) {
    const files = found.map(({ kind, bytes, state }) => ({ path: fileNames[kind], bytes: bytes.length, state }));
    const wrong = files.filter(({ state }) => state !== "ok").map(({ path, state }) => `${path} (${state})`);
    throw new CodedError("model_unavailable", `The models are not usable: ${wrong.join(", ")}.`, {
      details: { files },
      cause: new Error(directory),
    });
  }
  return Object.fromEntries(found.map(({ kind, path, bytes }) => [kind, { path, bytes, ...readOnnxInterface(bytes) }])) as Record<
    Kind,
    ModelFile
  >;
}

async function readFacts(directory: string): Promise<ModelFacts> {
  const text = await readFile(join(directory, fileNames.facts), "utf8").catch(() => undefined);
  try {
    return modelFacts.parse(text === undefined ? {} : JSON.parse(text));
  } catch (cause) {
    throw new CodedError("model_unavailable", `${fileNames.facts} is not what it should be.`, { cause });
  }
}

function unusable({ path }: ModelFile, why: string): CodedError {
  const file = Object.values(fileNames).find((name) => path.endsWith(name)) ?? "A model";
  return new CodedError("model_unavailable", `${file} cannot be used: ${why}.`);
}
