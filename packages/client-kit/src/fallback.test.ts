import { CodedError, type ErrorCode } from "@repo/contracts/coded-error";
import type { TextEmbedder } from "@repo/contracts/embed-text";
import { expect, test, type TestContext } from "vitest";
import { withFallback, type WithFallbackOptions } from "./fallback.ts";
import { createTextEmbedderClient } from "./text-embedder-client.ts";
import { failureOf } from "../test/failure-of.ts";
import { embed, identity, json, page, startLocalSpace, type Answer } from "../test/local-space.ts";

/** A local service whose vectors differ from the Space's in the last place, so that one can see who answered. */
function localService(overrides: Partial<typeof identity> = {}): TextEmbedder {
  const own = { ...identity, ...overrides };
  return {
    info: async () => ({ ...own, maxTokens: 256, pooling: "mean", precision: "fp32", promptNames: [] }),
    embed: async ({ texts }) => ({
      identity: own,
      vectors: texts.map((text) => Float32Array.of(text.length, 1, 2, -1)),
      tokenCounts: [],
      truncated: [],
      timings: {},
    }),
  };
}

const request = { texts: ["Batman"] };

async function start(
  context: Pick<TestContext, "onTestFinished">,
  answer: Answer,
  { wakeBudgetMs = 50, breakForMs = 20, ...options }: Partial<WithFallbackOptions> & { wakeBudgetMs?: number; breakForMs?: number } = {},
) {
  const space = await startLocalSpace(context, { "/embed": answer });
  const primary = createTextEmbedderClient({
    url: space.url,
    retryDelayMs: 5,
    pollIntervalMs: 10,
    coolDownMs: 20,
    wakeBudgetMs,
    maxAttempts: 2,
    breakForMs,
  });
  let loads = 0;
  const { fallback = async () => localService(), ...rest } = options;
  const embedder = withFallback({
    primary,
    fallback: () => {
      loads++;
      return fallback();
    },
    expectedIdentity: identity,
    probeIntervalMs: 20,
    ...rest,
  });
  context.onTestFinished(() => {
    embedder.close();
    primary.space.close();
  });
  const whoAnswers = async () => ((await embedder.embed(request)).vectors[0]?.[3] === -1 ? "fallback" : "primary");
  return { space, primary, embedder, whoAnswers, loads: () => loads };
}

test("a healthy Space answers and the fallback is never loaded", async (context) => {
  const { whoAnswers, embedder, loads } = await start(context, embed);
  expect(await whoAnswers()).toBe("primary");
  expect(embedder.status()).toMatchObject({ active: "primary", fallback: "not-loaded", answered: { primary: 1, fallback: 0 } });
  expect(loads()).toBe(0);
});

test.for([
  ["asleep", page(503), "fallback"],
  ["behind a broken gateway", page(502), "fallback"],
  ["cutting connections", ((response) => void response.destroy()) as Answer, "fallback"],
  [
    "loading its model",
    json(503, { error: { code: "model_unavailable", message: "loading", requestId: "r", retryable: true } }),
    "fallback",
  ],
  ["an HTML page", page(200), "fallback"],
  [
    "out of date about its own deadline",
    json(504, { error: { code: "deadline_exceeded", message: "slow", requestId: "r", retryable: true } }),
    "fallback",
  ],
  ["asking for another key", json(401, { error: "key" }), "unauthorized"],
  ["not serving the route", json(404, { error: "route" }), "not_found"],
  [
    "refusing the input",
    json(422, { error: { code: "input_too_long", message: "long", requestId: "r", retryable: false } }),
    "input_too_long",
  ],
  ["full", json(429, { error: "full" }), "overloaded"],
  [
    "failing on this input",
    json(500, { error: { code: "inference_failed", message: "failed", requestId: "r", retryable: true } }),
    "inference_failed",
  ],
] as [string, Answer, ErrorCode | "fallback"][])("a Space that is $0: $2", async ([, answer, outcome], context) => {
  const { embedder, whoAnswers } = await start(context, answer);
  const result = await whoAnswers().catch((error: unknown) => (CodedError.isInstance(error) ? error.code : error));
  expect(result).toBe(outcome);
  expect(embedder.status().active).toBe(outcome === "fallback" ? "fallback" : "primary");
  expect(embedder.status().reason === undefined).toBe(outcome !== "fallback");
});

test("an open circuit falls back", async (context) => {
  const { embedder, whoAnswers, space, primary } = await start(context, json(500, { error: "broken" }), {
    probeIntervalMs: 60_000,
    breakForMs: 60_000,
  });
  for (let index = 0; index < 3; index++) await embedder.embed(request).catch(() => {});
  expect(primary.space.getState().circuit).toBe("open");
  expect(await whoAnswers()).toBe("fallback");
  expect(space.count("/embed")).toBe(5);
});

test("a Space that hangs leaves time for the fallback", async (context) => {
  const { embedder } = await start(context, () => {});
  const answer = await embedder.embed(request, { deadlineAt: Date.now() + 3_000 });
  expect(answer.vectors[0]?.[3]).toBe(-1);
  expect(embedder.status()).toMatchObject({ active: "fallback", code: "deadline_exceeded" });
});

test("the Space answers again by itself when it is back, and the change is told with its reason", async (context) => {
  const told: string[] = [];
  const { space, embedder, whoAnswers } = await start(context, embed, {
    onChange: ({ active, reason }) => void told.push(`${active} ${reason ?? ""}`),
  });
  const { port } = space;
  expect(await whoAnswers()).toBe("primary");
  await space.close();
  expect(await whoAnswers()).toBe("fallback");
  expect(told[0]).toMatch(/fallback .*(cannot be reached|waking|wake)/);
  await space.listen(port);
  await expect.poll(() => embedder.status().active, { timeout: 10_000 }).toBe("primary");
  expect(await whoAnswers()).toBe("primary");
  expect(embedder.status().reason).toBeUndefined();
  expect(told.at(-1)).toBe("primary ");
});

test("a Space found awake is taken back at once, however long the pause between probes", async (context) => {
  const { space, embedder, whoAnswers } = await start(context, embed, { probeIntervalMs: 600_000, wakeBudgetMs: 180_000 });
  space.on("/embed", page(503));
  space.on("/health", page(503));
  expect(await whoAnswers()).toBe("fallback");
  space.on("/embed", embed);
  space.on("/health", json(200, {}));
  await expect.poll(() => embedder.status().active, { timeout: 10_000 }).toBe("primary");
});

test("while the fallback answers, requests do not wait for the Space, and it is loaded once", async (context) => {
  const { whoAnswers, space, loads } = await start(context, page(503), { probeIntervalMs: 60_000 });
  await whoAnswers();
  const before = space.count("/embed");
  expect(await Promise.all(Array.from({ length: 10 }, whoAnswers))).toEqual(Array.from({ length: 10 }, () => "fallback"));
  expect(space.count("/embed")).toBe(before);
  expect(loads()).toBe(1);
});

test.for([{ model: "test/other" }, { revision: "r2" }, { dimensions: 8 }])(
  "a local service of another model (%o) is an error that names both, never an answer",
  async (other, context) => {
    const { embedder } = await start(context, page(503), { fallback: async () => localService(other) });
    const error = await failureOf(embedder.embed(request));
    expect(error).toMatchObject({
      code: "model_mismatch",
      details: { expected: identity, actual: { ...identity, ...other } },
    });
    expect(error.message).toContain("local service");
    expect(embedder.status()).toMatchObject({ fallback: "failed", answered: { fallback: 0 } });
  },
);

test("without a model to compare with there is no fallback", async (context) => {
  const { embedder, loads } = await start(context, page(503), { expectedIdentity: undefined });
  expect((await failureOf(embedder.embed(request))).message).toContain("not known which model");
  expect(loads()).toBe(0);
});

test("what the Space said last is what the fallback must be", async (context) => {
  const { space, whoAnswers } = await start(context, embed, { expectedIdentity: undefined });
  await whoAnswers();
  space.on("/embed", page(503));
  expect(await whoAnswers()).toBe("fallback");
});

test("a Space that came back with another model does not answer; the local service of the former does", async (context) => {
  const { space, embedder, whoAnswers } = await start(context, embed);
  await whoAnswers();
  space.on("/embed", (response, seen, index) =>
    json(200, { ...identity, revision: "r9", embeddings: [[1, 2, 3, 4]], count: 1, usage: { tokens: 1 }, truncated: [] })(
      response,
      seen,
      index,
    ),
  );
  expect(await whoAnswers()).toBe("fallback");
  await expect.poll(() => space.count("/embed")).toBeGreaterThan(3);
  expect(embedder.status()).toMatchObject({ active: "fallback" });
  expect(embedder.status().reason).toContain("r9");
});

test("where no local service is installed, the Space's error is thrown with its state, loading is tried again, and it heals", async (context) => {
  let installed = false;
  const { space, embedder, whoAnswers, loads } = await start(context, page(503), {
    fallback: async () => {
      if (!installed) throw new Error("Cannot find package");
      return localService();
    },
  });
  const error = await failureOf(embedder.embed(request));
  expect(error).toMatchObject({ code: "model_unavailable", details: { state: expect.stringMatching(/^(?:warming|down)$/) } });
  expect(error.message).toContain("no local service");
  installed = true;
  expect(await whoAnswers()).toBe("fallback");
  expect(loads()).toBe(2);
  installed = false;
  space.on("/embed", embed);
  await expect.poll(whoAnswers, { timeout: 10_000 }).toBe("primary");
});

test("an abort is the caller's own and changes nothing", async (context) => {
  const { embedder, space } = await start(context, () => {});
  const leaving = new AbortController();
  const outcome = failureOf(embedder.embed(request, { signal: leaving.signal }));
  await expect.poll(() => space.count("/embed")).toBe(1);
  leaving.abort();
  expect((await outcome).code).toBe("cancelled");
  expect(embedder.status().active).toBe("primary");
});
