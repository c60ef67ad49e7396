import { existsSync } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import { CodedError } from "@repo/contracts/coded-error";
import type { ServiceStatus } from "@repo/contracts/hosted-service";
import type { LanguageModelIdentity, SamplingOptions } from "@repo/contracts/generate-text";
import { hashOfFile, inspectModelFiles, requireModelFiles } from "../model-files.ts";
import type { ModelFile } from "../text-model.ts";

/** A file of the model as it was found. */
export type LanguageModelFile = NonNullable<ServiceStatus["files"]>[number];

/** A model folder in the hub's layout, as far as it is read before the model is loaded. */
export interface LanguageModelFolder {
  directory: string;
  identity: LanguageModelIdentity;
  onnxPath: string;
  /** With weights that lie beside it. */
  onnxBytes: number;
  /** fp32, int8, q4 ..., by the file's name. */
  precision: string;
  /** Longest text the model was made for. */
  contextTokens: number;
  /** Tokens that end an answer. */
  endTokens: readonly number[];
  defaultSampling: SamplingOptions;
  /** As the folder's model.json lists them and as they are; unchecked where it lists none. */
  files: readonly LanguageModelFile[];
}

/** Options of {@link loadLanguageModel}. */
export interface LanguageModelChoice {
  /** Folder with config.json, tokenizer.json, tokenizer_config.json and the ONNX file in it or in its folder onnx. */
  directory: string;
  /** ONNX file within the folder; by default the first that is there of the q4, int8 and fp32 exports. */
  onnxFile?: string | undefined;
  /** Name and revision; by default those of the folder's model.json, else the folder's name and a hash of the weights. */
  identity?: LanguageModelIdentity | undefined;
  /** In place of what the file's name says. */
  precision?: string | undefined;
}

/** File names of the hub's exports with what they hold, the best for a CPU first. fp16 is not among them: a CPU has no kernels for it. */
const exports: readonly (readonly [suffix: string, precision: string])[] = [
  ["_q4", "q4"],
  ["_int8", "int8"],
  ["_quantized", "int8"],
  ["_uint8", "int8"],
  ["", "fp32"],
];

/**
 * Reads what a model's folder says of it.
 * @throws CodedError model_unavailable naming the file that is missing or wrong
 */
export async function loadLanguageModel(choice: LanguageModelChoice): Promise<LanguageModelFolder> {
  const { directory } = choice;
  const [config, generation, tokenizer, facts] = await Promise.all([
    readJson(directory, "config.json"),
    readJson(directory, "generation_config.json", {}),
    readJson(directory, "tokenizer_config.json", {}),
    readJson(directory, "model.json", {}),
  ]);
  const { onnxPath, precision } = findOnnxFile(choice);
  const files = await checkFiles(directory, facts, onnxPath);
  const inner = (typeof config["text_config"] === "object" ? config["text_config"] : config) as Record<string, unknown>;
  const contextTokens = inner["max_position_embeddings"] ?? config["max_position_embeddings"] ?? 2048;
  if (typeof contextTokens !== "number") throw unusable("config.json has no usable max_position_embeddings");
  const named = await tokenIds(directory, [tokenizer["eos_token"]]);
  const endTokens = [
    ...new Set(
      [generation["eos_token_id"], config["eos_token_id"], inner["eos_token_id"]]
        .flat()
        .filter((id) => typeof id === "number")
        .concat(named),
    ),
  ];
  if (endTokens.length === 0) throw unusable("nothing says which token ends an answer (eos_token_id in generation_config.json)");
  return {
    directory,
    identity: choice.identity ?? (await toIdentity(directory, facts, onnxPath)),
    onnxPath,
    onnxBytes: await sizeOfModel(onnxPath),
    precision: choice.precision ?? (typeof facts["precision"] === "string" ? facts["precision"] : precision),
    contextTokens,
    endTokens,
    defaultSampling: toSampling(generation),
    files,
  };
}

function findOnnxFile({ directory, onnxFile, precision }: LanguageModelChoice): { onnxPath: string; precision: string } {
  if (onnxFile !== undefined) {
    const suffix = /model(_\w+)?\.onnx$/.exec(basename(onnxFile))?.[1] ?? "";
    return { onnxPath: join(directory, onnxFile), precision: exports.find(([each]) => each === suffix)?.[1] ?? suffix.slice(1) };
  }
  for (const [suffix, held] of exports) {
    if (precision !== undefined && precision !== held) continue;
    for (const folder of ["onnx", "."]) {
      const onnxPath = join(directory, folder, `model${suffix}.onnx`);
      if (existsSync(onnxPath)) return { onnxPath, precision: held };
    }
  }
  throw unusable(`there is no ${precision ?? "q4, int8 or fp32"} export in it (onnx/model_q4.onnx, onnx/model_int8.onnx, onnx/model.onnx)`);
}

/** The file and those beside it that begin with its name. */
async function sizeOfModel(onnxPath: string): Promise<number> {
  const names = (await readdir(dirname(onnxPath))).filter((name) => name.startsWith(basename(onnxPath)));
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(dirname(onnxPath), name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

async function toIdentity(directory: string, facts: Record<string, unknown>, onnxPath: string): Promise<LanguageModelIdentity> {
  const { id = facts["name"], revision } = facts;
  return {
    model: typeof id === "string" ? id : basename(directory),
    revision: typeof revision === "string" ? revision : (await hashOfFile(onnxPath)).slice(0, 40),
  };
}

/** @throws CodedError model_unavailable naming every file that is not as it should be */
async function checkFiles(directory: string, facts: Record<string, unknown>, onnxPath: string): Promise<LanguageModelFile[]> {
  const { files } = facts;
  if (Array.isArray(files)) {
    const inspected = await inspectModelFiles(directory, files as ModelFile[]);
    requireModelFiles(directory, inspected);
    return inspected;
  }
  const { size } = await stat(onnxPath).catch(() => {
    throw unusable(`${basename(onnxPath)} is missing`);
  });
  return [{ path: relative(directory, onnxPath), bytes: size, state: "unchecked" }];
}

/** Ids of tokens that are given as text, or as an object with a content. */
async function tokenIds(directory: string, tokens: readonly unknown[]): Promise<number[]> {
  const { added_tokens: added = [] } = (await readJson(directory, "tokenizer.json")) as {
    added_tokens?: { id: number; content: string }[];
  };
  return tokens.flatMap((token) => {
    const content = typeof token === "object" && token !== null ? (token as { content?: unknown }).content : token;
    return added.filter((each) => each.content === content).map(({ id }) => id);
  });
}

/** @source transformers, GenerationConfig: without do_sample the likeliest token is taken */
function toSampling(generation: Record<string, unknown>): SamplingOptions {
  const numberOf = (name: string): number | undefined => (typeof generation[name] === "number" ? generation[name] : undefined);
  if (generation["do_sample"] !== true) return { temperature: 0, repetitionPenalty: numberOf("repetition_penalty") };
  return {
    temperature: numberOf("temperature") ?? 1,
    topK: numberOf("top_k") ?? 50,
    topP: numberOf("top_p"),
    minP: numberOf("min_p"),
    repetitionPenalty: numberOf("repetition_penalty"),
  };
}

async function readJson(directory: string, name: string, absent?: Record<string, unknown>): Promise<Record<string, unknown>> {
  try {
    return JSON.parse(await readFile(join(directory, name), "utf8")) as Record<string, unknown>;
  } catch (error) {
    if (absent !== undefined && (error as NodeJS.ErrnoException).code === "ENOENT") return absent;
    throw new CodedError("model_unavailable", `The model's ${name} could not be read.`, { cause: error });
  }
}

function unusable(reason: string): CodedError {
  return new CodedError("model_unavailable", `The model's folder is not usable: ${reason}.`);
}
