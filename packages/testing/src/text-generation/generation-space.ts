import type { GenerationService } from "@repo/contracts/generate-text";
import type { z } from "zod";
import { type RunningSpace, type StartableSpace, startSpace } from "../running-space.ts";
import type { SpaceFixture } from "../space-fixture.ts";

/** A Space that writes text, running. */
export type RunningGenerationSpace = RunningSpace<GenerationService>;

/** A Space that writes text and that suites can start. */
export interface GenerationSpace {
  /** In this process, listening on a port of its own. */
  start: (environment?: Readonly<Record<string, string>>) => Promise<RunningGenerationSpace>;
}

/** Makes a Space known to the suites of this folder. @param base variables that hold for every test of this Space */
export function defineGenerationSpace<Schema extends z.ZodObject, Service extends GenerationService>(
  parts: StartableSpace<Schema, Service>,
  base: Readonly<Record<string, string>> = {},
): GenerationSpace {
  return { start: async (more = {}) => await startSpace(parts, { PORT: "0", LOG_LEVEL: "silent", ...base, ...more }) };
}

/** A Space that its suite neither starts nor stops. */
export type GenerationFixture = SpaceFixture<GenerationService>;
