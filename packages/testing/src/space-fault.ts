import type { IncomingMessage } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

/** What @hono/node-server hands to a handler. */
export interface ConnectionBindings {
  incoming: IncomingMessage;
}

/** A way in which a Space on the Hub, or the network before it, fails. */
export type SpaceFault =
  /** The Hub's page for a Space that sleeps: HTML with 503. */
  | { kind: "asleep" }
  /** The Hub's page while the image is built: HTML with 503. */
  | { kind: "building" }
  /** The Hub's page in place of the Space, with status 200. */
  | { kind: "page" }
  /** The edge's answer for a private Space without a right token. */
  | { kind: "unauthorized" }
  | { kind: "not-found" }
  /** The Space runs, its model does not: our own 503. */
  | { kind: "loading"; retryAfterMs?: number }
  /** The queue is full: 429 with Retry-After. */
  | { kind: "overloaded"; retryAfterMs: number }
  /** A defect: 500 with our own body. */
  | { kind: "broken" }
  /** The answer comes, but late. */
  | { kind: "slow"; delayMs: number }
  /** The connection ends in the middle of the answer. */
  | { kind: "cut" }
  /** The connection ends before any answer. */
  | { kind: "reset" }
  /** A 200 whose body is not JSON. */
  | { kind: "garbage" };

/** The answer of a fault; undefined when the healthy one follows. */
export async function answerFault(fault: SpaceFault, { incoming }: ConnectionBindings): Promise<Response | undefined> {
  switch (fault.kind) {
    case "asleep":
      return toPage("This Space is sleeping", 503);
    case "building":
      return toPage("Building", 503);
    case "page":
      return toPage("Your Space is starting", 200);
    case "unauthorized":
      return Response.json({ error: "Invalid credentials in Authorization header" }, { status: 401 });
    case "not-found":
      return toPage("404: the page you are looking for does not exist", 404);
    case "loading":
      return toError(503, "model_unavailable", "The model is loading.", fault.retryAfterMs);
    case "overloaded":
      return toError(429, "overloaded", "The queue is full.", fault.retryAfterMs);
    case "broken":
      return toError(500, "internal", "The server made a mistake.");
    case "slow":
      await sleep(fault.delayMs);
      return undefined;
    case "reset":
      incoming.socket.destroy();
      return new Response(null);
    case "cut":
      return new Response(
        toCutStream(() => incoming.socket.destroy()),
        { headers: { "content-type": "application/json" } },
      );
    case "garbage":
      break;
  }
  return new Response("ok, but not JSON", { headers: { "content-type": "application/json" } });
}

function toCutStream(cut: () => void): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start: async (controller) => {
      controller.enqueue(Buffer.from('{"embeddings":[[0.1,'));
      // The bytes must be on their way before the end is.
      await sleep(20);
      cut();
      controller.close();
    },
  });
}

function toPage(title: string, status: number): Response {
  return new Response(`<!DOCTYPE html><html><head><title>${title}</title></head><body><h1>${title}</h1></body></html>`, {
    status,
    headers: { "content-type": "text/html; charset=utf-8" },
  });
}

function toError(status: number, code: string, message: string, retryAfterMs?: number): Response {
  const retry =
    retryAfterMs === undefined ? {} : { "retry-after": String(Math.ceil(retryAfterMs / 1000)), "retry-after-ms": String(retryAfterMs) };
  return Response.json({ error: { code, message, requestId: "fake", retryable: true } }, { status, headers: retry });
}
