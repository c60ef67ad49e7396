import { errorBody } from "@repo/contracts/error-body";
import { openAiGenerationError, tgiError } from "@repo/contracts/generation-errors";
import { createLifecycle } from "@repo/server-kit/lifecycle";
import { loadConfig } from "@repo/server-kit/load-config";
import { documentedErrorStatuses } from "@repo/server-kit/openapi";
import { createChainGenerator } from "@repo/testing/text-generation/chain-generator";
import * as fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { createApp } from "./app.ts";
import { configSchema } from "./config.ts";

const bodies = 6000;
const generator = createChainGenerator({ maxNewTokens: 64 });
const lifecycle = createLifecycle({ load: async () => await Promise.resolve(generator) });
const server = createApp({ config: loadConfig(configSchema, { LOG_LEVEL: "silent", MAX_BODY_BYTES: "200000" }), lifecycle });
const routes = server.routes.filter((route) => route.method === "POST");
const paths = [...new Set(routes.map((route) => route.path))];
const errorShapes = [errorBody, openAiGenerationError, tgiError];
beforeAll(async () => await lifecycle.settled());

const text = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 40 }),
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.constantFrom("", "\0", "\ud800", "a\udfffb", "__proto__", "<|im_end|>", "</s>", "[INST]", "x".repeat(5000), "word ".repeat(900)),
);
const number = fc.oneof(fc.integer({ min: -2, max: 40 }), fc.integer(), fc.double(), fc.constantFrom(0, 1, -1, 0.5, 2 ** 60, -(2 ** 60)));
const scalar = fc.oneof(text, number, fc.boolean(), fc.constant(null));
const anything = fc.anything({ withNullPrototype: false, withObjectString: true, maxDepth: 3, values: [scalar] });
const schema = fc.oneof(
  fc.constantFrom(
    { type: "string" },
    { type: "object", properties: { a: { type: "integer" } } },
    { title: "string" },
    true,
    {},
    { $ref: "#" },
  ),
  anything,
);
const form = fc.oneof(
  fc.record({ type: fc.constantFrom("json", "json_object", "json_schema", "regex", "choice", "text", "lark"), value: schema }),
  fc.record({ type: fc.constant("json_schema"), json_schema: fc.record({ name: text, schema }) }),
  fc.record({ type: fc.constant("choice"), choices: fc.array(text, { maxLength: 3 }) }),
  anything,
);
const message = fc.oneof(
  fc.record({ role: fc.constantFrom("system", "user", "assistant", "tool", "developer", ""), content: text }),
  fc.record({
    role: fc.constant("user"),
    content: fc.array(fc.record({ type: fc.constantFrom("text", "image_url"), text }), { maxLength: 2 }),
  }),
  anything,
);
const values: Record<string, fc.Arbitrary<unknown>> = {
  prompt: fc.oneof(text, fc.array(text, { maxLength: 3 })),
  inputs: text,
  text,
  query: text,
  data: fc.array(anything, { maxLength: 3 }),
  messages: fc.array(message, { maxLength: 3 }),
  ...Object.fromEntries(
    ["parameters", "params"].map((name) => [
      name,
      fc.dictionary(
        fc.constantFrom(
          "max_new_tokens",
          "temperature",
          "top_p",
          "top_k",
          "seed",
          "stop",
          "best_of",
          "details",
          "context",
          "grammar",
          "conversation_history",
        ),
        fc.oneof(number, scalar, form),
      ),
    ]),
  ),
  ...Object.fromEntries(
    [
      "max_new_tokens",
      "max_tokens",
      "temperature",
      "top_k",
      "top_p",
      "min_p",
      "repetition_penalty",
      "frequency_penalty",
      "seed",
      "n",
      "best_of",
      "answers",
      "top_tokens",
      "logprobs",
      "top_logprobs",
    ].map((name) => [name, number]),
  ),
  ...Object.fromEntries(
    ["response_format", "grammar", "guided_json", "guided_regex", "guided_choice", "structured_outputs", "json_schema"].map((name) => [
      name,
      form,
    ]),
  ),
  ...Object.fromEntries(["stream", "echo", "logprobs", "return_full_text"].map((name) => [name, fc.boolean()])),
  ...Object.fromEntries(
    ["stop", "tools", "tool_choice", "logit_bias", "stream_options", "model", "__proto__", "constructor"].map((name) => [name, anything]),
  ),
};

/** A body that would be right, with a few fields that may be wrong. */
const nearlyRight = fc
  .tuple(
    fc.constantFrom<object>(
      { prompt: "A lamp" },
      { inputs: "A lamp" },
      { messages: [{ role: "user", content: "Hi" }] },
      { prompt: "x", max_tokens: 4 },
      {},
    ),
    fc.array(
      fc
        .constantFrom(...Object.keys(values))
        .chain((name) => (values[name] as fc.Arbitrary<unknown>).map((value) => [name, value] as const)),
      { maxLength: 3 },
    ),
  )
  .map(([base, fields]) => {
    const all = [...Object.entries(base), ...fields.filter(([, value]) => value !== undefined)];
    return `{${all.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value) ?? "null"}`).join(",")}}`;
  });
const wholeJson = anything.map((value) => JSON.stringify(value) ?? "null");
const brokenJson = fc.tuple(nearlyRight, fc.nat(), text).map(([json, at, noise]) => json.slice(0, at % (json.length + 1)) + noise);
const literals = fc.constantFrom(
  '{"prompt":"a","temperature":NaN}',
  '{"inputs":"a","parameters":{"top_p":Infinity}}',
  '{"prompt":"a","temperature":1e999}',
);
const body = fc.oneof(
  { weight: 6, arbitrary: nearlyRight },
  { weight: 1, arbitrary: wholeJson },
  { weight: 1, arbitrary: brokenJson },
  { weight: 1, arbitrary: literals },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }) },
);

const send = (path: string, sent: string | Uint8Array<ArrayBuffer>, signal?: AbortSignal) =>
  server.app.request(path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: sent,
    ...(signal === undefined ? {} : { signal }),
  });

function findStreamProblem(stream: string): string {
  const parts = stream.split("\n").filter((line) => line.startsWith("data: {") || line.startsWith("{"));
  if (parts.length === 0) return "a stream without values";
  return parts.some((part) => Object.hasOwn(JSON.parse(part.replace("data: ", "")) as object, "error")) ? "a stream with an error" : "";
}

function findProblem(path: string, status: number, answer: unknown): string {
  if (status === 200) return "";
  const documented = routes.filter((route) => route.path === path).flatMap(documentedErrorStatuses);
  if (status >= 500 || !documented.includes(status)) return `status ${status}`;
  return errorShapes.some((shape) => shape.safeParse(answer).success) ? "" : "an error in no known shape";
}

test(`${bodies} generated bodies get an answer, a stream or a documented JSON error, and the server lives`, async () => {
  const seen = new Map<number, number>();
  let streams = 0;
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...paths), body, async (path, sent) => {
      const response = await send(path, sent as string | Uint8Array<ArrayBuffer>);
      seen.set(response.status, (seen.get(response.status) ?? 0) + 1);
      const answer = await response.text();
      const isStream = response.status === 200 && !(response.headers.get("content-type") ?? "").startsWith("application/json");
      if (isStream) streams += 1;
      expect(response.headers.get("x-request-id")).not.toBeNull();
      expect(isStream ? findStreamProblem(answer) : findProblem(path, response.status, JSON.parse(answer))).toBe("");
    }),
    { numRuns: bodies },
  );
  // A generator that only ever makes nonsense, or never does, would prove nothing.
  expect(seen.get(200)).toBeGreaterThan(bodies / 20);
  expect((seen.get(400) ?? 0) + (seen.get(422) ?? 0)).toBeGreaterThan(bodies / 20);
  expect(streams).toBeGreaterThan(bodies / 100);
  expect(Object.keys(Object.prototype)).toEqual([]);
  expect([server.admission.running, generator.running]).toEqual([0, 0]);
}, 300_000);

test("callers that leave at any moment of any route leave nothing running", async () => {
  const slow = createChainGenerator({ tokenDelayMs: 2 });
  const slowLifecycle = createLifecycle({ load: async () => await Promise.resolve(slow) });
  const slowServer = createApp({ config: loadConfig(configSchema, { LOG_LEVEL: "silent" }), lifecycle: slowLifecycle });
  await slowLifecycle.settled();
  const sent = { prompt: "A lamp", inputs: "A lamp", max_tokens: 60, stream: true };
  const requests: Record<string, object> = {
    "/generate-text/stream": { prompt: "A lamp", max_new_tokens: 60, temperature: 3 },
    "/generate-text": { prompt: "A lamp", max_new_tokens: 60, temperature: 3 },
    "/v1/chat/completions": { messages: [{ role: "user", content: "A lamp" }], max_tokens: 60, temperature: 3, stream: true },
    "/v1/completions": { ...sent, temperature: 3 },
    "/generate": { inputs: "A lamp", parameters: { max_new_tokens: 60, temperature: 3 } },
    "/generate_stream": { inputs: "A lamp", parameters: { max_new_tokens: 60, temperature: 3 } },
    "/api/generate": { inputs: "A lamp", parameters: { max_new_tokens: 60, temperature: 3 }, stream: true },
  };
  await Promise.all(
    Object.entries(requests).flatMap(([path, request]) =>
      [0, 3, 10, 25].map(async (delayMs) => {
        const controller = new AbortController();
        setTimeout(() => controller.abort(), delayMs);
        const init = {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify(request),
          signal: controller.signal,
        };
        const response = await slowServer.app.request(path, init);
        const reader = response.body?.getReader();
        await reader?.read();
        if (delayMs === 3) await reader?.cancel();
      }),
    ),
  );
  await expect.poll(() => [slowServer.admission.running, slow.running], { timeout: 10_000 }).toEqual([0, 0]);
  expect(slow.cancelled).toBeGreaterThan(0);
});

test("a stream that breaks ends with the error in the family's shape, and the server goes on", async () => {
  const breaking = {
    prompt: "!fail",
    inputs: "!fail",
    messages: [{ role: "user", content: "!fail" }],
    max_tokens: 30,
    temperature: 3,
    stream: true,
  };
  const { messages, ...completion } = breaking;
  const cases: [string, object, { safeParse: (value: unknown) => { success: boolean } }][] = [
    ["/generate-text/stream", { prompt: "!fail", max_new_tokens: 30, temperature: 3 }, errorBody],
    ["/v1/completions", completion, openAiGenerationError],
    ["/v1/chat/completions", { messages, max_tokens: 30, temperature: 3, stream: true }, openAiGenerationError],
    ["/generate_stream", { inputs: "!fail", parameters: { max_new_tokens: 30, temperature: 3 } }, tgiError],
  ];
  for (const [path, request, shape] of cases) {
    const lines = (await (await send(path, JSON.stringify(request))).text()).split("\n").filter((line) => line.includes("{"));
    const last: unknown = JSON.parse((lines.at(-1) ?? "").replace("data: ", ""));
    expect([path, shape.safeParse(last).success, lines.length > 1]).toEqual([path, true, true]);
  }
  expect((await send("/generate", JSON.stringify({ inputs: "still here" }))).status).toBe(200);
});
