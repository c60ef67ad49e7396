import { openAiChatRequest } from "@repo/contracts/openai-chat";
import { openAiEmbeddingsRequest } from "@repo/contracts/openai-embeddings";
import { listen } from "@repo/server-kit/listen";
import { createHashingEmbedder } from "@repo/server-kit/text-embedding/hashing-embedder";
import { Hono } from "hono";
import type { z } from "zod";

/** One request as the server got it. */
export interface SeenOpenAiRequest {
  path: string;
  authorization: string | undefined;
  body: unknown;
}

/** Options of {@link startOpenAiServer}. */
export interface OpenAiServerOptions {
  /** Key that must come as `Authorization: Bearer`; default none. */
  apiKey?: string;
  /** What stands before /embeddings and /chat/completions. Default /v1. */
  prefix?: string;
  /** Length of the vectors. Default 16. */
  dimensions?: number;
  /** false: base64 is ignored and numbers are answered, as many servers do. Default true. */
  knowsBase64?: boolean;
}

/** A running server of another make that speaks OpenAI's protocol. */
export interface OpenAiServer {
  /** Base URL as an SDK takes it, with the prefix. */
  baseUrl: string;
  requests: readonly SeenOpenAiRequest[];
  /** Answers of the next chat completions; the last one stays. A string is the content of an answer. */
  replies: (string | ((body: z.output<typeof openAiChatRequest>) => Response | Promise<Response>))[];
  /** When set, answers `POST /embeddings` instead. */
  embeddingsReply: ((body: z.output<typeof openAiEmbeddingsRequest>) => Response) | undefined;
  close(): Promise<void>;
}

/** A chat completion with this content. */
export function toChatCompletion(content: string, finishReason = "stop"): Response {
  return Response.json({
    id: "chatcmpl-1",
    object: "chat.completion",
    created: 0,
    model: "test-model",
    choices: [{ index: 0, message: { role: "assistant", content, refusal: null }, finish_reason: finishReason, logprobs: null }],
    usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
  });
}

/** An error as OpenAI sends it. */
export function toOpenAiError(status: number, message: string, headers: Record<string, string> = {}): Response {
  return Response.json({ error: { message, type: "invalid_request_error", param: null, code: null } }, { status, headers });
}

/**
 * Starts a server that is not ours on 127.0.0.1: OpenAI's two routes and nothing else (no /health, /ready or /info), with
 * vectors by feature hashing under the name "foreign-embedding" and answers that the test writes.
 */
export async function startOpenAiServer(options: OpenAiServerOptions = {}): Promise<OpenAiServer> {
  const { apiKey, prefix = "/v1", dimensions = 16, knowsBase64 = true } = options;
  const embedder = createHashingEmbedder({ model: "foreign-embedding", dimensions });
  const requests: SeenOpenAiRequest[] = [];
  const app = new Hono();
  const state: Pick<OpenAiServer, "replies" | "embeddingsReply"> = { replies: [], embeddingsReply: undefined };

  app.use(async (c, next) => {
    const authorization = c.req.header("authorization");
    const text = await c.req.text();
    requests.push({ path: c.req.path, authorization, body: text === "" ? undefined : JSON.parse(text) });
    if (apiKey !== undefined && authorization !== `Bearer ${apiKey}`)
      return toOpenAiError(401, `Incorrect API key provided: ${authorization ?? ""}.`);
    return await next();
  });
  app.post(`${prefix}/embeddings`, async (c) => {
    const body = openAiEmbeddingsRequest.parse(await c.req.json());
    if (state.embeddingsReply !== undefined) return state.embeddingsReply(body);
    const texts = [body.input].flat() as string[];
    const { vectors } = await embedder.embed({ texts });
    const data = vectors.map((vector, index) => ({
      object: "embedding",
      index,
      embedding:
        body.encoding_format === "base64" && knowsBase64
          ? Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString("base64")
          : [...vector],
    }));
    // Nothing promises that the list is in order, and some servers' is not.
    return c.json({ object: "list", data: data.toReversed(), model: "foreign-embedding", usage: { prompt_tokens: 3, total_tokens: 3 } });
  });
  app.post(`${prefix}/chat/completions`, async (c) => {
    const body = openAiChatRequest.parse(await c.req.json());
    const reply = state.replies.length > 1 ? state.replies.shift() : state.replies[0];
    return typeof reply === "function" ? await reply(body) : toChatCompletion(reply ?? "");
  });
  app.notFound(() => toOpenAiError(404, "Invalid URL"));

  const listener = await listen({ app }, { port: 0, hostname: "127.0.0.1" });
  return Object.assign(state, { baseUrl: `${listener.url}${prefix}`, requests, close: async () => await listener.close({ force: true }) });
}
