import { CodedError } from "@repo/contracts/coded-error";
import { defineRoute } from "@repo/contracts/route";
import { fileField, filesField, isUploadedFile } from "@repo/contracts/uploaded-file";
import { afterEach, expect, test } from "vitest";
import { z } from "zod";
import { createServer } from "./create-server.ts";
import { listen, type Listener } from "./listen.ts";
import { mountRoute, mountStream } from "./mount-route.ts";
import { buildOpenApi } from "./openapi.ts";
import type { Server, ServerLimits } from "./server.ts";

const measureRoute = defineRoute({
  method: "POST",
  path: "/measure",
  family: "extraction",
  summary: "Sizes of files",
  bodies: ["multipart", "binary", "form", "json", "query"],
  request: z.object({ file: fileField("Any file.").optional(), others: filesField("More.").optional(), note: z.string().default("none") }),
  response: z.object({
    note: z.string(),
    name: z.string().nullable(),
    type: z.string().nullable(),
    bytes: z.number(),
    others: z.array(z.number()),
  }),
});

const countRoute = defineRoute({
  method: "POST",
  path: "/count",
  family: "extraction",
  summary: "Counts",
  request: z.object({ to: z.number(), fail_at: z.number().optional() }),
  response: z.object({ n: z.number() }),
  streams: true,
});

const listeners: Listener[] = [];
afterEach(async () => {
  for (const listener of listeners.splice(0)) await listener.close({ force: true });
});

interface Started {
  server: Server;
  url: string;
  /** What the counter has counted, and whether it was told to stop. */
  counted: { n: number; isOver: boolean; wasAborted: boolean };
}

async function start(limits: Partial<ServerLimits> = {}, gapMs = 0): Promise<Started> {
  const server = createServer({ name: "files", version: "1", limits });
  const counted = { n: 0, isOver: false, wasAborted: false };
  mountRoute(server, measureRoute, ({ file, others = [], note }) => ({
    note,
    name: file?.name ?? null,
    type: file?.type ?? null,
    bytes: file?.bytes.length ?? -1,
    others: others.map(({ bytes }) => bytes.length),
  }));
  mountStream(server, countRoute, async function* ({ to, fail_at }, { signal }) {
    signal.addEventListener("abort", () => (counted.wasAborted = true));
    try {
      for (let n = 1; n <= to; n += 1) {
        if (n === fail_at) throw new CodedError("invalid_request", "Enough.", { details: { reason: "enough" } });
        counted.n = n;
        yield { n };
        if (gapMs > 0) await new Promise((resolve) => setTimeout(resolve, gapMs));
      }
    } finally {
      counted.isOver = true;
    }
  });
  const listener = await listen(server, { port: 0, hostname: "127.0.0.1" });
  listeners.push(listener);
  return { server, url: listener.url, counted };
}

function toForm(...entries: [string, string | Blob, string?][]): FormData {
  const form = new FormData();
  for (const [name, value, fileName] of entries) {
    if (typeof value === "string") form.append(name, value);
    else form.append(name, value, fileName);
  }
  return form;
}

async function post(url: string, init: RequestInit): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(url, { method: "POST", ...init });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

test("one route reads its fields from a form, a file as the body, JSON or the query", async () => {
  const { url } = await start();
  const jpeg = new Blob([new Uint8Array(300_000)], { type: "image/jpeg" });
  const form = toForm(["file", jpeg, "scan ü.jpg"], ["others", new Blob(["ab"])], ["others", new Blob(["abc"]), "x"], ["note", "hi"]);
  expect(await post(`${url}/measure?note=overruled`, { body: form })).toEqual({
    status: 200,
    body: { note: "hi", name: "scan ü.jpg", type: "image/jpeg", bytes: 300_000, others: [2, 3] },
  });
  const binary = { body: new Uint8Array([1, 2, 3]), headers: { "content-type": "application/pdf" } };
  expect((await post(`${url}/measure?note=query`, binary)).body).toMatchObject({ note: "query", bytes: 3, type: "application/pdf" });
  expect((await post(`${url}/measure`, { body: new URLSearchParams({ note: "form" }) })).body).toMatchObject({ note: "form", bytes: -1 });
  const json = { body: JSON.stringify({ note: "json" }), headers: { "content-type": "application/json" } };
  expect((await post(`${url}/measure?note=query`, json)).body).toMatchObject({ note: "json" });
  expect((await post(`${url}/measure?note=alone`, {})).body).toMatchObject({ note: "alone" });
});

test("a file field that was left empty in a browser's form is not there; a text in its place is refused", async () => {
  const { url } = await start();
  expect((await post(`${url}/measure`, { body: toForm(["file", new Blob([]), ""]) })).body).toMatchObject({ bytes: -1 });
  expect((await post(`${url}/measure`, { body: toForm(["file", new Blob([]), "empty.png"]) })).body).toMatchObject({ bytes: 0 });
  const text = await post(`${url}/measure`, { body: toForm(["file", "text"]) });
  expect([text.status, text.body.code]).toEqual([400, "invalid_request"]);
});

test("limits hold per file, per body and for the number of files, declared or not", async () => {
  const { url, server } = await start({ maxBodyBytes: 10_000, maxFileBytes: 1000, maxFiles: 2 });
  const file = (bytes: number) => new Blob([new Uint8Array(bytes)]);
  const refused = async (init: RequestInit) => {
    const { status, body } = await post(`${url}/measure`, init);
    return [status, body.code];
  };
  const binary = { "content-type": "image/png" };
  expect(await refused({ body: toForm(["file", file(1001), "a"]) })).toEqual([413, "payload_too_large"]);
  expect(await refused({ body: file(1001), headers: binary })).toEqual([413, "payload_too_large"]);
  expect(await refused({ body: file(20_000), headers: binary })).toEqual([413, "payload_too_large"]);
  expect(await refused({ body: file(20_000).stream(), headers: binary, duplex: "half" } as RequestInit)).toEqual([
    413,
    "payload_too_large",
  ]);
  expect(await refused({ body: toForm(["others", file(1)], ["others", file(1)], ["others", file(1)]) })).toEqual([
    413,
    "payload_too_large",
  ]);
  expect((await post(`${url}/measure`, { body: toForm(["file", file(1000), "a"], ["others", file(1)]) })).status).toBe(200);
  await expect.poll(() => server.admission.running).toBe(0);
});

test.each([
  ["no boundary", "multipart/form-data", "x", 400],
  ["another boundary", "multipart/form-data; boundary=abc", "--xyz\r\n\r\n", 400],
  ["cut in a header", "multipart/form-data; boundary=abc", "--abc\r\nContent-Disposition: form-da", 400],
  [
    "cut in a file",
    "multipart/form-data; boundary=abc",
    '--abc\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n12',
    400,
  ],
  ["broken JSON", "application/json", "{", 400],
])("a broken body (%s) is refused in the family's shape", async (_name, type, body, status) => {
  const { url } = await start();
  const refused = await post(`${url}/measure`, { body, headers: { "content-type": type } });
  expect(refused).toMatchObject({ status, body: { success: false, code: "invalid_request" } });
  expect(refused.body.detail).toBe(refused.body.error);
});

test("a type that a route does not read is 415 and says what it reads; a compressed body too", async () => {
  const { url } = await start();
  const json = await post(`${url}/count`, { body: "to=3", headers: { "content-type": "application/x-www-form-urlencoded" } });
  expect([json.status, json.body.code]).toEqual([415, "unsupported_media_type"]);
  const packed = await post(`${url}/measure`, { body: "x", headers: { "content-type": "image/png", "content-encoding": "gzip" } });
  expect([packed.status, packed.body.code]).toEqual([415, "unsupported_media_type"]);
});

test("bytes of files count until the request is answered, and a body over what is left waits outside", async () => {
  const { server, url } = await start({ maxBodyBytes: 1000, maxArrivingBytes: 1500 });
  const held = server.bodyBudget.hold();
  held.grow(1000);
  const full = await post(`${url}/measure`, { body: new Uint8Array(900), headers: { "content-type": "image/png" } });
  expect([full.status, full.body.code]).toEqual([429, "overloaded"]);
  held.release();
  for (let n = 0; n < 5; n += 1) {
    const fits = await post(`${url}/measure`, { body: new Uint8Array(900), headers: { "content-type": "image/png" } });
    expect(fits.status).toBe(200);
  }
});

const countUp = async (url: string, body: unknown, headers: Record<string, string> = {}, signal?: AbortSignal) =>
  await fetch(`${url}/count`, {
    method: "POST",
    body: JSON.stringify(body),
    headers: { "content-type": "application/json", ...headers },
    ...(signal === undefined ? {} : { signal }),
  });

test("a stream is one JSON text per line, or server-sent events for callers that accept them", async () => {
  const { url } = await start();
  const lines = await countUp(url, { to: 3 });
  expect(lines.headers.get("content-type")).toContain("application/x-ndjson");
  expect(await lines.text()).toBe('{"n":1}\n{"n":2}\n{"n":3}\n');
  const events = await countUp(url, { to: 2 }, { accept: "text/event-stream" });
  expect(events.headers.get("content-type")).toContain("text/event-stream");
  expect(await events.text()).toBe('data: {"n":1}\n\ndata: {"n":2}\n\n');
  expect(await (await countUp(url, { to: 0 })).text()).toBe("");
});

test("what goes wrong before the first value has its own status, after it is the last value", async () => {
  const { url, server } = await start();
  const early = await countUp(url, { to: 3, fail_at: 1 });
  expect([early.status, ((await early.json()) as { code: string }).code]).toEqual([422, "invalid_request"]);
  const late = (await (await countUp(url, { to: 3, fail_at: 2 })).text()).trim().split("\n");
  expect(late.map((line) => JSON.parse(line) as unknown)).toMatchObject([{ n: 1 }, { success: false, code: "invalid_request" }]);
  const event = await (await countUp(url, { to: 3, fail_at: 2 }, { accept: "text/event-stream" })).text();
  expect(event).toContain('event: error\ndata: {"success":false');
  await expect.poll(() => server.admission.running).toBe(0);
});

test("a deadline ends a stream with an error as its last value", async () => {
  const { url, counted } = await start({}, 20);
  const lines = (await (await countUp(url, { to: 1000 }, { "x-timeout-ms": "150" })).text()).trim().split("\n");
  expect(JSON.parse(lines.at(-1) as string)).toMatchObject({ success: false, code: "deadline_exceeded" });
  await expect.poll(() => counted.isOver).toBe(true);
});

test("a reader that does not read stops the work, one that leaves ends it", async () => {
  const { url, counted, server } = await start();
  const controller = new AbortController();
  const response = await countUp(url, { to: 50_000_000 }, {}, controller.signal);
  await response.body?.getReader().read();
  let before = -1;
  // The sockets' buffers fill up, and then nothing is asked for any more.
  await expect
    .poll(
      () => {
        const isStill = counted.n === before;
        before = counted.n;
        return isStill;
      },
      { interval: 200, timeout: 10_000 },
    )
    .toBe(true);
  expect(counted.isOver).toBe(false);
  controller.abort();
  await expect.poll(() => counted.isOver).toBe(true);
  expect(counted.wasAborted).toBe(true);
  await expect.poll(() => server.admission.running).toBe(0);
});

test("OpenAPI names every way to send and both forms of a stream", async () => {
  const { server } = await start();
  const { paths } = buildOpenApi(server) as {
    paths: Record<
      string,
      { post: { parameters: { name: string }[]; requestBody: { content: object }; responses: Record<string, { content: object }> } }
    >;
  };
  const measure = paths["/measure"]?.post;
  expect(Object.keys(measure?.requestBody.content ?? {})).toEqual([
    "multipart/form-data",
    "*/*",
    "application/x-www-form-urlencoded",
    "application/json",
  ]);
  expect(measure?.parameters.map(({ name }) => name)).toEqual(["note"]);
  expect(Object.keys(paths["/count"]?.post.responses["200"]?.content ?? {})).toEqual(["application/x-ndjson", "text/event-stream"]);
  expect(isUploadedFile({ bytes: new Uint8Array() })).toBe(true);
});
