/** Opening a prepared folder: apart from making one, because a server that only opens must not load ONNX Runtime here. */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { CodedError } from "@repo/contracts/coded-error";
import { inspectModelFiles, requireModelFiles } from "../model-files.ts";
import type { PreparedVisualModel, VisualImageFacts, VisualManifest } from "./visual-model.ts";

/** Names of the files in a prepared folder. */
export const visualFiles = { manifest: "model.json", vision: "vision.onnx", text: "text.onnx", tokenizer: "tokenizer.json" } as const;

/** What a folder must hold to be taken for a model. */
export interface ExpectedVisualModel {
  id: string;
  revision: string;
}

/**
 * Opens a folder that holds what visual-model.ts says: one made by `prepareVisualModel`, or a pocket model of this
 * repository. Every byte is verified.
 * @throws CodedError model_unavailable when a file is missing, a Git LFS pointer, cut or changed, when model.json lacks a
 *   fact, or when the folder holds another model than `expected`.
 */
export async function loadPreparedVisualModel(directory: string, expected?: ExpectedVisualModel): Promise<PreparedVisualModel> {
  const manifest = await readManifest(join(directory, visualFiles.manifest));
  const revision = manifest.revision ?? hashFiles(manifest);
  if (expected !== undefined && (manifest.name !== expected.id || revision !== expected.revision)) {
    throw new CodedError(
      "model_unavailable",
      `The folder holds ${manifest.name} at ${revision}, not ${expected.id} at ${expected.revision}.`,
    );
  }
  const files = await inspectModelFiles(directory, manifest.files);
  requireModelFiles(directory, files);
  const { text } = manifest;
  return {
    id: manifest.name,
    revision,
    dimensions: manifest.dimensions,
    image: toImageFacts(manifest),
    text: { length: text.length, padId: text.pad_id, isLowercase: text.lowercase },
    logitScale: manifest.logit_scale,
    logitBias: manifest.logit_bias,
    precision: manifest.precision ?? "fp32",
    directory,
    visionPath: join(directory, visualFiles.vision),
    textPath: join(directory, visualFiles.text),
    tokenizerPath: join(directory, visualFiles.tokenizer),
    files,
  };
}

async function readManifest(path: string): Promise<VisualManifest> {
  const manifest = await readJson(path);
  const numbers: [string, unknown][] = [
    ["dimensions", manifest.dimensions],
    ["image.size", manifest.image?.size],
    ["text.length", manifest.text?.length],
    ["text.pad_id", manifest.text?.pad_id],
    ["logit_scale", manifest.logit_scale],
    ["logit_bias", manifest.logit_bias],
  ];
  const missing = numbers.filter(([, value]) => typeof value !== "number" || !Number.isFinite(value)).map(([name]) => name);
  for (const name of ["mean", "std"] as const) {
    const values: unknown = manifest.image?.[name];
    if (!Array.isArray(values) || values.length !== 3 || !values.every(Number.isFinite)) missing.push(`image.${name}`);
  }
  if (typeof manifest.name !== "string") missing.push("name");
  if (typeof manifest.text?.lowercase !== "boolean") missing.push("text.lowercase");
  const paths = Array.isArray(manifest.files) ? manifest.files.map(({ path: file }) => file) : [];
  for (const file of [visualFiles.vision, visualFiles.text, visualFiles.tokenizer])
    if (!paths.includes(file)) missing.push(`files: ${file}`);
  if (missing.length > 0)
    throw new CodedError("model_unavailable", `The folder's model.json lacks, or has malformed, ${missing.join(", ")}.`);
  return manifest as VisualManifest;
}

type DeepPartial<T> = T extends (infer Item)[] ? Item[] : { [Key in keyof T]?: DeepPartial<T[Key]> };

async function readJson(path: string): Promise<DeepPartial<VisualManifest>> {
  try {
    const value: unknown = JSON.parse(await readFile(path, "utf8"));
    if (typeof value === "object" && value !== null) return value as DeepPartial<VisualManifest>;
  } catch (cause) {
    throw new CodedError("model_unavailable", "The model's folder has no readable model.json; was the model prepared?", { cause });
  }
  throw new CodedError("model_unavailable", "The model's model.json is not an object.");
}

function toImageFacts({ image }: VisualManifest): VisualImageFacts {
  const { resample } = image;
  if (resample !== "bilinear" && resample !== "bicubic")
    throw new CodedError("model_unavailable", `Images cannot be resized by "${resample}"; bilinear and bicubic are known.`);
  return { size: image.size, mean: toTriple(image.mean), std: toTriple(image.std), resample };
}

function toTriple(values: readonly number[]): [number, number, number] {
  const [red = 0, green = 0, blue = 0] = values;
  return [red, green, blue];
}

/** A name for weights that have no repository: the same files, the same name. */
function hashFiles({ files }: VisualManifest): string {
  const lines = files.map(({ path, sha256 }) => `${sha256}  ${path}\n`).toSorted();
  return createHash("sha256").update(lines.join("")).digest("hex").slice(0, 40);
}
