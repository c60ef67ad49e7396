import { CodedError } from "@repo/contracts/coded-error";
import { defineRoute } from "@repo/contracts/route";
import { expect, test } from "vitest";
import { z } from "zod";
import { createServer } from "./create-server.ts";
import { defineAlternative, defineStreamAlternative, mountAlternatives } from "./mount-route.ts";
import { buildOpenApi } from "./openapi.ts";

const request = z.object({ to: z.number(), stream: z.boolean().optional(), fail_at: z.number().optional() });
const shared = { method: "POST", path: "/v1/count", family: "openai-generation", summary: "Counts", request } as const;
const whole = defineRoute({ ...shared, response: z.object({ numbers: z.array(z.number()) }) });
const parts = defineRoute({ ...shared, response: z.object({ n: z.number() }), streams: "events", streamEnd: "[DONE]" });

const server = createServer({ name: "count", version: "1" });
mountAlternatives(server, [
  defineStreamAlternative(
    parts,
    async function* ({ to, fail_at }) {
      for (let n = 1; n <= to; n += 1) {
        if (n === fail_at) throw new CodedError("inference_failed", "It broke.");
        yield { n };
      }
    },
    (body) => (body as { stream?: boolean }).stream === true,
  ),
  defineAlternative(whole, ({ to }) => ({ numbers: Array.from({ length: to }, (_, index) => index + 1) })),
]);

const count = (body: object) =>
  server.app.request("/v1/count", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });

test("one path answers a value or, where the body asks for it, nameless events with an end", async () => {
  expect(await (await count({ to: 2 })).json()).toEqual({ numbers: [1, 2] });
  const stream = await count({ to: 2, stream: true });
  expect(stream.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
  expect(stream.headers.get("x-accel-buffering")).toBe("no");
  expect(await stream.text()).toBe('data: {"n":1}\n\ndata: {"n":2}\n\ndata: [DONE]\n\n');
});

test("an error after the first value is the last event, in the family's shape and without the end", async () => {
  const text = await (await count({ to: 3, stream: true, fail_at: 2 })).text();
  const error = { error: { message: "It broke.", type: "server_error", param: null, code: "inference_failed" }, message: "It broke." };
  expect(text).toBe(`data: {"n":1}\n\ndata: ${JSON.stringify(error)}\n\n`);
  const early = await count({ to: 3, stream: true, fail_at: 1 });
  expect([early.status, await early.json()]).toEqual([500, error]);
});

test("OpenAPI tells both answers", () => {
  const { paths } = buildOpenApi(server) as { paths: Record<string, { post: { responses: Record<string, { content: object }> } }> };
  expect(Object.keys(paths["/v1/count"]?.post.responses["200"]?.content ?? {})).toEqual(["application/json", "text/event-stream"]);
});
