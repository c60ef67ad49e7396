import { expect, test } from "vitest";
import { CodedError, type ErrorCode, errorCodes, isErrorCode } from "./coded-error.ts";

const codes = Object.keys(errorCodes) as ErrorCode[];

test.for(codes)("%s carries the status and retryability of the table", (code) => {
  const error = new CodedError(code, "what and how");
  expect(error.status).toBe(errorCodes[code].status);
  expect(error.retryable).toBe(errorCodes[code].retryable);
  expect(error.message).toBe("what and how");
});

test("a refusal that the caller has to mend is never retryable, a passing state of the server always is", () => {
  for (const code of codes) {
    const { status, retryable } = errorCodes[code];
    expect([code, retryable]).toEqual([code, status === 429 || status >= 500]);
  }
});

test.for<[string, unknown, boolean]>([
  ["its own instance", new CodedError("internal", ""), true],
  ["an instance of another copy of the module", { [Symbol.for("outpost.coded-error")]: true }, true],
  ["a plain error", new Error("x"), false],
  ["an object with a code", { code: "internal" }, false],
  ["null", null, false],
  ["undefined", undefined, false],
  ["a string", "internal", false],
])("isInstance tells %s", ([, value, expected]) => {
  expect(CodedError.isInstance(value)).toBe(expected);
});

test("cause, details, pause and source are kept", () => {
  const cause = new Error("why");
  const remote = { url: "http://127.0.0.1/embed", status: 503 };
  const error = new CodedError("model_unavailable", "asleep", { cause, details: { state: "warming" }, retryAfterMs: 1_000, remote });
  expect(error).toMatchObject({ cause, details: { state: "warming" }, retryAfterMs: 1_000, remote });
});

test("only the table's own names are codes", () => {
  expect(codes.every(isErrorCode)).toBe(true);
  for (const value of ["toString", "", 400, null]) expect(isErrorCode(value)).toBe(false);
});
