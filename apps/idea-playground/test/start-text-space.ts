import { createServer } from "@repo/server-kit/create-server";
import { listen } from "@repo/server-kit/listen";
import { Secret } from "@repo/server-kit/secret";
import { mountTextGeneration } from "@repo/server-kit/text-generation/mount-text-generation";
import { answerFault, type ConnectionBindings, type SpaceFault } from "@repo/testing/space-fault";
import { type ChainGenerator, type ChainGeneratorOptions, createChainGenerator } from "@repo/testing/text-generation/chain-generator";
import { Hono } from "hono";

/** A running Space that writes text, which a test can put to sleep or cut off. */
export interface TextSpace {
  url: string;
  port: number;
  generator: ChainGenerator;
  /** Paths of all requests, in order. */
  paths: string[];
  /** Authorization headers of all requests that had one. */
  tokens: string[];
  /** Answers with a fault from now on, or healthily with undefined. */
  behave(fault: SpaceFault | undefined): void;
  close(): Promise<void>;
}

/**
 * Starts a Space on 127.0.0.1 from the real contracts and the real server, with a chain of words for a model; in front of it
 * stand the faults that the Hub and the network have.
 */
export async function startTextSpace(options: ChainGeneratorOptions & { apiKeys?: string[]; port?: number } = {}): Promise<TextSpace> {
  const { apiKeys = [], port = 0, ...rest } = options;
  const generator = createChainGenerator({ contextTokens: 20_000, maxNewTokens: 4_000, ...rest });
  const server = createServer({ name: "text-space", version: "0.0.0", apiKeys: apiKeys.map((key) => new Secret(key)) });
  mountTextGeneration(server, { service: async () => await Promise.resolve(generator) });
  const paths: string[] = [];
  const tokens: string[] = [];
  let fault: SpaceFault | undefined;
  const front = new Hono<{ Bindings: ConnectionBindings }>();
  front.all("*", async (c) => {
    paths.push(new URL(c.req.url).pathname);
    const token = c.req.header("authorization");
    if (token !== undefined) tokens.push(token);
    const answer = fault === undefined ? undefined : await answerFault(fault, c.env);
    return answer ?? (await server.app.fetch(c.req.raw, c.env));
  });
  const listener = await listen({ app: front }, { port, hostname: "127.0.0.1" });
  return {
    url: listener.url,
    port: listener.port,
    generator,
    paths,
    tokens,
    behave: (next) => (fault = next),
    close: async () => await listener.close({ force: true }),
  };
}
