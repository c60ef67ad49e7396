import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "vitest";

/** One request as it arrived. */
export interface SeenRequest {
  method: string;
  path: string;
  headers: IncomingMessage["headers"];
  body: string;
  at: number;
}

/** Answers one request; `index` counts the requests of this path from 0. */
export type Answer = (response: ServerResponse, request: SeenRequest, index: number) => void | Promise<void>;

/** A real HTTP server with scripted routes. */
export interface LocalSpace {
  url: string;
  seen: SeenRequest[];
  count(path: string): number;
  /** Replaces the answer of a path; "*" is for all others. */
  on(path: string, answer: Answer): void;
  close(): Promise<void>;
  listen(port?: number): Promise<void>;
  port: number;
}

export const identity = { model: "test/tiny", revision: "r1", dimensions: 4 };

/** Starts a healthy Space whose vectors are [length of the text, 1, 2, 3]; it ends with the test. */
export async function startLocalSpace(
  context: Pick<TestContext, "onTestFinished">,
  routes: Record<string, Answer> = {},
): Promise<LocalSpace> {
  const answers = new Map<string, Answer>(Object.entries({ ...healthyRoutes, ...routes }));
  const seen: SeenRequest[] = [];
  const server = createServer((request, response) => void handle(request, response));

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const path = (request.url ?? "").split("?")[0] as string;
    const entry = {
      method: request.method ?? "",
      path,
      headers: request.headers,
      body: Buffer.concat(chunks).toString("utf8"),
      at: Date.now(),
    };
    const index = seen.filter((item) => item.path === path).length;
    seen.push(entry);
    const answer = answers.get(path) ?? answers.get("*") ?? (send404 as Answer);
    await answer(response, entry, index);
  }

  const space: LocalSpace = {
    url: "",
    port: 0,
    seen,
    count: (path) => seen.filter((item) => item.path === path).length,
    on: (path, answer) => void answers.set(path, answer),
    async listen(port = 0) {
      server.listen(port, "127.0.0.1");
      await once(server, "listening");
      space.port = (server.address() as AddressInfo).port;
      space.url = `http://127.0.0.1:${space.port}`;
    },
    async close() {
      if (!server.listening) return;
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
  await space.listen();
  context.onTestFinished(() => space.close());
  return space;
}

export const html: Answer = (response) =>
  void response.writeHead(200, { "content-type": "text/html" }).end("<!DOCTYPE html><title>Space</title>");

export function json(status: number, body: unknown, headers: Record<string, string> = {}): Answer {
  return (response) => void response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
}

export function page(status: number, headers: Record<string, string> = {}): Answer {
  return (response) =>
    void response.writeHead(status, { "content-type": "text/html", ...headers }).end("<html><body>This Space is sleeping</body></html>");
}

export const health = json(200, { status: "ok", service: "tiny", version: "1", uptimeSeconds: 1 });
export const ready = json(200, { ready: true, stage: "ready" });

export const embed: Answer = (response, request, index) =>
  json(200, embedAnswer(JSON.parse(request.body) as EmbedBody))(response, request, index);

interface EmbedBody {
  texts: string[];
  encoding_format?: string;
}

export function embedAnswer(body: EmbedBody, overrides: Record<string, unknown> = {}): Record<string, unknown> {
  const vectors = body.texts.map((text) => Float32Array.of(text.length, 1, 2, 3));
  const encode = (vector: Float32Array) =>
    body.encoding_format === "base64" ? Buffer.from(vector.buffer).toString("base64") : [...vector];
  return {
    ...identity,
    embeddings: vectors.map(encode),
    count: vectors.length,
    usage: { tokens: vectors.length * 3 },
    truncated: [],
    ...overrides,
  };
}

const healthyRoutes: Record<string, Answer> = { "/health": health, "/ready": ready, "/embed": embed };

function send404(response: ServerResponse): void {
  response
    .writeHead(404, { "content-type": "application/json" })
    .end(JSON.stringify({ error: { code: "not_found", message: "nothing here", requestId: "r", retryable: false } }));
}
