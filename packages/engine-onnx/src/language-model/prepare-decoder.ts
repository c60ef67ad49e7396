import { createHash, randomUUID } from "node:crypto";
import { access, constants, copyFile, link, mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { CodedError } from "@repo/contracts/coded-error";
import type { DecoderInterface } from "../graph/decoder-interface.ts";
import { rewriteDecoder, type RewriteDecoderOptions } from "../graph/rewrite-decoder.ts";
import { isLfsPointer } from "../graph/safetensors.ts";

/** A decoder's file as it is to be opened. */
export interface PreparedDecoder {
  onnxPath: string;
  decoder: DecoderInterface;
  hasLogitRows: boolean;
  hasDeltas: boolean;
  /** See rewrite-decoder.ts. */
  accuracyLevel?: number | undefined;
}

/** Changes when rewrite-decoder.ts would write another graph. */
const rewriteVersion = 2;
const modelFile = "model.onnx";
const factsFile = "decoder.json";

/**
 * The rewritten form of a decoder's ONNX file, made once: beside all others in `cacheDirectory`, in a folder named after
 * the original's name, size and time. Weights in files of their own are linked, or copied where links are not possible.
 * Where `cacheDirectory` cannot be written (a container with a read-only root), the system's temporary folder takes its place.
 * @throws CodedError model_unavailable when it cannot be read or is no decoder
 */
export async function prepareDecoder(
  onnxPath: string,
  cacheDirectory: string,
  options: RewriteDecoderOptions = {},
): Promise<PreparedDecoder> {
  const name = await folderName(onnxPath, options);
  const cached = await readFolder(join(cacheDirectory, name));
  if (cached !== undefined) return cached;
  const folder = join((await isWritable(cacheDirectory)) ? cacheDirectory : join(tmpdir(), "outpost-language-models"), name);
  return (await readFolder(folder)) ?? (await writeFolder(folder, onnxPath, options));
}

async function isWritable(directory: string): Promise<boolean> {
  try {
    await mkdir(directory, { recursive: true });
    await access(directory, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

async function folderName(onnxPath: string, options: RewriteDecoderOptions): Promise<string> {
  const hash = createHash("sha256").update(`${rewriteVersion}:${JSON.stringify(options)}`);
  for (const path of [onnxPath, ...(await externalFiles(onnxPath))]) {
    const { size, mtimeNs } = await stat(path, { bigint: true }).catch((cause: unknown) => {
      throw new CodedError("model_unavailable", `The model's file ${basename(path)} is missing.`, { cause });
    });
    hash.update(`${path}:${size}:${mtimeNs}`);
  }
  return `decoder-${hash.digest("hex").slice(0, 32)}`;
}

/** Files with weights: those whose names begin with the model's. */
async function externalFiles(onnxPath: string): Promise<string[]> {
  const name = basename(onnxPath);
  const names = await readdir(dirname(onnxPath)).catch(() => []);
  return names
    .filter((each) => each !== name && each.startsWith(name))
    .toSorted()
    .map((each) => join(dirname(onnxPath), each));
}

async function readFolder(folder: string): Promise<PreparedDecoder | undefined> {
  try {
    const facts = JSON.parse(await readFile(join(folder, factsFile), "utf8")) as PreparedDecoder & { bytes: number };
    const onnxPath = join(folder, modelFile);
    return (await stat(onnxPath)).size === facts.bytes ? { ...facts, onnxPath } : undefined;
  } catch {
    return undefined;
  }
}

async function writeFolder(folder: string, onnxPath: string, options: RewriteDecoderOptions): Promise<PreparedDecoder> {
  const bytes = await readFile(onnxPath);
  if (isLfsPointer(bytes.subarray(0, 64))) {
    throw new CodedError("model_unavailable", `${basename(onnxPath)} is a Git LFS pointer, not the file itself (run \`git lfs pull\`).`);
  }
  const { model, ...facts } = rewriteDecoder(bytes, options);
  const draft = `${folder}.${randomUUID()}.tmp`;
  try {
    await mkdir(draft, { recursive: true });
    await writeChunks(join(draft, modelFile), model.chunks);
    for (const path of await externalFiles(onnxPath)) {
      const target = join(draft, basename(path));
      await link(path, target).catch(() => copyFile(path, target));
    }
    await writeFile(join(draft, factsFile), JSON.stringify({ ...facts, bytes: model.byteLength }), { flush: true });
    // Another process may have been first, and its folder is as good; one that is not whole is nobody's.
    if ((await readFolder(folder)) === undefined) {
      await rm(folder, { recursive: true, force: true });
      await rename(draft, folder).catch(async (error: unknown) => {
        if ((await readFolder(folder)) === undefined) throw error;
      });
    }
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return { ...facts, onnxPath: join(folder, modelFile) };
}

/** Bytes that are gathered before they are written. */
const gatheredBytes = 1 << 20;

/** A message is thousands of small parts and a few large ones. */
async function writeChunks(path: string, chunks: readonly Uint8Array[]): Promise<void> {
  await using file = await open(path, "w");
  let gathered: Uint8Array[] = [];
  let bytes = 0;
  const flush = async (): Promise<void> => {
    await file.writeFile(Buffer.concat(gathered, bytes));
    gathered = [];
    bytes = 0;
  };
  for (const chunk of chunks) {
    if (bytes + chunk.byteLength > gatheredBytes) await flush();
    if (chunk.byteLength > gatheredBytes) await file.writeFile(chunk);
    else {
      gathered.push(chunk);
      bytes += chunk.byteLength;
    }
  }
  await flush();
  await file.sync();
}
