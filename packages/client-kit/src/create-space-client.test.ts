import { embedTextRoute } from "@repo/contracts/text-embedding-routes";
import { expect, test } from "vitest";
import { createSpaceClient, type SpaceClientOptions, type SpaceClientState } from "./create-space-client.ts";
import { failureOf } from "../test/failure-of.ts";
import { embed, health, html, json, page, startLocalSpace, type Answer, type LocalSpace } from "../test/local-space.ts";

const body = { texts: ["Batman"] };
const fast = { retryDelayMs: 5, pollIntervalMs: 10, coolDownMs: 200, breakForMs: 50, wakeBudgetMs: 2_000 };

function connect(space: LocalSpace, options: Partial<SpaceClientOptions> = {}) {
  return createSpaceClient({ url: space.url, ...fast, ...options });
}

/** Answers with each of `answers` once, then with the last one. */
function sequence(...answers: Answer[]): Answer {
  return (response, request, index) => answers[Math.min(index, answers.length - 1)]?.(response, request, index);
}

const never: Answer = () => {};
const cut: Answer = (response) => {
  response.writeHead(200, { "content-type": "application/json", "content-length": "1000" });
  response.write('{"model":', () => response.destroy());
};
const drip: Answer = (response) => {
  response.writeHead(200, { "content-type": "application/json" });
  const timer = setInterval(() => response.write(" "), 10);
  response.on("close", () => clearInterval(timer));
};
const malformed: Answer = (response) => void response.writeHead(200, { "content-type": "application/json" }).end('{"model": "x", ');
const inFuture = (ms: number) => ({ deadlineAt: Date.now() + ms });

test("a call gives the parsed answer and the state is awake", async (context) => {
  const space = await startLocalSpace(context);
  const client = connect(space);
  expect(client.getState()).toMatchObject({ state: "unknown", circuit: "closed" });
  const answer = await client.call(embedTextRoute, body, { requestId: "req-1", ...inFuture(5_000) });
  expect(answer.count).toBe(1);
  expect(client.getState()).toMatchObject({ state: "awake" });
  const [request] = space.seen;
  expect(request?.headers["x-request-id"]).toBe("req-1");
  expect(Number(request?.headers["x-timeout-ms"])).toBeGreaterThan(3_000);
  expect(Number(request?.headers["x-timeout-ms"])).toBeLessThanOrEqual(5_000);
});

test("the token goes into Authorization and the key of the Space into X-API-Key", async (context) => {
  const space = await startLocalSpace(context);
  await connect(space, { token: " hf_token\n", apiKey: "space-key" }).call(embedTextRoute, body);
  expect(space.seen[0]?.headers).toMatchObject({ authorization: "Bearer hf_token", "x-api-key": "space-key" });
});

test("a key that no header can carry is refused without being repeated", async () => {
  const error = await failureOf((async () => createSpaceClient({ url: "user/name", token: "hf_abc\r\nx-evil: 1" }))());
  expect(error.code).toBe("invalid_request");
  expect(error.message).not.toContain("hf_abc");
});

test.for([
  ["a 503 page", page(503)],
  ["a 200 page", page(200)],
  ["a gateway's 502", page(502)],
  ["a gateway's plain 504", (response) => void response.writeHead(504).end("upstream request timeout")],
  ["its own model_unavailable", json(503, { error: { code: "model_unavailable", message: "loading", requestId: "r", retryable: true } })],
] as [string, Answer][])(
  "a sleeping Space that answers $0 is woken and the call succeeds when it is up",
  async ([, asleepAnswer], context) => {
    let asleep = 3;
    const sleepy =
      (awake: Answer): Answer =>
      (response, request, index) =>
        (asleep > 0 ? asleepAnswer : awake)(response, request, index);
    const space = await startLocalSpace(context, {
      "/health": (response, request, index) => {
        asleep--;
        return sleepy(health)(response, request, index);
      },
      "/embed": sleepy(embed),
    });
    const states: string[] = [];
    const answer = await connect(space, { onStateChange: ({ state }) => void states.push(state) }).call(embedTextRoute, body);
    expect(answer.count).toBe(1);
    expect(states[0]).toBe("warming");
    expect(states.at(-1)).toBe("awake");
    expect(space.count("/embed")).toBe(2);
  },
);

test("a Space of ours that loads its model longer than its Retry-After says is waited for, and opens no circuit", async (context) => {
  let loading = true;
  const unavailable = json(
    503,
    { error: { code: "model_unavailable", message: "loading", requestId: "r", retryable: true } },
    { "retry-after-ms": "1" },
  );
  const space = await startLocalSpace(context, {
    "/ready": (response, request, index) => {
      loading = index < 15;
      return json(loading ? 503 : 200, { ready: !loading, stage: loading ? "loading" : "ready" })(response, request, index);
    },
    "/embed": (response, request, index) => (loading ? unavailable : embed)(response, request, index),
  });
  const client = connect(space, { breakAfterFailures: 1 });
  expect((await client.call(embedTextRoute, body)).count).toBe(1);
  expect(space.count("/embed")).toBe(2);
  expect(client.getState()).toMatchObject({ state: "awake", circuit: "closed" });
});

test("a Space whose process answers but whose model still loads is waited for", async (context) => {
  const loading = json(503, { ready: false, stage: "loading", reason: "2 of 3 files" });
  const space = await startLocalSpace(context, {
    "/ready": sequence(loading, loading, json(200, { ready: true, stage: "ready" })),
    "/embed": sequence(page(503), embed),
  });
  const reasons: (string | undefined)[] = [];
  await connect(space, { onStateChange: (state) => void reasons.push(state.reason) }).call(embedTextRoute, body);
  expect(space.count("/ready")).toBe(3);
  expect(reasons.join()).toContain("the model is loading: 2 of 3 files");
});

test("a hundred callers of a sleeping Space wake it once", async (context) => {
  let polls = 0;
  const space = await startLocalSpace(context, {
    "/health": (response, request, index) => (++polls < 5 ? page(503) : health)(response, request, index),
    "/embed": (response, request, index) => (polls < 5 ? page(503) : embed)(response, request, index),
  });
  const client = connect(space);
  const answers = await Promise.all(Array.from({ length: 100 }, () => client.call(embedTextRoute, body)));
  expect(answers).toHaveLength(100);
  // One poller: five looks at /health in all, and each caller asked twice.
  expect(space.count("/health")).toBe(5);
  expect(space.count("/embed")).toBe(200);
});

test("a caller in a hurry is told promptly that the Space is waking up, while the wake goes on", async (context) => {
  const space = await startLocalSpace(context, {
    "/health": sequence(page(503), page(503), page(503), health),
    "/embed": sequence(page(503), embed),
  });
  const client = connect(space, { wakeBudgetMs: 60_000 });
  const startedAt = Date.now();
  const error = await failureOf(client.call(embedTextRoute, body, inFuture(20_000)));
  expect(Date.now() - startedAt).toBeLessThan(10_000);
  expect(error).toMatchObject({ code: "model_unavailable", details: { state: "warming" } });
  expect(error.retryAfterMs).toBeGreaterThan(20_000);
  await new Promise<void>((resolve) => {
    const check = (state: SpaceClientState) => state.state === "awake" && resolve();
    client.subscribe(check);
    check(client.getState());
  });
  await client.call(embedTextRoute, body);
});

test("a Space that does not wake within the budget is down, fails at once for a while, and is tried again", async (context) => {
  const space = await startLocalSpace(context, { "/health": page(503), "/embed": page(503) });
  const client = connect(space, { wakeBudgetMs: 100, coolDownMs: 3_000 });
  expect(await failureOf(client.call(embedTextRoute, body))).toMatchObject({ code: "model_unavailable", details: { state: "down" } });
  expect(client.getState().state).toBe("down");
  const before = space.seen.length;
  expect((await failureOf(client.call(embedTextRoute, body))).details?.["state"]).toBe("down");
  expect(space.seen.length).toBe(before);
  space.on("/embed", embed);
  const outcome = () =>
    client.call(embedTextRoute, body).then(
      (answer) => answer.count,
      () => 0,
    );
  await expect.poll(outcome, { timeout: 15_000 }).toBe(1);
  expect(client.getState().state).toBe("awake");
});

test("a server that is not there at all is reported as unreachable", async (context) => {
  const space = await startLocalSpace(context);
  await space.close();
  const error = await failureOf(connect(space, { wakeBudgetMs: 100 }).call(embedTextRoute, body));
  expect(error.code).toBe("model_unavailable");
  expect(error.message).toContain("nothing listens");
});

test("Retry-After is honoured", async (context) => {
  const busy = json(
    503,
    { error: { code: "model_unavailable", message: "restarting", requestId: "r", retryable: true } },
    { "retry-after-ms": "300", "retry-after": "1" },
  );
  const space = await startLocalSpace(context, {
    "/embed": sequence(busy, json(429, { error: "full", error_type: "Overloaded" }, { "retry-after-ms": "200" }), embed),
  });
  await connect(space).call(embedTextRoute, body);
  const [first, second, third] = space.seen.filter((request) => request.path === "/embed");
  expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(295);
  expect((third?.at ?? 0) - (second?.at ?? 0)).toBeGreaterThanOrEqual(195);
});

test("a Retry-After beyond the deadline ends the call at once instead of sleeping", async (context) => {
  const space = await startLocalSpace(context, { "/embed": json(429, { error: "full" }, { "retry-after": "3600" }) });
  const startedAt = Date.now();
  const error = await failureOf(connect(space).call(embedTextRoute, body, inFuture(20_000)));
  expect(error).toMatchObject({ code: "overloaded", retryAfterMs: 3_600_000 });
  expect(Date.now() - startedAt).toBeLessThan(10_000);
  expect(space.count("/embed")).toBe(1);
});

test("the deadline ends a call to a server that never answers", async (context) => {
  const space = await startLocalSpace(context, { "/embed": never });
  const error = await failureOf(connect(space).call(embedTextRoute, body, inFuture(300)));
  expect(error.code).toBe("deadline_exceeded");
});

test("a deadline that has passed sends nothing", async (context) => {
  const space = await startLocalSpace(context);
  expect((await failureOf(connect(space).call(embedTextRoute, body, inFuture(-1)))).code).toBe("deadline_exceeded");
  expect(space.seen).toHaveLength(0);
});

test("an attempt that takes too long is tried again", async (context) => {
  const space = await startLocalSpace(context, { "/embed": sequence(never, embed) });
  await connect(space, { timeoutMs: 1_000 }).call(embedTextRoute, body);
  expect(space.count("/embed")).toBe(2);
});

test("an abort ends the call at once, also in the pause before a retry and during a wake", async (context) => {
  const space = await startLocalSpace(context, { "/embed": json(429, { error: "full" }, { "retry-after": "60" }), "/health": page(503) });
  const client = connect(space, { wakeBudgetMs: 120_000 });
  const startedAt = Date.now();
  const pausing = new AbortController();
  const first = failureOf(client.call(embedTextRoute, body, { signal: pausing.signal }));
  await expect.poll(() => space.count("/embed")).toBe(1);
  pausing.abort();
  expect((await first).code).toBe("cancelled");
  space.on("/embed", page(503));
  const waking = new AbortController();
  const second = failureOf(client.call(embedTextRoute, body, { signal: waking.signal }));
  await expect.poll(() => client.getState().state).toBe("warming");
  waking.abort();
  expect((await second).code).toBe("cancelled");
  client.close();
  expect(Date.now() - startedAt).toBeLessThan(20_000);
});

test("a connection cut in the middle of the answer is tried again", async (context) => {
  const space = await startLocalSpace(context, { "/embed": sequence(cut, embed) });
  expect((await connect(space).call(embedTextRoute, body)).count).toBe(1);
  space.on("/embed", cut);
  const error = await failureOf(connect(space).call(embedTextRoute, body));
  expect(error).toMatchObject({ code: "model_unavailable", details: { cause: "cut" } });
});

test("a body that drips slower than the deadline is given up at the deadline", async (context) => {
  const space = await startLocalSpace(context, { "/embed": drip });
  expect((await failureOf(connect(space).call(embedTextRoute, body, inFuture(200)))).code).toBe("deadline_exceeded");
});

test.for([
  [400, "invalid_request"],
  [401, "unauthorized"],
  [403, "unauthorized"],
  [404, "not_found"],
  [409, "invalid_request"],
  [413, "payload_too_large"],
  [422, "invalid_request"],
] as const)("status $0 is final: one request, code $1", async ([status, code], context) => {
  const space = await startLocalSpace(context, { "/embed": json(status, { error: "no" }) });
  const error = await failureOf(connect(space).call(embedTextRoute, body));
  expect(error).toMatchObject({ code, remote: { status } });
  expect(space.seen).toHaveLength(1);
});

test.for([408, 425, 429, 424, 500, 504])("status %i is tried again", async (status, context) => {
  const space = await startLocalSpace(context, { "/embed": sequence(json(status, { error: "later" }), embed) });
  await connect(space).call(embedTextRoute, body);
  expect(space.count("/embed")).toBe(2);
});

test("a wrong key is told apart, and the key is nowhere in the error although the server repeats it", async (context) => {
  const space = await startLocalSpace(context, {
    "/embed": (response, request) =>
      json(401, {
        error: { code: "unauthorized", message: `Bad key ${String(request.headers["x-api-key"])}`, requestId: "r-7", retryable: false },
      })(response, request, 0),
  });
  const error = await failureOf(connect(space, { apiKey: "sk-secret" }).call(embedTextRoute, body));
  expect(error).toMatchObject({ code: "unauthorized", remote: { status: 401, requestId: "r-7" } });
  expect(error.message).toContain("[redacted]");
  expect(JSON.stringify(error) + error.message + String(error.cause) + String(error.stack)).not.toContain("sk-secret");
});

test("a redirect to another host is not followed and the token stays here", async (context) => {
  const other = await startLocalSpace(context);
  const elsewhere = other.url.replace("127.0.0.1", "localhost");
  const space = await startLocalSpace(context, {
    "/embed": (response) => void response.writeHead(307, { location: `${elsewhere}/embed` }).end(),
  });
  const error = await failureOf(connect(space, { token: "hf_token" }).call(embedTextRoute, body));
  expect(error).toMatchObject({ code: "not_found", details: { cause: "redirect" } });
  expect(other.seen).toHaveLength(0);
});

test("a redirect to another port of the same host is another server too", async (context) => {
  const other = await startLocalSpace(context);
  const space = await startLocalSpace(context, {
    "/embed": (response) => void response.writeHead(308, { location: `${other.url}/embed` }).end(),
  });
  expect((await failureOf(connect(space, { token: "hf_token" }).call(embedTextRoute, body))).code).toBe("not_found");
  expect(other.seen).toHaveLength(0);
});

test("a redirect on the same host is followed with the body; a circle ends", async (context) => {
  const space = await startLocalSpace(context, {
    "/embed": (response) => void response.writeHead(308, { location: "/embed/" }).end(),
    "/embed/": embed,
  });
  expect((await connect(space).call(embedTextRoute, body)).count).toBe(1);
  space.on("/embed/", (response) => void response.writeHead(308, { location: "/embed" }).end());
  expect((await failureOf(connect(space).call(embedTextRoute, body))).message).toContain("circle");
});

test("an answer over the limit is refused without being read to its end", async (context) => {
  let written = 0;
  const endless: Answer = (response) => {
    response.writeHead(200, { "content-type": "application/json" });
    const more = () => {
      written += 65_536;
      response.write(Buffer.alloc(65_536, 32), () => response.destroyed || setImmediate(more));
    };
    more();
  };
  const space = await startLocalSpace(context, { "/embed": endless });
  const error = await failureOf(connect(space, { maxResponseBytes: 1_000_000 }).call(embedTextRoute, body));
  expect(error.code).toBe("payload_too_large");
  expect(written).toBeLessThan(100_000_000);
  expect(space.count("/embed")).toBe(1);
});

test("malformed JSON is tried again, and told when it stays", async (context) => {
  const space = await startLocalSpace(context, { "/embed": sequence(malformed, embed) });
  await connect(space).call(embedTextRoute, body);
  space.on("/embed", malformed);
  expect(await failureOf(connect(space).call(embedTextRoute, body))).toMatchObject({ code: "internal", details: { cause: "malformed" } });
});

test("JSON of another contract is final and says what is wrong with it", async (context) => {
  const space = await startLocalSpace(context, { "/embed": json(200, { embeddings: [[1, 2]] }) });
  const error = await failureOf(connect(space).call(embedTextRoute, body));
  expect(error).toMatchObject({ code: "internal", details: { cause: "contract" } });
  expect(error.message).toContain("model:");
  expect(space.seen).toHaveLength(1);
});

test("an HTML page that stays in place of the Space ends as unavailable", async (context) => {
  const space = await startLocalSpace(context, { "*": html, "/health": html, "/ready": html, "/embed": html });
  const error = await failureOf(connect(space, { wakeBudgetMs: 100 }).call(embedTextRoute, body));
  expect(error.code).toBe("model_unavailable");
  expect(error.message).toContain("HTML");
});

const broken = json(500, { error: { code: "inference_failed", message: "worker died", requestId: "r", retryable: true } });

test("a failing Space opens the circuit and is left alone", async (context) => {
  const space = await startLocalSpace(context, { "/embed": broken });
  const client = connect(space, { maxAttempts: 1, breakAfterFailures: 3, breakForMs: 60_000 });
  for (let index = 0; index < 3; index++) expect((await failureOf(client.call(embedTextRoute, body))).code).toBe("inference_failed");
  expect(client.getState().circuit).toBe("open");
  const error = await failureOf(client.call(embedTextRoute, body));
  expect(error).toMatchObject({ code: "model_unavailable", details: { circuit: "open" } });
  expect(space.count("/embed")).toBe(3);
});

test("an open circuit heals when the Space does", async (context) => {
  const space = await startLocalSpace(context, { "/embed": broken });
  const circuits: string[] = [];
  const client = connect(space, {
    maxAttempts: 1,
    breakAfterFailures: 2,
    breakForMs: 20,
    onStateChange: ({ circuit }) => void circuits.push(circuit),
  });
  for (let index = 0; index < 2; index++) await failureOf(client.call(embedTextRoute, body));
  space.on("/embed", embed);
  const outcome = () =>
    client.call(embedTextRoute, body).then(
      () => client.getState().circuit,
      () => "failed",
    );
  await expect.poll(outcome, { timeout: 10_000 }).toBe("closed");
  expect(circuits).toEqual(expect.arrayContaining(["open", "half-open", "closed"]));
});

test("a full queue and wrong requests do not open the circuit", async (context) => {
  const space = await startLocalSpace(context, {
    "/embed": (response, request, index) => json(index % 2 === 0 ? 429 : 400, { error: "no" })(response, request, index),
  });
  const client = connect(space, { maxAttempts: 1, breakAfterFailures: 2 });
  for (let index = 0; index < 8; index++) await failureOf(client.call(embedTextRoute, body));
  expect(client.getState().circuit).toBe("closed");
});

test("the answer of a call that retries within a wake does not depend on the breaker", async (context) => {
  const space = await startLocalSpace(context, {
    "/embed": (response, request, index) => (index < 20 ? page(503) : embed)(response, request, index),
    "/health": sequence(page(503), json(200, {})),
  });
  const client = connect(space, { breakAfterFailures: 2 });
  const answers = await Promise.all(Array.from({ length: 20 }, () => client.call(embedTextRoute, body)));
  expect(answers.map((answer) => answer.count)).toEqual(Array.from({ length: 20 }, () => 1));
});
