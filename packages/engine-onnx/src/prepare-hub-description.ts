import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { CodedError } from "@repo/contracts/coded-error";
import { parseBertConfig } from "./graph/bert-config.ts";
import type { DownloadedFile } from "./hub/download-hub-file.ts";
import { fetchHubModel } from "./hub/fetch-hub-model.ts";
import type { HubOptions, OnDownloadProgress } from "./hub/hub-options.ts";
import type { Pooling, TextModel } from "./text-model.ts";

/** Options of {@link describeHubTextModel}. */
export interface DescribeHubTextModelOptions {
  /** "owner/name" of any repository with a BERT encoder in sentence-transformers' layout. */
  repository: string;
  /** Branch, tag or commit; default main. The result names the commit. */
  revision?: string | undefined;
  /** The folder that is given to `prepareTextModel` too, so that nothing is fetched twice. */
  directory: string;
  hub?: HubOptions;
  onProgress?: OnDownloadProgress;
  signal?: AbortSignal;
}

/** Modules of sentence-transformers that the graph holds; any other one would be left out silently. */
const knownModules = ["Transformer", "Pooling", "Normalize"];

/**
 * Reads the facts of a model out of its repository, weights included, because their hash is one of the facts. For
 * models that no Space declares (MODEL_ID, MODEL_REVISION).
 * @throws CodedError model_unavailable when the repository cannot be reached or holds no such model.
 */
export async function describeHubTextModel(options: DescribeHubTextModelOptions): Promise<TextModel> {
  const { repository, hub = {}, signal, onProgress } = options;
  const asked = options.revision ?? "main";
  const scratch = join(
    options.directory,
    "downloads",
    `${repository.replaceAll(/[^\w.-]+/g, "--")}-facts-${asked.replaceAll(/[^\w.-]+/g, "-")}`,
  );
  const fetchAll = (revision: string, paths: readonly string[], directory: string): Promise<DownloadedFile[]> =>
    fetchHubModel({ hub, repository, revision, files: paths.map((path) => ({ path })), directory, onProgress, signal });
  // Asked anew each time: a branch may have moved, and only the Hub knows which commit it is.
  await rm(scratch, { recursive: true, force: true });
  const [first] = await fetchAll(asked, ["config.json"], scratch);
  await rm(scratch, { recursive: true, force: true });
  const revision = first?.commit ?? asked;
  const directory = join(options.directory, "downloads", `${repository.replaceAll(/[^\w.-]+/g, "--")}-${revision.slice(0, 12)}`);
  const optional = async (path: string): Promise<Record<string, unknown> | unknown[] | undefined> => {
    try {
      await fetchAll(revision, [path], directory);
    } catch (error) {
      if (CodedError.isInstance(error) && error.details?.["status"] === 404) return undefined;
      throw error;
    }
    return JSON.parse(await readFile(join(directory, ...path.split("/")), "utf8")) as Record<string, unknown> | unknown[];
  };
  const modules = await optional("modules.json");
  const poolingFacts = (await optional("1_Pooling/config.json")) as Record<string, unknown> | undefined;
  const lengthFacts = (await optional("sentence_bert_config.json")) as Record<string, unknown> | undefined;
  const promptFacts = (await optional("config_sentence_transformers.json")) as Record<string, unknown> | undefined;
  requireKnownModules(repository, modules);
  const files = await fetchAll(revision, ["config.json", "tokenizer.json", "model.safetensors"], directory);
  const config = parseBertConfig(await readFile(join(directory, "config.json"), "utf8"));
  const maxLength = lengthFacts?.["max_seq_length"];
  return {
    id: repository,
    repository,
    revision,
    dimensions: config.hiddenSize,
    maxTokens: Math.min(config.maxPositions, typeof maxLength === "number" && maxLength > 2 ? maxLength : config.maxPositions),
    pooling: toPooling(repository, poolingFacts),
    prompts: toPrompts(promptFacts?.["prompts"]),
    licence: "see the repository",
    source: `${hub.endpoint ?? "https://huggingface.co"}/${repository}`,
    files: files.map(({ path, sha256, bytes }) => ({ path, sha256, bytes })),
  };
}

function requireKnownModules(repository: string, modules: unknown): void {
  if (!Array.isArray(modules)) return;
  for (const module of modules as { type?: unknown }[]) {
    const name = String(module.type).split(".").at(-1) ?? "";
    if (!knownModules.includes(name))
      throw new CodedError("model_unavailable", `${repository} ends in a "${name}" module, which this server does not have.`);
  }
}

/** Source of the names: sentence-transformers, models/Pooling.py; without the file it takes the mean. */
function toPooling(repository: string, facts: Record<string, unknown> | undefined): Pooling {
  if (facts === undefined) return "mean";
  const chosen = Object.entries(facts)
    .filter(([name, value]) => name.startsWith("pooling_mode_") && value === true)
    .map(([name]) => name.slice("pooling_mode_".length));
  if (typeof facts["pooling_mode"] === "string") chosen.push(facts["pooling_mode"]);
  const [only] = chosen;
  if (chosen.length === 1 && (only === "mean_tokens" || only === "mean")) return "mean";
  if (chosen.length === 1 && (only === "cls_token" || only === "cls")) return "cls";
  throw new CodedError("model_unavailable", `${repository} pools by ${chosen.join(" + ") || "nothing"}; mean and cls are supported.`);
}

function toPrompts(value: unknown): Record<string, string> {
  if (typeof value !== "object" || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === "string" && entry[1] !== ""),
  );
}
