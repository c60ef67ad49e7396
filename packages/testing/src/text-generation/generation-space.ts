import type { GenerationService } from "@repo/contracts/generate-text";
import type { z } from "zod";
import { afterAll, beforeAll } from "vitest";
import { type RunningSpace, type StartableSpace, startSpace } from "../text-embedding/running-space.ts";

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
export type GenerationFixture = Omit<RunningGenerationSpace, "close">;

/**
 * A Space that runs while the tests of the describe around this call do. It may be used inside tests and hooks only.
 * @param environment variables that differ from the Space's defaults
 */
export function createGenerationFixture(target: GenerationSpace, environment: Readonly<Record<string, string>> = {}): GenerationFixture {
  let running: RunningGenerationSpace | undefined;
  const current = (): RunningGenerationSpace => {
    if (running === undefined) throw new Error("The Space runs only while tests do.");
    return running;
  };
  beforeAll(async () => {
    running = await target.start(environment);
  });
  afterAll(() => running?.close());
  return {
    get url() {
      return current().url;
    },
    get service() {
      return current().service;
    },
    post: (...request) => current().post(...request),
    status: () => current().status(),
  };
}
