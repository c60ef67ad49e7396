import { open, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readOnnxOperators } from "./graph/check-operators.ts";
import type { OnnxModelBuilder } from "./graph/onnx-model.ts";
import { openSession } from "./session.ts";

/** Where {@link writeOnnx} writes. */
export interface OnnxDestination {
  /** It must exist. */
  directory: string;
  /** Name of the model; its weights go to a file of this name with ".data" behind it. */
  file: string;
  /** True keeps all weights inside the model; by default they lie beside it, where ONNX Runtime maps them. */
  isSelfContained?: boolean | undefined;
}

/** Writes a model to disk. @throws what the file system throws */
export async function writeOnnx(builder: OnnxModelBuilder, { directory, file, isSelfContained }: OnnxDestination): Promise<void> {
  const dataFile = `${file}.data`;
  const { model, externalData } = builder.toBytes(isSelfContained ? undefined : dataFile);
  await writeFile(join(directory, file), model);
  if (externalData.length === 0) return;
  await using data = await open(join(directory, dataFile), "w");
  for (const chunk of externalData) await data.writeFile(chunk);
  await data.sync();
}

/**
 * Lets ONNX Runtime optimise a model as it does in production, and counts the operators of what came out.
 * @param scratch folder for what it writes, which is as large as the model
 */
export async function readOptimizedOperators(onnxPath: string, scratch: string): Promise<Record<string, number>> {
  const optimizedPath = join(scratch, "optimized.onnx");
  await (await openSession({ onnxPath, threads: 1, isOptimized: false, optimizedPath })).close();
  return readOnnxOperators(await readFile(optimizedPath));
}
