import { afterAll, beforeAll } from "vitest";
import type { EmbeddingSpace } from "./embedding-space.ts";
import type { RunningSpace } from "./running-space.ts";

/** A Space that its suite neither starts nor stops. */
export type SpaceFixture = Omit<RunningSpace, "close">;

/**
 * A Space that runs while the tests of the describe around this call do. It may be used inside tests and hooks only.
 * @param environment variables that differ from the Space's defaults
 */
export function createSpaceFixture(target: EmbeddingSpace, environment: Readonly<Record<string, string>> = {}): SpaceFixture {
  let running: RunningSpace | undefined;
  const current = (): RunningSpace => {
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
