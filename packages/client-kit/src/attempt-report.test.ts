import { embedTextRoute } from "@repo/contracts/text-embedding-routes";
import { expect, test } from "vitest";
import { failureOf } from "../test/failure-of.ts";
import { embed, json, startLocalSpace } from "../test/local-space.ts";
import type { AttemptReport } from "./attempt-report.ts";
import { createSpaceClient } from "./create-space-client.ts";

const body = { texts: ["Batman"] };
const failing = json(500, { error: { code: "inference_failed", message: "no", requestId: "r", retryable: true } });

test("every attempt of a call is reported once, the failed ones with their error", async (context) => {
  const space = await startLocalSpace(context, { "/embed": (...exchange) => (exchange[2] < 2 ? failing : embed)(...exchange) });
  const attempts: AttemptReport[] = [];
  const client = createSpaceClient({ url: space.url, retryDelayMs: 1, onAttempt: (attempt) => void attempts.push(attempt) });
  await client.call(embedTextRoute, body, { requestId: "call-1" });
  expect(attempts.map(({ route, number, error, context: { requestId } }) => [route, number, error?.code, requestId])).toEqual([
    ["POST /embed", 1, "inference_failed", "call-1"],
    ["POST /embed", 2, "inference_failed", "call-1"],
    ["POST /embed", 3, undefined, "call-1"],
  ]);
  expect(attempts.every(({ latencyMs }) => latencyMs > 0)).toBe(true);
});

test("a call that fails for good is reported, and a listener that throws disturbs nothing", async (context) => {
  const space = await startLocalSpace(context, { "/embed": failing });
  const attempts: AttemptReport[] = [];
  const client = createSpaceClient({
    url: space.url,
    maxAttempts: 2,
    retryDelayMs: 1,
    onAttempt: (attempt) => {
      attempts.push(attempt);
      throw new Error("the listener's own fault");
    },
  });
  expect((await failureOf(client.call(embedTextRoute, body))).code).toBe("inference_failed");
  expect(attempts.map(({ number }) => number)).toEqual([1, 2]);
});
