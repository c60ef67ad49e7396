import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { CodedError } from "@repo/contracts/coded-error";
import type { ModelFileStatus } from "@repo/contracts/health";
import { inspectModelFiles, requireModelFiles } from "@repo/engine-onnx/model-files";
import { z } from "zod";

/** File in which a model's folder says what is in it. */
export const manifestFile = "model.json";

const manifestSchema = z.looseObject({
  name: z.string(),
  files: z.array(z.object({ path: z.string(), sha256: z.string(), bytes: z.number() })),
});

/**
 * Compares a folder's files with what its model.json says of them; a folder of somebody's own may have none, and is then left
 * to the engine, which names what it misses.
 * @throws CodedError model_unavailable naming every file that is missing, cut, damaged or a Git LFS pointer
 */
export async function verifyModelFolder(directory: string): Promise<{ name: string | undefined; files: ModelFileStatus[] }> {
  if (!existsSync(directory)) throw unusable("The model's folder is not there.");
  const path = join(directory, manifestFile);
  if (!existsSync(path)) return { name: undefined, files: [] };
  const manifest = manifestSchema.safeParse(parseJson(await readFile(path, "utf8")));
  if (!manifest.success) throw unusable(`${manifestFile} does not say which files the model has.`);
  const files = await inspectModelFiles(directory, manifest.data.files);
  requireModelFiles(directory, files);
  return { name: manifest.data.name, files };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function unusable(message: string): CodedError {
  return new CodedError("model_unavailable", message);
}
