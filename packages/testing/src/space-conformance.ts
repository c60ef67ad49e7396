import { errorCodes } from "@repo/contracts/coded-error";
import { errorBody, extractionError } from "@repo/contracts/error-body";
import { healthResponse, readyResponse, statusResponse } from "@repo/contracts/health";
import type { HostedService } from "@repo/contracts/hosted-service";
import { afterEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { startSpaceUnderTest, type SpaceParts, type SpaceUnderTest, type StartOptions, type Transport } from "./space-under-test.ts";

const json = { "content-type": "application/json" };

/** What every test of the suite starts its own Space with. */
type Start = (options?: StartOptions) => Promise<SpaceUnderTest>;

/**
 * What every Space must do, whatever its model is: the suite that each Space runs, once in the process and once through
 * a socket. It covers liveness and readiness, error bodies, request ids, limits, keys, CORS, deadlines, overload,
 * callers that leave, and stopping without losing accepted work.
 */
export function testSpaceConformance<Schema extends z.ZodObject, Service extends HostedService>(parts: SpaceParts<Schema, Service>): void {
  for (const transport of ["app.request", "a real port"] as const) {
    describe(`through ${transport}`, () => {
      const started: SpaceUnderTest[] = [];
      const start: Start = async (options) => {
        const space = await startSpaceUnderTest(parts, transport, options);
        started.push(space);
        return space;
      };
      afterEach(async () => {
        for (const space of started.splice(0)) await space.close();
      });
      testLife(start);
      testStopping(start, transport);
      testDescription(start);
      testErrors(start, parts.example.path);
      testLimits(start, parts.example.path);
      testKeys(start);
      testPressure(start);
      testBrowsers(start, parts.example.path);
    });
  }
}

/** An error of our own routes, or of those that read files, whose clients expect other names. */
const anyError = z.union([
  errorBody.transform(({ error }) => error),
  extractionError.transform(({ code, error, request_id }) => ({
    code,
    message: error,
    requestId: request_id,
    retryable: errorCodes[code].retryable,
  })),
]);

/** Asserts the shape of our own error answers, and that code, status and retryable agree with the table. */
async function expectError(response: Response, code: keyof typeof errorCodes): Promise<{ message: string }> {
  const error = anyError.parse(await response.json());
  expect(error.code).toBe(code);
  expect(response.status).toBe(errorCodes[code].status);
  expect(error.retryable).toBe(errorCodes[code].retryable);
  expect(response.headers.get("x-should-retry")).toBe(String(error.retryable));
  expect(response.headers.get("x-request-id")).toBe(error.requestId);
  return error;
}

function testLife(start: Start): void {
  test("/health answers while the model loads, /ready and the work say when to come back", async () => {
    const gate = Promise.withResolvers<void>();
    const { call, callExample, lifecycle } = await start({ gate: gate.promise });
    expect(healthResponse.parse(await (await call("/health")).json()).status).toBe("ok");
    const loading = await call("/ready");
    expect(loading.status).toBe(503);
    expect(readyResponse.parse(await loading.json())).toMatchObject({ ready: false, stage: "loading" });
    expect(loading.headers.get("retry-after")).toMatch(/^\d+$/);
    const early = callExample();
    gate.resolve();
    await lifecycle.settled();
    expect((await early).status).toBe(200);
    expect(readyResponse.parse(await (await call("/ready")).json())).toMatchObject({ ready: true, stage: "ready" });
  });

  test("a model that cannot be loaded leaves the server alive and the reason vague", async () => {
    const { call, callExample } = await start({ gate: Promise.reject(new Error("/secret/path is gone")) });
    await new Promise((resolve) => setImmediate(resolve));
    const ready = await call("/ready");
    expect(ready.status).toBe(503);
    expect(readyResponse.parse(await ready.clone().json()).stage).toBe("failed");
    expect(await ready.text()).not.toContain("/secret/path");
    const refused = await callExample();
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    await expectError(refused, "model_unavailable");
    expect((await call("/health")).status).toBe(200);
  });
}

function testStopping(start: Start, transport: Transport): void {
  test("a stopping Space is not ready and takes no new work", async () => {
    const { call, callExample, lifecycle } = await start();
    lifecycle.stop();
    const ready = await call("/ready");
    expect([ready.status, readyResponse.parse(await ready.json()).stage]).toEqual([503, "stopping"]);
    await expectError(await callExample(), "model_unavailable");
  });

  // Without a port there is nothing to stop listening on.
  if (transport !== "a real port") return;
  test("work that was accepted before the stop is answered, and then nobody listens", async () => {
    const gate = Promise.withResolvers<void>();
    const { call, callExample, server, drain } = await start({ gate: gate.promise });
    const accepted = callExample();
    await expect.poll(() => server.admission.running).toBe(1);
    const drained = drain();
    gate.resolve();
    expect((await accepted).status).toBe(200);
    await drained;
    await expect(call("/health")).rejects.toThrow("fetch failed");
  });
}

function testDescription(start: Start): void {
  test("it describes itself: /status, /metrics, /openapi.json, /docs and a front page", async () => {
    const { call, callExample } = await start();
    await (await callExample()).body?.cancel();
    expect(statusResponse.parse(await (await call("/status")).json()).ready).toBe(true);
    expect(await (await call("/metrics")).text()).toContain("http_requests_total");
    expect(await (await call("/openapi.json")).json()).toMatchObject({ openapi: "3.1.0" });
    for (const path of ["/", "/docs"]) {
      const page = await call(path, { headers: { accept: "text/html" } });
      expect([path, page.status, page.headers.get("content-type")]).toEqual([path, 200, "text/html; charset=UTF-8"]);
      expect(page.headers.get("content-security-policy")).toContain("frame-ancestors 'self' https://huggingface.co");
      expect(await page.text()).not.toMatch(/(?:src|href)="https?:\/\/(?!huggingface\.co|github\.com)/);
    }
  });

  test("the example is answered with 200, a request id and timings", async () => {
    const response = await (await start()).callExample();
    expect(response.status).toBe(200);
    expect(response.headers.get("x-request-id")).toMatch(/^[\w.:-]+$/);
    expect(response.headers.get("x-total-time")).toMatch(/^\d+$/);
    expect(response.headers.get("server-timing")).toContain("total;dur=");
  });

  test("a harmless request id is kept, any other replaced", async () => {
    const { call } = await start();
    const kept = await call("/health", { headers: { "x-request-id": "trace-1:a.b" } });
    expect(kept.headers.get("x-request-id")).toBe("trace-1:a.b");
    for (const bad of ["a b", "x".repeat(129), "<script>", '{"a":1}']) {
      const replaced = await call("/health", { headers: { "x-request-id": bad } });
      expect(replaced.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
    }
  });
}

function testErrors(start: Start, path: string): void {
  test("an unknown path is 404 and a wrong method 405, as JSON", async () => {
    const { call } = await start();
    await expectError(await call("/there/is/nothing"), "not_found");
    const wrongMethod = await call(path, { method: "DELETE" });
    expect(wrongMethod.headers.get("allow")).toContain("POST");
    await expectError(wrongMethod, "method_not_allowed");
  });

  test.each([
    ["broken JSON", "{", "invalid_request"],
    ["no JSON at all", "texts=hello", "invalid_request"],
    ["an empty body", "", "invalid_request"],
    ["a bare NUL", "\0", "invalid_request"],
    ["null", "null", "invalid_request"],
    ["a list", "[]", "invalid_request"],
    ["a number", "1e999", "invalid_request"],
    ["an object with nothing in it", "{}", "invalid_request"],
    [
      "a key that would reach a prototype",
      '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}',
      "invalid_request",
    ],
    ["10,000 levels of nesting", `${"[".repeat(10_000)}${"]".repeat(10_000)}`, "invalid_request"],
    ["a million small values", `[${"1,".repeat(1_000_000)}1]`, "payload_too_large"],
  ] as const)("%s is refused as JSON with the documented code", async (_name, body, code) => {
    const { call } = await start();
    await expectError(await call(path, { method: "POST", headers: json, body }), code);
    expect((Object.prototype as { polluted?: unknown }).polluted).toBeUndefined();
  });

  test("bytes that are not UTF-8 are refused", async () => {
    const { call } = await start();
    const body = Buffer.concat([Buffer.from('{"texts":["'), Buffer.from([0xff, 0xfe, 0xc0, 0x80]), Buffer.from('"]}')]);
    const { message } = await expectError(await call(path, { method: "POST", headers: json, body }), "invalid_request");
    expect(message).toContain("UTF-8");
  });

  test.each([
    [{ "content-type": "application/x-www-form-urlencoded" }],
    [{ "content-type": "text/plain" }],
    [{ "content-type": "application/json; charset=utf-16" }],
    [{ "content-type": "application/json", "content-encoding": "gzip" }],
  ])("a body of type %o is refused", async (headers) => {
    const { call, server } = await start();
    const refused = await call(path, { method: "POST", headers, body: "{}" });
    const readsForms = server.routes.some((route) => route.path === path && route.bodies?.includes("form") === true);
    const isForm = headers["content-type"] === "application/x-www-form-urlencoded";
    // Where forms are read, this one is just an empty one.
    const { message } = await expectError(refused, isForm && readsForms ? "invalid_request" : "unsupported_media_type");
    expect(isForm && readsForms ? "JSON" : message).toContain("JSON");
  });
}

function testLimits(start: Start, path: string): void {
  test("a body over the limit is refused, whether or not it says its length", async () => {
    const { call, callExample } = await start({ environment: { MAX_BODY_BYTES: "2048" } });
    const tooLarge = JSON.stringify({ texts: ["x".repeat(5000)] });
    await expectError(await call(path, { method: "POST", headers: json, body: tooLarge }), "payload_too_large");
    const stream = new Blob([tooLarge]).stream();
    const streamed = await call(path, { method: "POST", headers: json, body: stream, duplex: "half" });
    await expectError(streamed, "payload_too_large");
    expect((await callExample()).status).toBe(200);
  });

  test("a deadline that cannot be met is answered when it ends, a senseless one refused", async () => {
    const gate = Promise.withResolvers<void>();
    const { callExample, server } = await start({ gate: gate.promise });
    await expectError(await callExample({ "x-timeout-ms": "30" }), "deadline_exceeded");
    for (const senseless of ["0", "-5", "soon", "Infinity"])
      await expectError(await callExample({ "x-timeout-ms": senseless }), "invalid_request");
    expect(server.admission.running).toBe(0);
    gate.resolve();
  });

  test("the server's own maximum bounds what a caller asks for", async () => {
    const gate = Promise.withResolvers<void>();
    const { callExample } = await start({ gate: gate.promise, environment: { REQUEST_TIMEOUT_MS: "100" } });
    const { message } = await expectError(await callExample({ "x-timeout-ms": "3600000" }), "deadline_exceeded");
    expect(message).toContain("100 ms");
    gate.resolve();
  });
}

function testKeys(start: Start): void {
  const environment = { SPACE_API_KEYS: "first, second" };

  test("with keys set, work needs one of them, in any of the usual headers", async () => {
    const { callExample } = await start({ environment });
    const accepted = [
      { authorization: "Bearer first" },
      { authorization: "bearer second" },
      { authorization: "second" },
      { authorization: "Bearer Bearer second" },
      { "x-api-key": "first" },
    ];
    for (const headers of accepted) expect((await callExample(headers)).status).toBe(200);
    const refused = [
      {},
      { authorization: "Bearer wrong" },
      { authorization: "Bearer " },
      { authorization: "Basic first" },
      { "x-api-key": "firs" },
      { "x-api-key": "" },
    ];
    for (const headers of refused) await expectError(await callExample(headers), "unauthorized");
  });

  test("a key in X-API-Key does not collide with the token of a private Space's edge", async () => {
    const { callExample } = await start({ environment });
    expect((await callExample({ authorization: "Bearer hf_edge", "x-api-key": "second" })).status).toBe(200);
    await expectError(await callExample({ authorization: "Bearer first", "x-api-key": "wrong" }), "unauthorized");
  });

  test("health, readiness and descriptions stay open", async () => {
    const { call } = await start({ environment });
    for (const path of ["/health", "/ready", "/status", "/metrics", "/openapi.json", "/docs", "/"])
      expect([path, (await call(path)).status]).toEqual([path, 200]);
  });

  test("an empty list of keys means open, and the older name of the key works", async () => {
    expect((await (await start({ environment: { SPACE_API_KEYS: " " } })).callExample()).status).toBe(200);
    const older = await start({ environment: { HF_SPACE_API_TOKEN: "old" } });
    await expectError(await older.callExample(), "unauthorized");
    expect((await older.callExample({ authorization: "Bearer old" })).status).toBe(200);
  });
}

function testPressure(start: Start): void {
  test("a full server refuses with 429 and says when to come back; health is not affected", async () => {
    const gate = Promise.withResolvers<void>();
    const { call, callExample, server } = await start({ gate: gate.promise, environment: { MAX_CONCURRENT_REQUESTS: "1" } });
    const first = callExample();
    await expect.poll(() => server.admission.running).toBe(1);
    const second = await callExample();
    expect(Number(second.headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
    expect(Number(second.headers.get("retry-after-ms"))).toBeGreaterThanOrEqual(1);
    await expectError(second, "overloaded");
    expect((await call("/health")).status).toBe(200);
    gate.resolve();
    expect((await first).status).toBe(200);
    expect((await callExample()).status).toBe(200);
  });

  test("a caller that leaves gives its place back at once", async () => {
    const gate = Promise.withResolvers<void>();
    const { callExample, server } = await start({ gate: gate.promise });
    const controller = new AbortController();
    const left = callExample({}, controller.signal).catch(() => undefined);
    await expect.poll(() => server.admission.running).toBe(1);
    controller.abort();
    await expect.poll(() => server.admission.running).toBe(0);
    gate.resolve();
    await left;
    expect((await callExample()).status).toBe(200);
  });
}

function testBrowsers(start: Start, path: string): void {
  test("a page on another origin may call with a key and read the timings", async () => {
    const { call, callExample } = await start();
    const origin = "https://page.example";
    const preflight = await call(path, {
      method: "OPTIONS",
      headers: {
        origin,
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,content-type,x-api-key,x-timeout-ms",
      },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get("access-control-allow-origin")).toBe("*");
    for (const name of ["authorization", "content-type", "x-api-key", "x-timeout-ms"])
      expect(preflight.headers.get("access-control-allow-headers")).toContain(name);
    const answer = await callExample({ origin });
    expect(answer.headers.get("access-control-allow-origin")).toBe("*");
    for (const name of ["x-request-id", "retry-after", "x-total-time"])
      expect(answer.headers.get("access-control-expose-headers")).toContain(name);
  });

  test("with a list of origins, only those get in", async () => {
    const { callExample } = await start({ environment: { CORS_ORIGINS: "https://mine.example" } });
    expect((await callExample({ origin: "https://mine.example" })).headers.get("access-control-allow-origin")).toBe("https://mine.example");
    expect((await callExample({ origin: "https://other.example" })).headers.get("access-control-allow-origin")).toBeNull();
  });
}
