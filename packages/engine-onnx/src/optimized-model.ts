import { createHash, randomUUID } from "node:crypto";
import { mkdir, open, readFile, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { arch } from "node:os";
import { basename, dirname, join } from "node:path";
import { readCpuFlags } from "./cpu.ts";
import { arePackedWeightsAligned } from "./graph/prepacked-weights.ts";
import { openSession, runtimeVersion, type Session } from "./session.ts";
import type { OpenModel, RunInputs } from "./worker-protocol.ts";

/** A loaded model and where it came from. */
export interface OpenedModel {
  session: Session;
  isCached: boolean;
}

interface Manifest {
  /** Bytes of every file, so that a cut file is not even tried. */
  sizes: Record<string, number>;
  /** Hash of what the original model answered to the probe; the cached one must answer the same bits. */
  probeSha256: string;
}

const modelFile = "model.onnx";
const dataFile = "model.onnx.data";
const manifestFile = "manifest.json";
/** Folders of writers that were killed; no honest writer takes an hour. */
const abandonedAfterMs = 3_600_000;

/**
 * Loads a model through the cache of optimised files.
 *
 * The first start on a machine writes the graph as ONNX Runtime optimised it, with the weights in the layout of this
 * CPU's kernels. Later starts map that file: they load faster, and all workers share its pages. Such a file is good
 * for one runtime version, one CPU and one model, so its folder is named after all three. A writer fills a folder of
 * its own and renames it, so two processes, or a kill, never leave half a file under the final name. Whatever is wrong
 * with the cache (read-only, full, damaged), the model is loaded directly.
 */
export async function openCachedModel(model: OpenModel, isFirst: boolean): Promise<OpenedModel> {
  if (model.cacheDirectory === undefined) return openDirectly(model);
  const folder = join(model.cacheDirectory, await cacheKey(model));
  const cached = await openFolder(folder, model, isFirst);
  if (cached !== undefined) return { session: cached, isCached: true };
  if (!isFirst) return openDirectly(model);
  if (!(await writeFolder(folder, model))) return openDirectly(model);
  const written = await openFolder(folder, model, true);
  return written === undefined ? openDirectly(model) : { session: written, isCached: true };
}

async function openDirectly(model: OpenModel): Promise<OpenedModel> {
  const session = await openSession({ onnxPath: model.onnxPath, threads: model.threads, isOptimized: false });
  await session.run(model.probe.feeds, model.probe.fetches);
  return { session, isCached: false };
}

/** Changes whenever the optimised file would: runtime, CPU, graph, weights. */
async function cacheKey({ onnxPath }: OpenModel): Promise<string> {
  const hash = createHash("sha256");
  hash.update(JSON.stringify([runtimeVersion, arch(), readCpuFlags()]));
  hash.update(await readFile(onnxPath));
  // Large weights lie beside the graph. Hashing them would cost as much as the cache saves: size and time stand for them.
  for (const name of (await readdir(dirname(onnxPath))).toSorted()) {
    if (name === basename(onnxPath) || !name.startsWith(basename(onnxPath))) continue;
    const { size, mtimeNs } = await stat(join(dirname(onnxPath), name), { bigint: true });
    hash.update(`${name}:${size}:${mtimeNs}`);
  }
  return hash.digest("hex").slice(0, 32);
}

/** The cached model, or undefined when there is none or it is not what it should be; a bad one is removed. */
async function openFolder(folder: string, model: OpenModel, isChecked: boolean): Promise<Session | undefined> {
  const manifest = await readManifest(folder);
  if (manifest === undefined) return undefined;
  let session: Session | undefined;
  try {
    for (const [name, size] of Object.entries(manifest.sizes)) {
      if ((await stat(join(folder, name))).size !== size) throw new Error(`${name} was cut.`);
    }
    session = await openSession({ onnxPath: join(folder, modelFile), threads: model.threads, isOptimized: true });
    if (isChecked && (await hashOutputs(session, model.probe)) !== manifest.probeSha256)
      throw new Error("The cached model computes something else.");
    return session;
  } catch {
    await session?.close();
    if (isChecked) await rm(folder, { recursive: true, force: true }).catch(() => undefined);
    return undefined;
  }
}

async function readManifest(folder: string): Promise<Manifest | undefined> {
  try {
    return JSON.parse(await readFile(join(folder, manifestFile), "utf8")) as Manifest;
  } catch {
    return undefined;
  }
}

/** Writes the optimised model; false when that is not possible here. */
async function writeFolder(folder: string, model: OpenModel): Promise<boolean> {
  const draft = `${folder}.${randomUUID()}.tmp`;
  try {
    await mkdir(draft, { recursive: true });
    await removeAbandoned(dirname(folder));
    const { onnxPath, threads, probe } = model;
    const session = await openSession({ onnxPath, threads, isOptimized: false, optimizedPath: join(draft, modelFile) });
    const probeSha256 = await hashOutputs(session, probe);
    await session.close();
    if (!arePackedWeightsAligned(await readFile(join(draft, modelFile))))
      throw new Error("This file would crash the process that maps it.");
    const sizes: Manifest["sizes"] = {};
    for (const name of await readdir(draft)) {
      // On disk before the rename is: a power cut must not leave an empty file under the final name.
      await using file = await open(join(draft, name), "r+");
      await file.sync();
      sizes[name] = (await file.stat()).size;
    }
    if (sizes[modelFile] === undefined || sizes[dataFile] === undefined) throw new Error("The runtime wrote no file.");
    await writeFile(join(draft, manifestFile), JSON.stringify({ sizes, probeSha256 } satisfies Manifest), { flush: true });
    await rename(draft, folder).catch(async (error: unknown) => {
      // Another process was first: its folder is as good. One without a manifest is nobody's.
      if ((await readManifest(folder)) !== undefined) return;
      await rm(folder, { recursive: true });
      await rename(draft, folder).catch(() => Promise.reject(error));
    });
    return true;
  } catch {
    return false;
  } finally {
    await rm(draft, { recursive: true, force: true }).catch(() => undefined);
  }
}

async function removeAbandoned(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    const path = join(directory, name);
    if (name.endsWith(".tmp") && Date.now() - (await stat(path)).mtimeMs > abandonedAfterMs)
      await rm(path, { recursive: true, force: true });
  }
}

async function hashOutputs(session: Session, { feeds, fetches }: RunInputs): Promise<string> {
  const outputs = await session.run(feeds, fetches);
  const hash = createHash("sha256");
  for (const name of fetches) {
    const data = outputs[name]?.data;
    if (data !== undefined) hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return hash.digest("hex");
}
