import { CodedError, errorCodes, type ErrorCode } from "@repo/contracts/coded-error";
import { errorBody, extractionError, fastApiError, plainError } from "@repo/contracts/error-body";
import { openAiGenerationError, tgiError } from "@repo/contracts/generation-errors";
import { ollamaError } from "@repo/contracts/ollama";
import { openAiError } from "@repo/contracts/openai-embeddings";
import type { RouteFamily } from "@repo/contracts/route";
import { teiError } from "@repo/contracts/tei";
import { expect, test } from "vitest";
import { toCodedError, toErrorBody, toErrorHeaders, toStatus } from "./error-response.ts";

const schemas = {
  outpost: errorBody,
  plain: plainError,
  fastapi: fastApiError,
  extraction: extractionError,
  openai: openAiError,
  tei: teiError,
  "hugging-face": teiError,
  ollama: ollamaError,
  tgi: tgiError,
  "openai-generation": openAiGenerationError,
} satisfies Record<RouteFamily, unknown>;
const families = Object.keys(schemas) as RouteFamily[];
const codes = Object.keys(errorCodes) as ErrorCode[];

test.each(families)("every code has a body in the shape of %s", (family) => {
  for (const code of codes) {
    const body = toErrorBody(new CodedError(code, "What to do."), family, "id-1");
    expect([code, schemas[family].safeParse(body).success]).toEqual([code, true]);
    expect(JSON.stringify(body)).toContain("What to do.");
  }
});

test("families keep the statuses their clients know", () => {
  const invalid = new CodedError("invalid_request", "no");
  expect(families.map((family) => toStatus(invalid, family))).toEqual([400, 400, 400, 400, 400, 422, 422, 400, 422, 400]);
  expect(toStatus(new CodedError("invalid_request", "no", { details: { empty: true } }), "tei")).toBe(400);
  const long = new CodedError("input_too_long", "no");
  expect(families.map((family) => toStatus(long, family))).toEqual([422, 422, 422, 422, 400, 422, 422, 400, 422, 400]);
});

test("routes that write text never answer 503, whatever is wrong", () => {
  for (const family of ["tgi", "openai-generation"] as const) {
    expect(codes.map((code) => toStatus(new CodedError(code, "no"), family))).not.toContain(503);
    const loading = new CodedError("model_unavailable", "The model is loading.");
    expect([toStatus(loading, family), toErrorHeaders(loading)["retry-after"]]).toEqual([429, "1"]);
  }
});

test("a broken file is 422, a file of an unknown kind 400 and a request of an unknown kind 415", () => {
  const status = (code: ErrorCode, details?: Record<string, unknown>) =>
    toStatus(new CodedError(code, "no", details === undefined ? {} : { details }), "extraction");
  expect(status("invalid_request", { reason: "truncated" })).toBe(422);
  expect(status("unsupported_media_type")).toBe(400);
  expect(status("unsupported_media_type", { request: true })).toBe(415);
});

test("an overloaded server says when to come back, in seconds rounded up and in milliseconds", () => {
  expect(toErrorHeaders(new CodedError("overloaded", "full", { retryAfterMs: 1200 }))).toEqual({
    "x-should-retry": "true",
    "retry-after": "2",
    "retry-after-ms": "1200",
  });
  expect(toErrorHeaders(new CodedError("model_unavailable", "loading"))).toMatchObject({ "retry-after": "1" });
  expect(toErrorHeaders(new CodedError("invalid_request", "no"))).toEqual({ "x-should-retry": "false" });
});

test("what we did not throw ourselves tells the caller nothing about itself", () => {
  const error = toCodedError(new Error("ENOENT /home/user/key.pem"));
  expect(error.code).toBe("internal");
  expect(JSON.stringify(toErrorBody(error, "outpost", "id-1"))).not.toContain("key.pem");
  expect((error.cause as Error).message).toContain("key.pem");
});
