import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { hashOfFile } from "@repo/engine-onnx/model-files";
import type { ModelFile, TextModel } from "@repo/engine-onnx/text-model";
import { fullModel as bge } from "@repo/bge-embed/model";
import { fullModel as minilm } from "@repo/minilm-embed/model";
import { readReferenceVectors, type ReferenceCase } from "./reference-vectors.ts";

/** A full model whose files lie on this machine, and what its reference implementation computes with them. */
export interface FullModel {
  facts: TextModel;
  reference: ReferenceCase[];
  /** False for a stand-in with the right shapes and random numbers: it proves the code, not the quality. */
  isTrained: boolean;
}

/** Reads `minilm` or `bge` from the folder of its weights. Other weights than the declared ones are refused when they are prepared, but for a stand-in of bge. */
export async function readFullModel(name: string | undefined, folder: string): Promise<FullModel> {
  if (name === "minilm") return { facts: minilm, reference: readReferenceVectors(), isTrained: true };
  if (name !== "bge") throw new Error("Give minilm or bge first.");
  const file = join(folder, "reference.json");
  if (!existsSync(file)) throw new Error(`Make ${file} first, with models/reference/make_bge_reference.py.`);
  const reference = readReferenceVectors(file);
  const files = await Promise.all(bge.files.map(async ({ path }): Promise<ModelFile> => await describe(folder, path)));
  const weights = files.find(({ path }) => path === "model.safetensors") as ModelFile;
  const isTrained = bge.files.some(({ sha256 }) => sha256 === weights.sha256);
  const standIn = { ...bge, id: `${bge.id}, random weights`, repository: "random-bge-base", revision: weights.sha256.slice(0, 40), files };
  return { facts: isTrained ? bge : standIn, reference, isTrained };
}

async function describe(folder: string, path: string): Promise<ModelFile> {
  const full = join(folder, path);
  return { path, sha256: await hashOfFile(full), bytes: readFileSync(full).byteLength };
}
