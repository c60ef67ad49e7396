import { fileURLToPath } from "node:url";
import type { TextEmbeddingService } from "@repo/contracts/embed-text";
import type { HostedService } from "@repo/contracts/hosted-service";
import type { z } from "zod";
import { type RunningSpace, type StartableSpace, startSpace } from "../running-space.ts";
import { type SpaceProcess, startSpaceProcess } from "../space-process.ts";

/** What the suites have to know of a Space's model; everything else they ask the Space itself. */
export interface EmbeddingSpaceFacts {
  /** What `/info` must say. */
  info: { model: string; dimensions: number; maxTokens: number; pooling: "mean" | "cls" };
  /** What the model is called in the requests of those who used it elsewhere. */
  names: { huggingFace: string; ollama: string };
  /** What `POST /embed` takes its texts for when the request does not say. Every other route takes passages. */
  nativeInputType: "query" | "passage";
  /** Relations that the model must see: the first text is closer to the second than to the third. */
  meanings: readonly (readonly [text: string, related: string, unrelated: string])[];
  /** By how much the first cosine is above the second, at least. */
  meaningMargin: number;
}

/** A text-embedding Space as its folder exports it. */
export interface EmbeddingSpaceParts<Schema extends z.ZodObject, Service extends TextEmbeddingService & HostedService>
  extends EmbeddingSpaceFacts, StartableSpace<Schema, Service> {
  /** Address of the Space's folder, where src/main.ts is. */
  folder: URL;
  /** Variables that hold for every test of this Space, e.g. another folder of the model. */
  environment?: Readonly<Record<string, string>>;
}

/** A text-embedding Space that suites can start. */
export interface EmbeddingSpace extends EmbeddingSpaceFacts {
  /** In this process, listening on a port of its own. */
  start: (environment?: Readonly<Record<string, string>>) => Promise<RunningSpace>;
  /** As a process of its own, so that a crash is a crash. */
  startProcess: (environment?: Readonly<Record<string, string>>) => Promise<SpaceProcess>;
}

/** Makes a Space known to the suites of this folder. */
export function defineEmbeddingSpace<Schema extends z.ZodObject, Service extends TextEmbeddingService & HostedService>(
  parts: EmbeddingSpaceParts<Schema, Service>,
): EmbeddingSpace {
  const { folder, configSchema, createApp, createService, environment, ...facts } = parts;
  const main = new URL("src/main.ts", folder);
  // Optimised models are kept between runs, but not in anybody's home.
  const base = { PORT: "0", DATA_DIRECTORY: fileURLToPath(new URL(".cache", folder)), ...environment };
  return {
    ...facts,
    start: (more = {}) => startSpace({ configSchema, createApp, createService }, { ...base, LOG_LEVEL: "silent", ...more }),
    startProcess: (more = {}) => startSpaceProcess(main, { ...base, ...more }),
  };
}
