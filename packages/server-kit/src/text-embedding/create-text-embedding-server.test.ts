import { expect, test } from "vitest";
import { z } from "zod";
import { createLifecycle } from "../lifecycle.ts";
import { loadConfig } from "../load-config.ts";
import type { Server } from "../server.ts";
import { serverVariables } from "../server-variables.ts";
import { createTextEmbeddingServer } from "./create-text-embedding-server.ts";
import { createHashingEmbedder } from "./hashing-embedder.ts";
import { textEmbeddingVariables } from "./text-embedding-variables.ts";

const configSchema = z.object({ ...serverVariables({ port: 7860 }), ...textEmbeddingVariables() });
const token = "hf_aTokenOfTheOwner";

async function start(environment: Record<string, string>): Promise<Server> {
  const lifecycle = createLifecycle({ load: async () => createHashingEmbedder({ model: "test/words", dimensions: 32 }) });
  await lifecycle.settled();
  const page = { title: "Words", lead: "Words.", pair: ["a", "b"], list: ["a", "b"] } as const;
  const manifest = { name: "@repo/words-embed", version: "1.2.3" };
  return createTextEmbeddingServer(
    { manifest, description: "Words.", page },
    { config: loadConfig(configSchema, { LOG_LEVEL: "silent", ...environment }), lifecycle },
  );
}

/** The Hub in front of a private Space: nothing passes without a token of somebody who may read it; headers are left as they are. */
async function throughTheGate(server: Server, path: string, headers: Record<string, string>, body?: unknown): Promise<Response> {
  if (headers["authorization"] !== `Bearer ${token}`) return new Response("<!doctype html><title>404</title>", { status: 404 });
  return await server.app.request(path, {
    method: body === undefined ? "GET" : "POST",
    headers: { "content-type": "application/json", ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

test("a Space goes by the name of its folder, and has its routes and its page", async () => {
  const server = await start({});
  expect(await (await server.app.request("/health")).json()).toMatchObject({ service: "words-embed", version: "1.2.3" });
  expect(await (await server.app.request("/")).text()).toContain("<title>Words</title>");
  expect((await server.app.request("/v1/models")).status).toBe(200);
});

test("in a private Space one token in Authorization opens the Hub's gate and the Space", async () => {
  const server = await start({ HF_SPACE_API_TOKEN: token });
  const headers = { authorization: `Bearer ${token}` };
  for (const [path, body] of [
    ["/v1/embeddings", { model: "any", input: "a cat" }],
    ["/embed", { text: "a cat" }],
    ["/embed", { inputs: "a cat" }],
    ["/api/embed", { model: "any", input: "a cat" }],
  ] as const)
    expect((await throughTheGate(server, path, headers, body)).status).toBe(200);
});

test("in a private Space with keys of its own, Authorization is the Hub's and X-API-Key the Space's", async () => {
  const server = await start({ SPACE_API_KEYS: "one, two" });
  const authorization = `Bearer ${token}`;
  const body = { model: "any", input: "a cat" };
  expect((await throughTheGate(server, "/v1/embeddings", { authorization, "x-api-key": "two" }, body)).status).toBe(200);
  expect((await throughTheGate(server, "/v1/embeddings", { authorization }, body)).status).toBe(401);
});

test.each([
  ["no key", {}],
  ["a wrong key", { authorization: "Bearer hf_somebodyElse" }],
  ["the right key under a wrong scheme", { authorization: `Basic ${token}` }],
])("%s is 401 in OpenAI's shape under /v1, and names no key", async (_case, headers: Record<string, string>) => {
  const server = await start({ HF_SPACE_API_TOKEN: token });
  const body = JSON.stringify({ model: "any", input: "a cat" });
  const response = await server.app.request("/v1/embeddings", {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body,
  });
  expect(response.status).toBe(401);
  const text = await response.text();
  expect(JSON.parse(text)).toEqual({
    error: {
      message: expect.any(String) as string,
      type: expect.any(String) as string,
      param: null,
      code: "unauthorized",
    },
  });
  expect(text).not.toContain("hf_");
});

test("the routes that watch a Space need no key of its own", async () => {
  const server = await start({ HF_SPACE_API_TOKEN: token });
  for (const path of ["/health", "/ready", "/", "/docs", "/openapi.json"]) expect((await server.app.request(path)).status).toBe(200);
});
