import { expect, test, type TestContext } from "vitest";
import { createAdaptiveTextGenerator } from "./adaptive-text-generator.ts";
import type { ForeignTextOptions } from "./foreign-text-generator.ts";
import { failureOf } from "../test/failure-of.ts";
import { type Answer, json, page, startLocalSpace } from "../test/local-space.ts";

const prompt = { input: { prompt: "Name a tool" } };
const refuse = json(422, { detail: [{ msg: "Field required", loc: ["body", "prompt"] }] });

/** Answers bodies that have the field, as a server with one contract does. */
function ifIt(has: string, body: unknown): Answer {
  return (response, request, index) => (has in (JSON.parse(request.body) as object) ? json(200, body) : refuse)(response, request, index);
}

async function open(context: TestContext, routes: Record<string, Answer>, options: ForeignTextOptions = {}) {
  const server = await startLocalSpace(context, routes);
  const generator = createAdaptiveTextGenerator(
    { url: server.url, maxAttempts: 2, retryDelayMs: 1, timeoutMs: 5_000, pollIntervalMs: 20, wakeBudgetMs: 300 },
    options,
  );
  context.onTestFinished(() => generator.space.close());
  return { server, generator };
}

const textOf = async (generator: ReturnType<typeof createAdaptiveTextGenerator>): Promise<string | undefined> =>
  (await generator.generate(prompt)).answers[0]?.text;

test.for([
  ["the user guide's body", "inputs", { generated_text: "A saw" }],
  ["a pipeline's list", "inputs", [{ generated_text: "A saw" }]],
  ["the prompt in front of the answer", "inputs", [{ generated_text: "Name a tool A saw" }]],
  ["the older guide's body", "prompt", { generated_text: "A saw", model_version: "v2" }],
  ["Gradio's old body", "data", { data: ["A saw"], duration: 0.1 }],
  ["a bare text", "text", { text: "A saw" }],
  ["a query", "query", { response: "A saw" }],
] as const)("a server that speaks %s is asked in its own way", async ([, field, body], context) => {
  const { server, generator } = await open(context, { "/api/generate": ifIt(field, body) });
  expect(await textOf(generator)).toBe("A saw");
  expect(generator.wire()).toMatchObject({ kind: "inputs", path: "/api/generate", format: field });
  const tries = server.count("/api/generate");
  expect(await textOf(generator), "the way is known by now").toBe("A saw");
  expect(server.count("/api/generate")).toBe(tries + 1);
});

test("sampling reaches a server in the words of pipelines, temperature 0 as no sampling", async (context) => {
  const { server, generator } = await open(context, { "/api/generate": json(200, { generated_text: "ok" }) });
  await generator.generate({ ...prompt, sampling: { temperature: 0, maxNewTokens: 5 } });
  await generator.generate({ ...prompt, sampling: { temperature: 0.7, topP: 0.9, seed: 3 } });
  const bodies = server.seen.filter(({ path }) => path === "/api/generate").map(({ body }) => JSON.parse(body) as unknown);
  expect(bodies).toEqual([
    { inputs: "Name a tool", parameters: { max_new_tokens: 5, do_sample: false, return_full_text: false } },
    { inputs: "Name a tool", parameters: { temperature: 0.7, do_sample: true, top_p: 0.9, seed: 3, return_full_text: false } },
  ]);
});

test("another path is found where the one that was set is not there", async (context) => {
  const { generator } = await open(context, { "/api/predict": ifIt("data", { data: ["A saw"] }) }, { endpoint: "/api/wrong" });
  expect(await textOf(generator)).toBe("A saw");
  expect(generator.wire()).toMatchObject({ path: "/api/predict", format: "data" });
});

test("text-generation-inference is asked at /generate", async (context) => {
  const { generator } = await open(context, {
    "/info": json(200, { model_id: "some/model", max_total_tokens: 2048, version: "3.0" }),
    "/generate": ifIt("inputs", { generated_text: "A saw" }),
  });
  expect(await textOf(generator)).toBe("A saw");
  expect(generator.wire()).toMatchObject({ path: "/generate", format: "inputs", constrains: false });
});

test("a server of OpenAI's protocol is asked as a conversation, with the model it lists", async (context) => {
  const completion = { model: "some-model", choices: [{ message: { content: "A saw" }, finish_reason: "length" }] };
  const { server, generator } = await open(context, {
    "/v1/models": json(200, { data: [{ id: "some-model" }] }),
    "/v1/chat/completions": json(200, completion),
  });
  const { answers, model } = await generator.generate({ ...prompt, sampling: { temperature: 0 } });
  expect(answers[0]).toMatchObject({ text: "A saw", finishReason: "length" });
  expect(model.model).toBe("some-model");
  const body = JSON.parse(server.seen.find(({ path }) => path === "/v1/chat/completions")?.body ?? "") as unknown;
  expect(body).toMatchObject({ model: "some-model", temperature: 0, messages: [{ role: "user", content: "Name a tool" }] });
});

test.for(["", "/gradio_api"])("a Gradio demo under %s/call is asked in its two steps", async (prefix, context) => {
  const parameters = [
    { parameter_name: "message", parameter_has_default: false, python_type: { type: "str" } },
    { parameter_name: "max_tokens", parameter_has_default: true, parameter_default: 512, python_type: { type: "float" } },
    { parameter_name: "style", parameter_has_default: true, parameter_default: "dry", python_type: { type: "str" } },
  ];
  const stream = 'event: generating\ndata: ["A"]\n\nevent: complete\ndata: ["A saw"]\n\n';
  const { server, generator } = await open(context, {
    [`${prefix}/info`]: json(200, { named_endpoints: { "/lookup": { parameters: [] }, "/chat": { parameters } }, unnamed_endpoints: {} }),
    [`${prefix}/call/chat`]: json(200, { event_id: "e1" }),
    [`${prefix}/call/chat/e1`]: (response) => void response.writeHead(200, { "content-type": "text/event-stream" }).end(stream),
  });
  const { answers } = await generator.generate({ ...prompt, sampling: { maxNewTokens: 9 } });
  expect(answers[0]?.text).toBe("A saw");
  expect(JSON.parse(server.seen.find(({ path }) => path === `${prefix}/call/chat`)?.body ?? "")).toEqual({
    data: ["Name a tool", 9, "dry"],
  });
});

test("an error of a Gradio demo is told", async (context) => {
  const parameters = [{ parameter_name: "text", parameter_has_default: false, python_type: { type: "str" } }];
  const { generator } = await open(context, {
    "/info": json(200, { named_endpoints: { "/predict": { parameters } } }),
    "/call/predict": json(200, { event_id: "e1" }),
    "/call/predict/e1": (response) => void response.end('event: error\ndata: "CUDA out of memory"\n\n'),
  });
  expect(await failureOf(generator.generate(prompt))).toMatchObject({
    code: "inference_failed",
    message: expect.stringContaining("out of memory") as string,
  });
});

test("an answer of 200 that holds an error is an error", async (context) => {
  const { generator } = await open(context, { "/api/generate": json(200, { generated_text: "", error: "model not loaded" }) });
  expect(await failureOf(generator.generate(prompt))).toMatchObject({
    code: "inference_failed",
    message: expect.stringContaining("model not loaded") as string,
  });
});

test("a wrong key is told at once, and no other way is tried", async (context) => {
  const { server, generator } = await open(context, { "*": json(401, { error: "Invalid credentials" }) });
  expect(await failureOf(generator.generate(prompt))).toMatchObject({ code: "unauthorized" });
  expect(server.seen.filter(({ method }) => method === "POST")).toHaveLength(0);
});

test("a server that no way fits is told with everything that was tried", async (context) => {
  const { generator } = await open(context, { "/api/generate": refuse });
  const error = await failureOf(generator.generate(prompt));
  expect(error).toMatchObject({ code: "not_found", details: { cause: "no_wire" } });
  const tried = error.details?.["tried"] as { path: string; status: number; said: string }[];
  expect(tried[0]).toMatchObject({
    path: "/api/generate",
    format: "inputs",
    status: 422,
    said: expect.stringContaining("Field required") as string,
  });
  expect(tried.filter(({ path }) => path === "/api/generate")).toHaveLength(5);
  expect(
    tried.filter(({ path }) => path === "/run/predict"),
    "a path that is not there is tried once",
  ).toHaveLength(1);
});

test("a sleeping Space is not taken for one of another make", async (context) => {
  const { server, generator } = await open(context, { "/health": page(503), "*": page(503) });
  expect(await failureOf(generator.generate(prompt))).toMatchObject({ code: "model_unavailable" });
  expect(server.seen.filter(({ method }) => method === "POST")).toHaveLength(0);
  expect(generator.wire()).toBeUndefined();
});

test("a stream of another make's is one token, with the answer and the end", async (context) => {
  const { generator } = await open(context, { "/api/generate": json(200, { generated_text: "A saw" }) });
  const events: unknown[] = [];
  for await (const event of generator.stream({ ...prompt, answers: 2 }))
    events.push([event.type, event.type === "end" ? undefined : event.answer]);
  expect(events).toEqual([
    ["token", 0],
    ["answer", 0],
    ["token", 1],
    ["answer", 1],
    ["end", undefined],
  ]);
});
