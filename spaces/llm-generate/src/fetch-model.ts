import { existsSync } from "node:fs";
import { copyFile, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, join } from "node:path";
import { CodedError } from "@repo/contracts/coded-error";
import { downloadHubFile } from "@repo/engine-onnx/hub/download-hub-file";
import type { HubOptions, OnDownloadProgress } from "@repo/engine-onnx/hub/hub-options";
import { describeFiles } from "@repo/engine-onnx/prepare-folder";
import { fullModel, textFiles, weightFiles, type HubFile, type Precision } from "./model.ts";
import { manifestFile } from "./verify-model-folder.ts";

/** Options of {@link fetchModel}. */
export interface FetchModelOptions {
  /** Folder to fill. */
  directory: string;
  repository: string;
  revision: string;
  precision: Precision;
  hub: HubOptions;
  /** Folder of Hugging Face's cache; default ~/.cache/huggingface. */
  hubHome?: string | undefined;
  onProgress?: OnDownloadProgress | undefined;
}

/**
 * Fills a folder with a repository's export, its files side by side, and writes what is in it into model.json. What another
 * program has fetched into Hugging Face's cache is not fetched again.
 * @throws CodedError model_unavailable with cause and remedy
 */
export async function fetchModel(options: FetchModelOptions): Promise<void> {
  const { directory, repository, precision } = options;
  const fetched: string[] = [];
  let commit: string | undefined;
  const take = async (file: HubFile): Promise<boolean> => {
    const found = await fetchFile(file, options);
    if (found === undefined) return false;
    commit ??= found.commit;
    fetched.push(basename(file.path));
    return true;
  };
  for (const file of textFiles) await take(withHash(file, options));
  const [weights, ...others] = weightFiles[precision] as [string, ...string[]];
  const candidates = [weights, ...others].map((path, index) => ({ path, isOptional: index < others.length }));
  for (const file of candidates) {
    if (!(await take(withHash(file, options)))) continue;
    // Exports over 2 GB, and some smaller ones, keep their weights beside the graph.
    await take({ path: `${file.path}_data`, isOptional: true });
    break;
  }
  const files = await describeFiles(directory, fetched);
  const facts = {
    name: repository,
    revision: commit ?? options.revision,
    precision,
    source: `${options.hub.endpoint ?? ""}/${repository}`,
    files,
  };
  await writeFile(join(directory, manifestFile), `${JSON.stringify(facts, null, 2)}\n`);
}

function withHash(file: HubFile, { repository, revision }: FetchModelOptions): HubFile {
  const isDeclared = repository === fullModel.repository && revision === fullModel.revision;
  const sha256 = isDeclared ? fullModel.sha256[file.path] : undefined;
  return sha256 === undefined ? file : { ...file, sha256 };
}

/** Undefined where the repository has no such file and need not have it. */
async function fetchFile(file: HubFile, options: FetchModelOptions): Promise<{ commit: string | undefined } | undefined> {
  const { repository, revision, directory, hub, onProgress } = options;
  const destination = join(directory, basename(file.path));
  const home = options.hubHome ?? join(homedir(), ".cache/huggingface");
  const cached = join(home, "hub", `models--${repository.replaceAll("/", "--")}`, "snapshots", revision, ...file.path.split("/"));
  if (existsSync(cached)) await copyFile(cached, destination);
  try {
    // A copy with the declared hash is left as it is; without one, what is there is taken for the file.
    return await downloadHubFile({ repository, revision, path: file.path, destination, sha256: file.sha256, hub, onProgress });
  } catch (error) {
    if (file.isOptional === true && CodedError.isInstance(error) && error.details?.["status"] === 404) return undefined;
    throw error;
  }
}
