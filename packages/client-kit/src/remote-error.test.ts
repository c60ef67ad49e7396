import { expect, test } from "vitest";
import { toAttemptFailure } from "./remote-error.ts";
import type { HttpAnswer } from "./send-request.ts";

function answer(status: number, body: unknown, headers: Record<string, string> = {}): HttpAnswer {
  const isText = typeof body === "string";
  return {
    url: "http://space/embed",
    status,
    headers: new Headers(headers),
    text: isText ? body : JSON.stringify(body),
    json: isText ? undefined : body,
    isHtml: isText && body.startsWith("<html"),
    hide: (said) => said.replaceAll("sk-1", "[redacted]"),
  };
}

test.for([
  [
    "ours",
    413,
    { error: { code: "payload_too_large", message: "3,000 texts", requestId: "r-1", retryable: false, details: { limit: 2048 } } },
    "payload_too_large",
    "3,000 texts",
  ],
  [
    "OpenAI's",
    400,
    { error: { message: "too long", type: "invalid_request_error", param: "input", code: "input_too_long" } },
    "input_too_long",
    "too long",
  ],
  [
    "OpenAI's with a code of its own",
    401,
    { error: { message: "bad key", type: "x", param: null, code: "invalid_api_key" } },
    "unauthorized",
    "bad key",
  ],
  ["TEI's", 422, { error: "batch size 65 > 32", error_type: "Validation" }, "invalid_request", "batch size 65"],
  ["TEI's on its OpenAI route", 424, { message: "backend died", code: 424, type: "Backend" }, "inference_failed", "backend died"],
  ["Ollama's", 404, { error: "model not found" }, "not_found", "model not found"],
  ["Hugging Face's list", 400, { error: ["first", "second"] }, "invalid_request", "first; second"],
  [
    "FastAPI's",
    422,
    { detail: [{ loc: ["body", "texts"], msg: "field required", type: "missing" }] },
    "invalid_request",
    "body.texts field required",
  ],
  ["FastAPI's short", 500, { detail: "CUDA" }, "inference_failed", "CUDA"],
  ["plain text", 413, "length limit exceeded", "payload_too_large", "length limit exceeded"],
  ["an HTML page", 404, "<html><body>Not here</body></html>", "not_found", "with an HTML page"],
  ["an empty body", 418, "", "invalid_request", "answered 418"],
  ["unknown JSON", 507, { whatever: 1 }, "internal", "answered 507"],
] as const)("the error body is understood: $0", ([, status, body, code, words]) => {
  const { error } = toAttemptFailure(answer(status, body), "POST /embed");
  expect(error).toMatchObject({ code, remote: { status, url: "http://space/embed" } });
  expect(error.message).toContain(words);
});

test("request id, details and times are kept", () => {
  const { error } = toAttemptFailure(
    answer(
      503,
      { error: { code: "overloaded", message: "full", requestId: "r-2", retryable: true, details: { queue: 9 } } },
      { "retry-after": "2" },
    ),
    "x",
  );
  expect(error).toMatchObject({ details: { queue: 9 }, retryAfterMs: 2000, remote: { requestId: "r-2", retryAfterMs: 2000 } });
  expect(toAttemptFailure(answer(503, { error: "loading", estimated_time: 20.5 }), "x").error.retryAfterMs).toBe(20_500);
});

test("a page is not repeated and a long message is cut", () => {
  expect(toAttemptFailure(answer(502, "<html>secret internals</html>"), "x").error.message).not.toContain("secret internals");
  expect(toAttemptFailure(answer(400, { error: "y".repeat(10_000) }), "x").error.message.length).toBeLessThan(600);
});

test.for([
  [400, { error: "a" }, "final"],
  [401, "<html>", "final"],
  [404, "<html>", "final"],
  [408, {}, "transient"],
  [424, {}, "transient"],
  [425, {}, "transient"],
  [429, {}, "transient"],
  [500, {}, "transient"],
  [500, "<html>", "asleep"],
  [501, {}, "final"],
  [502, "bad gateway", "asleep"],
  [502, {}, "transient"],
  [503, {}, "asleep"],
  [503, "<html>", "asleep"],
  [504, "<html>", "asleep"],
  [504, {}, "transient"],
] as const)("status $0 with $1 is $2", ([status, body, kind]) => {
  expect(toAttemptFailure(answer(status, body), "x").kind).toBe(kind);
});

test("keys that a server repeats are hidden in message and details", () => {
  const { error } = toAttemptFailure(
    answer(401, { error: { code: "unauthorized", message: "not sk-1", requestId: "r", retryable: false, details: { keys: ["sk-1"] } } }),
    "x",
  );
  expect(error.message).toContain("not [redacted]");
  expect(error.details).toEqual({ keys: ["[redacted]"] });
});
