import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { CodedError } from "@repo/contracts/coded-error";
import { parseSiglipConfig } from "../graph/siglip-config.ts";
import { describeFiles } from "../prepare-folder.ts";
import type { VisualModel } from "./visual-model.ts";

/**
 * The facts of weights that lie on this machine: those of `declared` where they are its files; else a model of the same
 * family whose revision is the hash of its weights, so that nobody takes one for the other (a stand-in with random
 * numbers, a team's own training).
 * @throws CodedError model_unavailable when the folder lacks a file or has a configuration that cannot be built
 */
export async function describeLocalVisualModel(folder: string, declared: VisualModel): Promise<VisualModel> {
  const wanted = declared.files.map(({ path }) => path);
  const files = await describeFiles(folder, wanted);
  const missing = wanted.filter((path) => !files.some((file) => file.path === path));
  if (missing.length > 0) throw new CodedError("model_unavailable", `The folder lacks ${missing.join(", ")}.`);
  if (files.every(({ path, sha256 }) => declared.files.some((file) => file.path === path && file.sha256 === sha256))) return declared;
  const config = parseSiglipConfig(await readFile(join(folder, "config.json"), "utf8"));
  const weights = files.find(({ path }) => path.endsWith(".safetensors"));
  return {
    ...declared,
    id: `${declared.id}, other weights`,
    repository: `${declared.repository}-other-weights`,
    revision: weights?.sha256.slice(0, 40) ?? "unknown",
    dimensions: config.dimensions,
    image: { ...declared.image, size: config.vision.imageSize },
    text: { ...declared.text, length: config.text.positions },
    files,
  };
}
