import { join } from "node:path";
import { CodedError } from "@repo/contracts/coded-error";
import type { ModelFile } from "../text-model.ts";
import { type DownloadedFile, downloadHubFile } from "./download-hub-file.ts";
import type { HubOptions, OnDownloadProgress } from "./hub-options.ts";

/** Options of {@link fetchHubModel}. */
export interface FetchHubModelOptions {
  hub: HubOptions;
  repository: string;
  revision: string;
  /** Files to fetch; the hash is checked where it is known. */
  files: readonly (Pick<ModelFile, "path"> & Partial<ModelFile>)[];
  /** Folder the files go into, under their paths. */
  directory: string;
  onProgress?: OnDownloadProgress | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * Fetches files of one repository, one after the other; those that are there with the right hash are not fetched again.
 * @throws CodedError as {@link downloadHubFile} does; invalid_request for a name that is no repository or path.
 */
export async function fetchHubModel(options: FetchHubModelOptions): Promise<DownloadedFile[]> {
  const { hub, repository, revision, directory, onProgress, signal } = options;
  if (!/^[\w.-]+(\/[\w.-]+)?$/.test(repository) || /(^|\/)\.+(\/|$)/.test(repository)) {
    throw new CodedError("invalid_request", `"${repository}" is not the name of a Hub repository (owner/name).`);
  }
  const results: DownloadedFile[] = [];
  for (const { path, sha256 } of options.files) {
    if (path.startsWith("/") || path.includes("\\") || path.split("/").includes(".."))
      throw new CodedError("invalid_request", `"${path}" is not a path inside a repository.`);
    results.push(
      await downloadHubFile({
        hub,
        repository,
        revision,
        path,
        destination: join(directory, ...path.split("/")),
        sha256,
        onProgress,
        signal,
      }),
    );
  }
  return results;
}
