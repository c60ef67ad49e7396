import { afterAll, beforeAll } from "vitest";
import type { TextEmbeddingService } from "@repo/contracts/embed-text";
import type { RunningSpace } from "./running-space.ts";

/** A Space that its suite neither starts nor stops. */
export type SpaceFixture<Service = TextEmbeddingService> = Omit<RunningSpace<Service>, "close">;

/** A Space that a fixture can start. */
export interface FixtureTarget<Service> {
  start: (environment?: Readonly<Record<string, string>>) => Promise<RunningSpace<Service>>;
}

/**
 * A Space that runs while the tests of the describe around this call do. It may be used inside tests and hooks only.
 * @param environment variables that differ from the Space's defaults
 */
export function createSpaceFixture<Service>(
  target: FixtureTarget<Service>,
  environment: Readonly<Record<string, string>> = {},
): SpaceFixture<Service> {
  let running: RunningSpace<Service> | undefined;
  const current = (): RunningSpace<Service> => {
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
