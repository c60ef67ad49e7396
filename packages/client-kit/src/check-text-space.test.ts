import { expect, test, type TestContext } from "vitest";
import { createAdaptiveTextGenerator } from "./adaptive-text-generator.ts";
import { checkTextSpace, type StepReport, type TextSpaceCheck } from "./check-text-space.ts";
import type { SpaceCondition } from "./diagnose-space.ts";
import { type Answer, html, json, page, startLocalSpace } from "../test/local-space.ts";

const answered = json(200, { generated_text: "Hello there." });
const foreign = { "/health": json(404, { detail: "Not Found" }), "/ready": json(404, { detail: "Not Found" }) };

interface Check extends TextSpaceCheck {
  told: StepReport[];
}

async function check(
  context: Pick<TestContext, "onTestFinished">,
  routes: Record<string, Answer>,
  options: { url?: string; hub?: Answer; waitForWakeMs?: number } = {},
): Promise<Check> {
  const server = await startLocalSpace(context, routes);
  const hub = await startLocalSpace(context, { "/api/spaces/user/name/runtime": options.hub ?? json(404, { error: "not found" }) });
  const generator = createAdaptiveTextGenerator({
    url: options.url ?? server.url,
    hubUrl: hub.url,
    maxAttempts: 2,
    retryDelayMs: 1,
    timeoutMs: 2_000,
    pollIntervalMs: 50,
    wakeBudgetMs: 5_000,
    fetch: (input, init) => fetch(new Request(input, init).url.replace("https://user-name.hf.space", server.url), init),
  });
  context.onTestFinished(() => generator.space.close());
  const told: StepReport[] = [];
  const steps = checkTextSpace(generator, { waitForWakeMs: options.waitForWakeMs });
  for (;;) {
    const { done, value } = await steps.next();
    if (done === true) return { ...value, told };
    told.push(value);
  }
}

const statesOf = ({ steps }: TextSpaceCheck): string => steps.map(({ state }) => state[0]).join("");

test("a server that answers passes every step, and its words are shown", async (context) => {
  const found = await check(context, { ...foreign, "/api/generate": answered });
  expect(found).toMatchObject({ ok: true, condition: "awake", text: "Hello there.", wire: { path: "/api/generate", format: "inputs" } });
  expect(statesOf(found)).toBe("ppppppp");
  expect(found.told.filter(({ state }) => state === "running").map(({ step }) => step)).toEqual(["awake", "authorised"]);
});

test.for([
  ["asleep", "awake", { "/health": page(503) }, json(200, { stage: "SLEEPING" })],
  ["building", "awake", { "/health": page(503) }, json(200, { stage: "BUILDING" })],
  ["paused", "awake", { "/health": page(503) }, json(200, { stage: "PAUSED" })],
  ["build_error", "awake", { "/health": page(503) }, json(200, { stage: "BUILD_ERROR" })],
  ["out_of_memory", "awake", { "/health": page(503) }, json(200, { stage: "RUNTIME_ERROR", errorMessage: "Memory limit exceeded" })],
  ["private", "authorised", { "/health": page(404) }, json(401, { error: "Invalid username or password." })],
] as [SpaceCondition, string, Record<string, Answer>, Answer][])(
  "a Space that is %s fails at the step %s",
  async ([condition, step, routes, hub], context) => {
    const found = await check(context, { "*": page(503), ...routes }, { url: "user/name", hub });
    expect(found).toMatchObject({ ok: false, condition });
    expect(found.steps.find(({ state }) => state === "failed")).toMatchObject({ step, fix: found.fix });
    expect(found.steps.at(-1)?.state).toBe("skipped");
  },
);

test.for([
  ["wrong_key", "authorised", { ...foreign, "/info": json(401, { error: "Invalid credentials" }) }],
  ["wrong_key", "authorised", { ...foreign, "/api/generate": json(401, { error: "Invalid credentials" }) }],
  ["wrong_path", "path", foreign],
  ["wrong_body", "body", { ...foreign, "/api/generate": json(422, { detail: "field 'question' required" }) }],
  ["wrong_body", "answer", { "/api/generate": json(200, { job: 7 }), "/info": json(200, {}), ...foreign }],
  ["failing", "answer", { ...foreign, "/api/generate": json(500, { error: "tensor on wrong device" }) }],
  ["out_of_memory", "answer", { ...foreign, "/api/generate": json(500, { error: "CUDA out of memory" }) }],
  ["busy", "answer", { ...foreign, "/api/generate": json(429, { error: "queue is full" }) }],
  ["not_a_space", "awake", { "/health": html, "*": html }],
] as [SpaceCondition, string, Record<string, Answer>][])(
  "%s is named at the step %s (case %#)",
  async ([condition, step, routes], context) => {
    const found = await check(context, routes);
    expect(found.steps.find(({ state }) => state === "failed")).toMatchObject({ step });
    expect(found).toMatchObject({ ok: false, condition });
  },
);

test("what a server said to bodies that it does not read is in the fix", async (context) => {
  const found = await check(context, { ...foreign, "/api/generate": json(422, { detail: "field 'question' required" }) });
  expect(found.fix).toContain("field 'question' required");
});

test("a Space that wakes up meanwhile is waited for, and the waiting is told", async (context) => {
  const routes = { ...foreign, "/api/generate": answered };
  let looks = 0;
  const wakes: Answer = (response, request, index) =>
    (looks++ < 2 ? page(503) : json(404, { detail: "Not Found" }))(response, request, index);
  const found = await check(
    context,
    { ...routes, "/health": wakes },
    { url: "user/name", hub: json(200, { stage: "SLEEPING" }), waitForWakeMs: 10_000 },
  );
  expect(found).toMatchObject({ ok: true });
  expect(found.told.some(({ step, message }) => step === "awake" && message.includes("Waiting until it is awake"))).toBe(true);
});
