import type { TextEmbeddingService } from "@repo/contracts/embed-text";
import type { HostedService } from "@repo/contracts/hosted-service";
import { createServer } from "@repo/server-kit/create-server";
import { listen } from "@repo/server-kit/listen";
import { Secret } from "@repo/server-kit/secret";
import { createHashingEmbedder } from "@repo/server-kit/text-embedding/hashing-embedder";
import { mountTextEmbedding } from "@repo/server-kit/text-embedding/mount-text-embedding";
import { Hono } from "hono";
import { answerFault, type ConnectionBindings, type SpaceFault } from "./space-fault.ts";

export type { SpaceFault } from "./space-fault.ts";

/** One request as the fake Space saw it. */
export interface SeenRequest {
  method: string;
  /** Path with query. */
  path: string;
  headers: Readonly<Record<string, string>>;
}

/** Options of {@link startFakeSpace}. */
export interface FakeSpaceOptions {
  /** Default: feature hashing, 384 dimensions, named outpost/fake. */
  service?: TextEmbeddingService & HostedService;
  /** Keys that callers must send; default open. */
  apiKeys?: readonly string[];
  /** Port to listen on, to come back where a closed one was; default: the system's choice. */
  port?: number;
}

/** A running Space that a test can put to sleep, slow down or cut off. */
export interface FakeSpace {
  url: string;
  port: number;
  service: TextEmbeddingService & HostedService;
  /** Every request since the start or the last {@link FakeSpace.forget}, faults included. */
  requests: readonly SeenRequest[];
  forget(): void;
  /**
   * Answers with a fault from now on, or healthily with undefined.
   * @param options.times how many requests it hits before the Space is healthy again; default all
   * @param options.only paths it hits; default all
   */
  behave(fault: SpaceFault | undefined, options?: { times?: number; only?: readonly string[] }): void;
  close(): Promise<void>;
}

/**
 * Starts a Space on 127.0.0.1 from the real contracts, the real server and a small real service, so that it cannot answer
 * off-contract; in front of it stand the faults that the Hub and the network have.
 */
export async function startFakeSpace(options: FakeSpaceOptions = {}): Promise<FakeSpace> {
  const service = options.service ?? createHashingEmbedder({ model: "outpost/fake", dimensions: 384 });
  const server = createServer({
    name: "fake-space",
    version: "0.0.0",
    status: () => service.status(),
    apiKeys: (options.apiKeys ?? []).map((key) => new Secret(key)),
  });
  mountTextEmbedding(server, { service: async () => service });

  let requests: SeenRequest[] = [];
  const state: { fault: SpaceFault | undefined; timesLeft: number; only: readonly string[] | undefined } = {
    fault: undefined,
    timesLeft: 0,
    only: undefined,
  };
  const front = new Hono<{ Bindings: ConnectionBindings }>();
  front.all("*", async (c) => {
    const { pathname, search } = new URL(c.req.url);
    requests.push({ method: c.req.method, path: `${pathname}${search}`, headers: c.req.header() });
    const hit = state.fault !== undefined && state.timesLeft > 0 && (state.only?.includes(pathname) ?? true);
    if (hit && state.fault !== undefined) {
      state.timesLeft -= 1;
      const answer = await answerFault(state.fault, c.env);
      if (answer !== undefined) return answer;
    }
    return server.app.fetch(c.req.raw, c.env);
  });
  const listener = await listen({ app: front }, { port: options.port ?? 0, hostname: "127.0.0.1" });
  return {
    url: listener.url,
    port: listener.port,
    service,
    get requests() {
      return requests;
    },
    forget: () => {
      requests = [];
    },
    behave: (fault, { times = Number.POSITIVE_INFINITY, only } = {}) => Object.assign(state, { fault, timesLeft: times, only }),
    close: async () => {
      await listener.close({ force: true });
      await service.close();
    },
  };
}
