import { extractBatchRoute, type BatchItem } from "@repo/contracts/answer-sheets";
import { defineRoute } from "@repo/contracts/route";
import { fileField } from "@repo/contracts/uploaded-file";
import { expect, test } from "vitest";
import { z } from "zod";
import { createAnswerSheetClient } from "./answer-sheet-client.ts";
import { createSpaceClient, type SpaceClientOptions } from "./create-space-client.ts";
import { encodeRequest } from "./encode-request.ts";
import { failureOf } from "../test/failure-of.ts";
import { json, page, startLocalSpace, type Answer, type LocalSpace } from "../test/local-space.ts";

const fast = { retryDelayMs: 5, pollIntervalMs: 10, coolDownMs: 200, breakForMs: 50, wakeBudgetMs: 2_000 };
const connect = (space: LocalSpace, options: Partial<SpaceClientOptions> = {}) =>
  createSpaceClient({ url: space.url, ...fast, ...options });

const file = { bytes: new Uint8Array([1, 2, 3]), name: "a.png", type: "image/png" };
const item = (index: number): BatchItem => ({ index, file: "a.png", page: null, error: { code: "invalid_request", message: "broken" } });
const ndjson = { "content-type": "application/x-ndjson; charset=utf-8" };
const lines = (...items: unknown[]): string => items.map((value) => `${JSON.stringify(value)}\n`).join("");

/** Sends `parts` one by one, a turn of the loop between them. */
function streaming(...parts: string[]): Answer {
  return async (response) => {
    response.writeHead(200, ndjson);
    for (const part of parts) {
      response.write(part);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    response.end();
  };
}

async function collect<T>(values: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const value of values) all.push(value);
  return all;
}

const request = { files: [file] };

test("parameters of the path are filled in and escaped; GET has its fields in the query", async (context) => {
  const space = await startLocalSpace(context, { "/records/a%2Fb": json(200, { ok: true }) });
  const route = defineRoute({
    method: "GET",
    path: "/records/:id{.+}",
    family: "plain",
    summary: "",
    request: z.object({ limit: z.number() }),
    response: z.object({ ok: z.boolean() }),
  });
  expect(await connect(space).call(route, { limit: 5 }, { params: { id: "a/b" } })).toEqual({ ok: true });
  expect(encodeRequest(route, { limit: 5 }, { id: "a/b" }).path).toBe("/records/a%2Fb?limit=5");
  expect((await failureOf(connect(space).call(route, { limit: 5 }))).code).toBe("invalid_request");
});

test("a file travels as the whole body where the route says so, with the rest in the query", async (context) => {
  const space = await startLocalSpace(context, { "/put": json(200, { ok: true }) });
  const route = defineRoute({
    method: "POST",
    path: "/put",
    family: "plain",
    summary: "",
    bodies: ["binary"],
    request: z.object({ file: fileField("A file."), note: z.string() }),
    response: z.object({ ok: z.boolean() }),
  });
  await connect(space).call(route, { file, note: "x y" });
  expect(space.seen[0]).toMatchObject({ body: "\u0001\u0002\u0003", headers: { "content-type": "image/png" } });
  expect(encodeRequest(route, { file, note: "x y" }).path).toBe("/put?note=x+y");
});

test("a form carries files with name and type, and lists as JSON", async (context) => {
  const space = await startLocalSpace(context, { "/extract/batch": streaming() });
  await collect(connect(space).stream(extractBatchRoute, { files: [file, file], course_list: ["CS1", "CS2"], crops: true }));
  const [{ body, headers } = { body: "", headers: {} }] = space.seen;
  expect(headers["content-type"]).toMatch(/^multipart\/form-data; boundary=/);
  expect(body.match(/name="files"; filename="a.png"\r\nContent-Type: image\/png/g)).toHaveLength(2);
  expect(body).toContain('["CS1","CS2"]');
  expect(body).toContain('name="crops"\r\n\r\ntrue');
});

test("values come as they are sent, also when a line is cut between two packets", async (context) => {
  const all = lines(item(0), item(1), item(2));
  const space = await startLocalSpace(context, { "/extract/batch": streaming(all.slice(0, 50), all.slice(50, 120), all.slice(120)) });
  expect(await collect(connect(space).stream(extractBatchRoute, request))).toEqual([item(0), item(1), item(2)]);
});

test("a sleeping or failing Space is woken and tried again until the stream begins", async (context) => {
  const answers: Answer[] = [
    page(503),
    json(500, { success: false, error: "defect", code: "internal", request_id: "r" }),
    streaming(lines(item(0))),
  ];
  const space = await startLocalSpace(context, {
    "/extract/batch": (response, seen, index) => answers[Math.min(index, 2)]?.(response, seen, index),
  });
  expect(await collect(connect(space).stream(extractBatchRoute, request))).toEqual([item(0)]);
  expect(space.count("/extract/batch")).toBe(3);
});

test("a refusal is thrown with its code and details, once", async (context) => {
  const refusal = {
    success: false,
    error: "too big",
    detail: "too big",
    code: "payload_too_large",
    request_id: "r1",
    details: { maxFileBytes: 5 },
  };
  const space = await startLocalSpace(context, { "/extract/batch": json(413, refusal) });
  const error = await failureOf(collect(connect(space).stream(extractBatchRoute, request)));
  expect(error).toMatchObject({ code: "payload_too_large", details: { maxFileBytes: 5 }, remote: { status: 413, requestId: "r1" } });
  expect(space.count("/extract/batch")).toBe(1);
});

test("an error inside the stream is thrown after the values before it", async (context) => {
  const failure = { success: false, error: "late sk-secret", code: "deadline_exceeded", request_id: "r1" };
  const space = await startLocalSpace(context, { "/extract/batch": streaming(lines(item(0), failure)) });
  const seen: BatchItem[] = [];
  const error = await failureOf(
    (async () => {
      for await (const value of connect(space, { apiKey: "sk-secret" }).stream(extractBatchRoute, request)) seen.push(value);
    })(),
  );
  expect([seen.length, error.code]).toEqual([1, "deadline_exceeded"]);
  expect(error.message).not.toContain("sk-secret");
});

test.for<[string, Answer, string]>([
  [
    "a cut connection",
    (response) => void (response.writeHead(200, ndjson), response.write(lines(item(0)), () => response.destroy())),
    "model_unavailable",
  ],
  ["half a line", streaming(lines(item(0)), '{"index":'), "model_unavailable"],
  ["another contract", streaming(lines(item(0), { weather: "fine" })), "internal"],
  ["silence", (response) => void (response.writeHead(200, ndjson), response.write(lines(item(0)))), "deadline_exceeded"],
])("%s in the middle of a stream is an error, and what came before it was given", async ([, answer, code], context) => {
  const space = await startLocalSpace(context, { "/extract/batch": answer });
  const seen: BatchItem[] = [];
  const error = await failureOf(
    (async () => {
      for await (const value of connect(space, { timeoutMs: 300 }).stream(extractBatchRoute, request)) seen.push(value);
    })(),
  );
  expect([seen.length, error.code]).toEqual([1, code]);
});

test("leaving the loop, aborting and the deadline end the connection", async (context) => {
  let closed = 0;
  const endless: Answer = (response) => {
    response.writeHead(200, ndjson);
    const timer = setInterval(() => response.write(lines(item(0))), 5);
    response.on("close", () => {
      clearInterval(timer);
      closed += 1;
    });
  };
  const space = await startLocalSpace(context, { "/extract/batch": endless });
  const client = connect(space);
  for await (const value of client.stream(extractBatchRoute, request)) {
    expect(value.index).toBe(0);
    break;
  }
  await expect.poll(() => closed).toBe(1);
  const controller = new AbortController();
  const aborted = failureOf(collect(client.stream(extractBatchRoute, request, { signal: controller.signal })));
  await expect.poll(() => space.count("/extract/batch")).toBe(2);
  controller.abort();
  expect((await aborted).code).toBe("cancelled");
  await expect.poll(() => closed).toBe(2);
  const late = await failureOf(collect(client.stream(extractBatchRoute, request, { deadlineAt: Date.now() + 200 })));
  expect(late.code).toBe("deadline_exceeded");
  await expect.poll(() => closed).toBe(3);
  expect(Number(space.seen.at(-1)?.headers["x-timeout-ms"])).toBeLessThanOrEqual(200);
});

test("a large batch is sent in pieces and keeps the positions of its files", async (context) => {
  const space = await startLocalSpace(context, {
    "/extract/batch": (response, { body }) => {
      const count = body.split('name="files"').length - 1;
      response.writeHead(200, ndjson).end(lines(...Array.from({ length: count }, (_, index) => item(index))));
    },
  });
  const client = createAnswerSheetClient(connect(space));
  const items = await collect(client.readMany(Array.from({ length: 40 }, () => file)));
  expect(items.map(({ index }) => index)).toEqual(Array.from({ length: 40 }, (_, index) => index));
  expect(space.count("/extract/batch")).toBe(3);
});
