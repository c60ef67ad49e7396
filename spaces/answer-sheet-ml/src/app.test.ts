import type { ExtractResponse } from "@repo/contracts/answer-sheets";
import { encodePng } from "@repo/engine-onnx/vision/encode-png";
import { testSpaceConformance } from "@repo/testing/space-conformance";
import { startSpaceUnderTest, type SpaceUnderTest, type StartOptions } from "@repo/testing/space-under-test";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { toJpeg, toPdf, toPng } from "../test/sheet-files.ts";
import { writeTinyModels } from "../test/tiny-models.ts";
import { createApp } from "./app.ts";
import { configSchema } from "./config.ts";
import { createService } from "./service.ts";

// One for all tests: what starts and stops is the server.
const shared = await createService({ MODEL_DIRECTORY: await writeTinyModels(), WORKERS: 1 });
afterAll(async () => await shared.close());

const smallPage = Buffer.from(encodePng({ width: 60, height: 80, gray: new Uint8Array(4800).fill(255) })).toString("base64");
const parts = {
  configSchema,
  createApp,
  createService: async () => await Promise.resolve(shared),
  example: { path: "/extract/base64", body: { image_data: smallPage } },
};

testSpaceConformance(parts);

const text = { register: "212223240017", subject: "19AI405" };
const started: SpaceUnderTest[] = [];
afterEach(async () => {
  for (const space of started.splice(0)) await space.close();
});
async function start(options?: StartOptions): Promise<SpaceUnderTest> {
  const space = await startSpaceUnderTest(parts, "a real port", options);
  started.push(space);
  return space;
}

interface Answered {
  status: number;
  body: Record<string, unknown> & Partial<ExtractResponse>;
}
async function read(response: Promise<Response>): Promise<Answered> {
  const answer = await response;
  return { status: answer.status, body: (await answer.json()) as Answered["body"] };
}
function toForm(
  files: readonly { bytes: Uint8Array; name?: string | undefined }[],
  fields: Record<string, string> = {},
  field = "file",
): RequestInit {
  const form = new FormData();
  for (const { bytes, name } of files) form.append(field, new Blob([bytes as Uint8Array<ArrayBuffer>]), name ?? "file");
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  return { method: "POST", body: form };
}

describe("clients of the original", () => {
  test("the app's upload (multipart as Python's requests writes it) finds every name it looks for", async () => {
    const { call } = await start();
    const { bytes } = await toJpeg(text);
    const boundary = "9a8b7c6d5e4f";
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="scan_0001.jpg"\r\n\r\n`;
    const body = Buffer.concat([Buffer.from(head), bytes, Buffer.from(`\r\n--${boundary}--\r\n`)]);
    const headers = { "content-type": `multipart/form-data; boundary=${boundary}`, accept: "*/*", "user-agent": "python-requests/2.32" };
    const { status, body: answer } = await read(call("/extract", { method: "POST", headers, body }));
    expect(status).toBe(200);
    expect(answer).toMatchObject({ success: true, register_number: text.register, subject_code: text.subject });
    for (const candidate of [...(answer.register_candidates ?? []), ...(answer.subject_candidates ?? [])]) {
      expect(Object.keys(candidate)).toEqual(expect.arrayContaining(["value", "confidence", "detection_confidence"]));
      expect(candidate.confidence).toBeLessThanOrEqual(1);
    }
  });

  test("/extract/base64 reads the query, JSON, forms and data URLs, and PDFs too", async () => {
    const { call } = await start();
    const jpeg = Buffer.from((await toJpeg(text)).bytes).toString("base64");
    const pdf = Buffer.from((await toPdf([text])).bytes).toString("base64");
    const json = { "content-type": "application/json" };
    const ways: RequestInit[] = [
      { method: "POST", headers: json, body: JSON.stringify({ image_data: jpeg }) },
      { method: "POST", headers: json, body: JSON.stringify({ image_data: `data:image/jpeg;base64,${jpeg}`, filename: "a.jpg" }) },
      { method: "POST", headers: json, body: JSON.stringify({ image_data: pdf }) },
      { method: "POST", body: new URLSearchParams({ image_data: jpeg.replaceAll("+", "-").replaceAll("/", "_") }) },
      { method: "POST", headers: { "content-type": "application/x-www-form-urlencoded" }, body: `image_data=${jpeg}` },
    ];
    for (const way of ways) expect((await read(call("/extract/base64", way))).body).toMatchObject({ register_number: text.register });
  });

  test("/status and / answer what the original answered", async () => {
    const { call } = await start();
    const status = (await (await call("/status")).json()) as Record<string, unknown>;
    expect(status).toMatchObject({ ready: true, primary_yolo: true, register_crnn: true, subject_crnn: true });
    expect(status["device"]).toMatch(/^cpu/);
    const index = (await (await call("/", { headers: { accept: "*/*" } })).json()) as { endpoints: string[] };
    expect(index.endpoints).toEqual(expect.arrayContaining(["/health", "/status", "/extract", "/extract/base64"]));
    expect((await (await call("/", { headers: { accept: "text/html,*/*;q=0.8" } })).text()).slice(0, 15)).toBe("<!doctype html>");
  });
});

describe("options", () => {
  test("a file as the body has its options in the query", async () => {
    const { call } = await start();
    const { bytes } = toPng(text);
    const init = { method: "POST", headers: { "content-type": "image/png" }, body: Buffer.from(bytes) };
    const { body } = await read(call("/extract?exam_type=CIA1&crops=1", init));
    expect(body.suggested_filename).toBe("212223240017_19AI405_CIA1.png");
    expect(body.register_candidates?.[0]?.crop).toMatch(/^data:image\/png;base64,/);
  });

  test("a list decides between close codes, and what was read stays beside it", async () => {
    const { call } = await start();
    const file = toPng({ ...text, subject: "19A1405" });
    const { body } = await read(call("/extract", toForm([file], { course_list: "19AI405, 19A1405, CS8501" })));
    expect(body.subject_candidates?.[0]).toMatchObject({ value: "19A1405", matched: true, raw: "19A1405" });
    expect(body.subject_candidates?.[0]?.margin).toBeGreaterThan(0);
  });

  test("a far entry is never forced on a reading", async () => {
    const { call } = await start();
    const { body } = await read(call("/extract", toForm([toPng(text)], { class_roster: '["999999999999","888888888888"]' })));
    expect(body.register_candidates?.[0]).toMatchObject({ value: text.register, matched: false });
    expect(body.warnings?.join(" ")).toContain("not on the list");
  });

  test("a reading of another form is reported with a warning and little confidence", async () => {
    const { call } = await start();
    const { body } = await read(call("/extract", toForm([toPng({ ...text, register: "2122232400" })])));
    expect(body.register_number).toBe("2122232400");
    expect(body.register_confidence).toBeLessThanOrEqual(0.1);
    expect([body.warnings?.length, body.suggested_filename]).toEqual([1, null]);
  });

  test.for([
    [{ pages: "first" }, "pages"],
    [{ register_pattern: "(a+)+$" }, "register_pattern"],
    [{ subject_pattern: "[A-Z]{2,90}" }, "subject_pattern"],
    [{ exam_type: "../../etc" }, "exam_type"],
    [{ crops: "perhaps" }, "crops"],
  ] as [Record<string, string>, string][])("options %o are refused by name", async ([fields, field]) => {
    const { call } = await start();
    const { status, body } = await read(call("/extract", toForm([toPng(text)], fields)));
    expect([status, body["code"]]).toEqual([400, "invalid_request"]);
    expect(String(body["error"])).toContain(field);
  });
});

describe("files that cannot be read", () => {
  const encrypted = Buffer.from(
    "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n3 0 obj<</Filter/Standard/V 1/R 2/O<0000000000000000000000000000000000000000000000000000000000000000>/U<0000000000000000000000000000000000000000000000000000000000000000>/P -4>>endobj\ntrailer<</Root 1 0 R/Encrypt 3 0 R/ID[<00><00>]>>",
  );

  test.for<[string, () => Uint8Array | Promise<Uint8Array>, number, string]>([
    ["an empty file", () => new Uint8Array(), 422, "invalid_request"],
    ["a text", () => Buffer.from("hello"), 400, "unsupported_media_type"],
    ["a program", () => Buffer.from("\u007fELF\u0002\u0001\u0001".padEnd(64, "\0"), "latin1"), 400, "unsupported_media_type"],
    ["half a JPEG", async () => (await toJpeg(text)).bytes.subarray(0, 2000), 422, "invalid_request"],
    ["half a PDF", async () => (await toPdf([text])).bytes.subarray(0, 900), 422, "invalid_request"],
    ["a PNG's head", () => toPng(text).bytes.subarray(0, 40), 422, "invalid_request"],
    ["an encrypted PDF", () => encrypted, 422, "invalid_request"],
    ["a picture of 2,000 million pixels", () => toBomb(), 413, "payload_too_large"],
  ])("%s is refused in the original's shape, with the reason", async ([, make, status, code]) => {
    const { call } = await start();
    const answer = await read(call("/extract", toForm([{ bytes: await make(), name: "x.pdf" }])));
    expect([answer.status, answer.body["code"]]).toEqual([status, code]);
    expect(answer.body).toMatchObject({ success: false });
    expect(answer.body["detail"]).toBe(answer.body.error);
    expect((answer.body["details"] as { reason: string }).reason).toMatch(/^[a-z_]+$/);
  });

  test("a wrong extension does not matter", async () => {
    const { call } = await start();
    const { body } = await read(call("/extract", toForm([{ ...(await toJpeg(text)), name: "scan.pdf" }])));
    expect(body).toMatchObject({ register_number: text.register, suggested_filename: "212223240017_19AI405.jpg" });
  });

  test("no file, an empty field, a wrong base64 and an upload over the limit are refused", async () => {
    const { call } = await start({ environment: { MAX_FILE_BYTES: "5000" } });
    const codes = async (path: string, init: RequestInit) => {
      const { status, body } = await read(call(path, init));
      return [status, body["code"]];
    };
    expect(await codes("/extract", toForm([], { exam_type: "CIA1" }))).toEqual([400, "invalid_request"]);
    expect(await codes("/extract", { method: "POST" })).toEqual([400, "invalid_request"]);
    expect(await codes("/extract", toForm([{ bytes: new Uint8Array(), name: "" }]))).toEqual([400, "invalid_request"]);
    expect(await codes("/extract", toForm([{ bytes: new Uint8Array(5001), name: "big.pdf" }]))).toEqual([413, "payload_too_large"]);
    const wrong = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ image_data: "%%%" }) };
    expect(await codes("/extract/base64", wrong)).toEqual([422, "invalid_request"]);
    expect(await codes("/extract", { method: "POST", headers: { "content-type": "application/json" }, body: "{}" })).toEqual([
      415,
      "unsupported_media_type",
    ]);
  });

  /** A PNG that says it is 50,000 x 40,000. */
  function toBomb(): Uint8Array {
    const small = Buffer.from(encodePng({ width: 10, height: 10, gray: new Uint8Array(100) }));
    small.writeUInt32BE(50_000, 16);
    small.writeUInt32BE(40_000, 20);
    return small;
  }
});

describe("a batch", () => {
  test("every page of every file is a line, a broken file in the middle is its own result", async () => {
    const { call } = await start();
    const pdf = await toPdf([text, { ...text, register: "212223240018" }], "two.pdf");
    const files = [toPng(text, "one.png"), { bytes: Buffer.from("garbage"), name: "bad.pdf" }, pdf];
    const response = await call("/extract/batch", toForm(files, {}, "files"));
    expect(response.headers.get("content-type")).toContain("application/x-ndjson");
    const lines = (await response.text())
      .trim()
      .split("\n")
      .map(
        (line) =>
          JSON.parse(line) as { index: number; file: string; page: number | null; result?: ExtractResponse; error?: { code: string } },
      );
    const summary = lines.map(({ index, file, page, result, error }) => [index, file, page, result?.register_number ?? error?.code]);
    expect(summary.toSorted((a, b) => String(a).localeCompare(String(b)))).toEqual([
      [0, "one.png", 1, "212223240017"],
      [1, "bad.pdf", null, "unsupported_media_type"],
      [2, "two.pdf", 1, "212223240017"],
      [2, "two.pdf", 2, "212223240018"],
    ]);
  });

  test("callers that want events get them", async () => {
    const { call } = await start();
    const init = { ...toForm([toPng(text)], {}, "files"), headers: { accept: "text/event-stream" } };
    const events = await (await call("/extract/batch", init)).text();
    expect(events).toMatch(/^data: \{"index":0,"file":"scan.png","page":1,"result":\{/);
  });

  test("a caller that leaves in the middle ends the work", async () => {
    const { call, server } = await start();
    const controller = new AbortController();
    const files = Array.from({ length: 40 }, (_, index) => toPng(text, `${index}.png`));
    const response = await call("/extract/batch", { ...toForm(files, {}, "files"), signal: controller.signal });
    await response.body?.getReader().read();
    expect(server.admission.running).toBe(1);
    controller.abort();
    await expect.poll(() => server.admission.running).toBe(0);
    await expect.poll(() => shared.status().queue?.requests, { timeout: 5000 }).toBe(0);
  });
});

test("more sheets than may wait are refused with 429 and a time, and those that wait are read", async () => {
  const small = await createService({ MODEL_DIRECTORY: await writeTinyModels(), WORKERS: 1, MAX_QUEUED_PAGES: 2 });
  const space = await startSpaceUnderTest({ ...parts, createService: async () => await Promise.resolve(small) }, "a real port");
  started.push(space);
  const { bytes } = toPng(text);
  const answers = await Promise.all(
    Array.from({ length: 10 }, async () => {
      const response = await space.call("/extract", { method: "POST", headers: { "content-type": "image/png" }, body: Buffer.from(bytes) });
      await response.arrayBuffer();
      return [response.status, response.headers.get("retry-after")] as const;
    }),
  );
  const refused = answers.filter(([status]) => status === 429);
  expect(answers.filter(([status]) => status === 200)).toHaveLength(4);
  expect(refused).toHaveLength(6);
  for (const [, retryAfter] of refused) expect(Number(retryAfter)).toBeGreaterThanOrEqual(1);
  await small.close();
});
