import { expect, test } from "vitest";
import { networkCause } from "./network-cause.ts";

const thrownByFetch = (code: string) => new TypeError("fetch failed", { cause: Object.assign(new Error("x"), { code }) });

test.for([
  ["ECONNREFUSED", "refused"],
  ["ENOTFOUND", "dns"],
  ["EAI_AGAIN", "dns"],
  ["ECONNRESET", "reset"],
  ["UND_ERR_SOCKET", "reset"],
  ["CERT_HAS_EXPIRED", "tls"],
  ["DEPTH_ZERO_SELF_SIGNED_CERT", "tls"],
  ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "tls"],
  ["ERR_TLS_CERT_ALTNAME_INVALID", "tls"],
  ["UND_ERR_CONNECT_TIMEOUT", "network"],
] as const)("%s is %s", ([code, cause]) => {
  expect(networkCause(thrownByFetch(code))).toBe(cause);
});

test("the first of several addresses that failed tells, and a browser tells nothing", () => {
  const both = new TypeError("fetch failed", { cause: new AggregateError([Object.assign(new Error("x"), { code: "ECONNREFUSED" })]) });
  expect(networkCause(both)).toBe("refused");
  expect(networkCause(new TypeError("Failed to fetch"))).toBe("network");
  expect(networkCause(null)).toBe("network");
});
