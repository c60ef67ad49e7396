import { CodedError } from "@repo/contracts/coded-error";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openTestApp, type TestApp } from "../test/open-test-app.ts";
import { toSheetFile, type WrittenSheet } from "../test/sheet-space.ts";
import type { Role } from "./access.ts";
import { rolesOf } from "./mount-guarded.ts";

let app: TestApp;
const timeout = 60_000;
const student = "212222040001";
const unknownId = "00000000-0000-4000-8000-000000000000";

beforeAll(async () => {
  app = await openTestApp({ AUTO_ACCEPT_UNLISTED: "true", MAX_FILE_SIZE_MB: "1", MAX_ARRIVING_MB: "8" });
}, timeout);
afterAll(async () => await app?.close());

interface Answer {
  status: number;
  location?: string | null;
  body: Record<string, unknown>;
}

async function ask(
  method: string,
  path: string,
  { as = "staff", json, form }: { as?: string; json?: unknown; form?: FormData } = {},
): Promise<Answer> {
  const response = await app.server.app.request(path, {
    method,
    headers: {
      ...(as === "" ? {} : { authorization: `Bearer ${as}` }),
      ...(json === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    ...(form === undefined ? {} : { body: form }),
  });
  const text = await response.text();
  return {
    status: response.status,
    location: response.headers.get("location"),
    body: text.startsWith("{") ? (JSON.parse(text) as Record<string, unknown>) : { text },
  };
}

function toForm(bytes: Uint8Array, { name = "scan.pdf", field = "file", ...fields }: Record<string, string> = {}): FormData {
  const form = new FormData();
  form.append(field, new File([new Uint8Array(bytes)], name));
  for (const [key, value] of Object.entries(fields)) form.append(key, value);
  return form;
}
const upload = async (sheet: WrittenSheet, fields: Record<string, string> = {}): Promise<Answer> =>
  await ask("POST", "/extract/scan-upload", { form: toForm(toSheetFile(sheet), fields) });

describe("every route has its guard", () => {
  const open = /^(?:GET|POST) \/(?:health|ready|status|metrics|openapi\.json|docs.*|assets\/.*|)$/;
  const pages: readonly [prefix: string, role: Role][] = [
    ["/portal/staff", "staff"],
    ["/portal/student", "student"],
  ];

  /** Who may use a route of the server; undefined: nobody has said. */
  function roleOf(method: string, path: string): Role | undefined {
    if (open.test(`${method} ${path}`)) return "public";
    return rolesOf(app.server).get(`${method} ${path}`) ?? pages.find(([prefix]) => path.startsWith(prefix))?.[1];
  }
  const mounted = () => app.server.app.routes.filter(({ method, path }) => method !== "ALL" && !path.includes("*"));

  test("no route is mounted without saying who may use it", () => {
    expect(mounted().length).toBeGreaterThan(50);
    expect(mounted().filter(({ method, path }) => roleOf(method, path) === undefined)).toEqual([]);
  });

  const parameter = /:(\w+)(?:\{(?:[^{}]|\{[^{}]*\})*\})?/g;
  const values: Readonly<Record<string, string>> = { field: "register_number", rank: "0" };
  const toAddress = (path: string): string => path.replaceAll(parameter, (_, name: string) => values[name] ?? unknownId);

  /** What somebody is answered on every route of these roles; pages send people to sign in where the API says 401. */
  async function answersFor(roles: readonly Role[], as: string): Promise<[route: string, status: number][]> {
    const answers: [string, number][] = [];
    for (const { method, path } of mounted()) {
      if (!roles.includes(roleOf(method, path) ?? "public")) continue;
      const { status, location } = await ask(method, toAddress(path), { as });
      answers.push([`${method} ${path}`, location?.includes("/sign-in") === true ? 401 : status]);
    }
    return answers;
  }
  const others = (answers: [string, number][], status: number) => answers.filter((answer) => answer[1] !== status);

  test("strangers get in nowhere but where everybody may", { timeout }, async () => {
    expect(others(await answersFor(["student", "staff", "administrator", "anyone"], ""), 401)).toEqual([]);
    const refused = (await answersFor(["public"], "")).filter(([, status]) => status === 401 || status === 403);
    expect(refused).toEqual([]);
  });

  test("students reach no route of staff, and staff none of administrators", { timeout }, async () => {
    expect(others(await answersFor(["staff", "administrator"], student), 403)).toEqual([]);
    expect(others(await answersFor(["administrator"], "staff"), 403)).toEqual([]);
    expect(others(await answersFor(["student"], "staff"), 403)).toEqual([]);
  });
});

describe("routes of the original", () => {
  test("the status tells who reads, and whether the Space was really reached", { timeout }, async () => {
    const { status, body } = await ask("GET", "/extract/status", { as: "" });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      extraction_available: true,
      mode: "remote",
      hf_space_url: app.space.url,
      space_reached: true,
      error: null,
    });
  });

  test.each(["/extract", "/extract/extract"])(
    "POST %s reads and stores nothing; confidences stand at the top, 0 to 1",
    { timeout },
    async (path) => {
      const form = toForm(toSheetFile({ register: student, subject: "CS8501", confidence: 0.75 }));
      const { status, body } = await ask("POST", path, { form });
      expect(status).toBe(200);
      expect(body).toMatchObject({
        success: true,
        register_number: student,
        register_confidence: 0.75,
        subject_confidence: 0.75,
        mode: "remote",
      });
      expect((await ask("GET", "/upload/all")).body["total"]).toBe(0);
    },
  );

  test("a broken file is 422 with success false and the Space's own words", { timeout }, async () => {
    const { status, body } = await ask("POST", "/extract/extract", { form: toForm(toSheetFile({ isBroken: true })) });
    expect(status).toBe(422);
    expect(body).toMatchObject({ success: false, error: "The file is cut off." });
  });

  test("a scan is stored, read and named by what it says; the confidences are not 0", { timeout }, async () => {
    const { status, body } = await upload({ register: student, subject: "CS8501" }, { name: "tmp0001.pdf", exam_type: "CIA1" });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      success: true,
      original_filename: "tmp0001.pdf",
      renamed_filename: `${student}_CS8501_CIA1.pdf`,
      register_confidence: 0.99,
      attempt_number: 1,
      workflow_status: "VALIDATED",
    });
    const log = await ask("GET", "/extract/scan-log");
    expect(log.body["entries"]).toHaveLength(1);
  });

  test("a second scan of the same register and subject is flagged, where the original failed with 500", { timeout }, async () => {
    const { status, body } = await upload({ register: student, subject: "CS8501", scan: 2 });
    expect(status).toBe(200);
    expect(body).toMatchObject({ success: true, attempt_number: null, workflow_status: "PENDING_REVIEW", review_reasons: ["duplicate"] });
    const again = await upload({ register: student, subject: "CS8501", scan: 2 });
    expect(again.body).toMatchObject({ duplicate: true, artifact_uuid: body["artifact_uuid"] });
  });

  test("a JPEG under the name of a PDF is kept as what it is", { timeout }, async () => {
    const bytes = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.from("not really")]);
    const single = await ask("POST", "/upload/single", { form: toForm(bytes, { name: "x.pdf" }) });
    const { body } = await ask("GET", `/sheets/${String(single.body["artifact_uuid"])}`);
    expect(body["mime_type"]).toBe("image/jpeg");
  });

  test("while the Space is away a scan is accepted with 202 and not lost", { timeout }, async () => {
    app.space.fail(new CodedError("model_unavailable", "The model is loading."));
    const response = await app.server.app.request("/extract/scan-upload", {
      method: "POST",
      headers: { authorization: "Bearer staff", "x-timeout-ms": "4000" },
      body: toForm(toSheetFile({ register: "212222040077", subject: "CS8501" })),
    });
    expect(response.status).toBe(202);
    const body = (await response.json()) as Record<string, unknown>;
    expect(body).toMatchObject({ success: true, workflow_status: "PENDING" });
    app.space.fail(undefined);
    expect((await app.settled(String(body["artifact_uuid"]))).status).toBe("VALIDATED");
  });

  test("in bulk, a file that cannot be taken does not stop the others", { timeout }, async () => {
    const form = toForm(toSheetFile({ register: "212222040002", subject: "CS8501" }), { field: "files" });
    form.append("files", new File([Buffer.from("MZ program")], "virus.pdf"));
    form.append("files", new File([new Uint8Array()], "empty.pdf"));
    const { status, body } = await ask("POST", "/upload/bulk", { form });
    expect(status).toBe(200);
    expect(body).toMatchObject({ total_files: 3, successful: 1, failed: 2 });
  });

  test("wrong files have the right status: kind 415, size 413, emptiness and exam type 400", { timeout }, async () => {
    const send = async (bytes: Uint8Array, fields: Record<string, string> = {}) =>
      (await ask("POST", "/upload/single", { form: toForm(bytes, fields) })).status;
    expect(await send(Buffer.from("hello"))).toBe(415);
    expect(await send(Buffer.concat([Buffer.from("%PDF-1.7"), Buffer.alloc(1_100_000)]))).toBe(413);
    expect(await send(new Uint8Array())).toBe(400);
    expect(await send(toSheetFile({ scan: 1 }), { exam_type: "NOPE" })).toBe(400);
  });

  test("the search for duplicates counts the exam type, and knows what a second attempt needs", { timeout }, async () => {
    const items = [
      { reg_no: student, subject_code: "cs8501" },
      { reg_no: student, subject_code: "CS8501", exam_type: "CIA2" },
    ];
    const { body } = await ask("POST", "/upload/check-duplicates", { json: { items } });
    expect(body["results"]).toMatchObject([
      { exists: true, max_attempt: 1, attempt_2_locked: true, can_upload_as_attempt_2: false },
      { exists: false, max_attempt: 0 },
    ]);
  });

  test("an edit keeps exam type, acceptance and the sheet itself, and never deletes it", { timeout }, async () => {
    const scan = await upload({ register: "212222040003", subject: "CS8501" }, { exam_type: "CIA2" });
    const id = String(scan.body["artifact_uuid"]);
    const edited = await ask("POST", `/admin/artifacts/${id}/edit`, { json: { parsed_subject_code: "CS8502" } });
    expect(edited).toMatchObject({ status: 200, body: { exam_type: "CIA2", parsed_subject_code: "CS8502", workflow_status: "VALIDATED" } });
    const same = await ask("POST", `/admin/artifacts/${id}/edit`, { json: {} });
    expect(same).toMatchObject({ status: 200, body: { workflow_status: "VALIDATED", attempt_number: 1 } });
  });

  test("two edits of the same version: the second is 409 and says which version there is now", { timeout }, async () => {
    const scan = await upload({ register: "212222040004", subject: "CS8501" });
    const path = `/sheets/${String(scan.body["artifact_uuid"])}/correct`;
    const { body: sheet } = await ask("GET", path.replace("/correct", ""));
    const json = { version: sheet["version"], register_number: "212222040005" };
    const answers = await Promise.all([
      ask("POST", path, { json }),
      ask("POST", path, { json: { ...json, register_number: "212222040006" } }),
    ]);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 409]));
  });

  test("signs that no database holds are a wrong request and no fault of the server", { timeout }, async () => {
    const addresses = ["/sheets?search=%00", "/upload/all?search=a%00b", "/sheets?register_number=%00", "/sheets/export?search=%00"];
    for (const address of addresses) expect([address, (await ask("GET", address)).status]).toEqual([address, 400]);
    const json = { version: 1, register_number: "2122\0" };
    expect((await ask("POST", `/sheets/${unknownId}/correct`, { json })).status).toBe(400);
  });

  test("ids that are none and sheets that are not there are 404", { timeout }, async () => {
    for (const id of ["nonsense", unknownId, "'; drop table"]) {
      expect((await ask("GET", `/sheets/${encodeURIComponent(id)}`)).status).toBe(404);
    }
  });

  test("a student reads the own sheet's file and nobody else's", { timeout }, async () => {
    const mine = await upload({ register: "212222040010", subject: "CS8501" });
    const path = `/sheets/${String(mine.body["artifact_uuid"])}/file`;
    expect((await ask("GET", path, { as: "212222040010" })).status).toBe(200);
    expect((await ask("GET", path, { as: "212222040011" })).status).toBe(404);
  });

  test("a student's report marks the sheet; accepting it corrects the reading", { timeout }, async () => {
    const scan = await upload({ register: "212222040020", subject: "CS8501" });
    const id = String(scan.body["artifact_uuid"]);
    const access = { kind: "student", registerNumber: "212222040020" } as const;
    const report = await app.reports.report(id, { subjectCode: "cs8507" }, access);
    expect((await ask("GET", `/sheets/${id}`)).body["review_reasons"]).toEqual(["reported"]);
    const foreign = { kind: "student", registerNumber: "212222040021" } as const;
    await expect(app.reports.report(id, { message: "mine!" }, foreign)).rejects.toMatchObject({ code: "not_found" });
    const resolved = await ask("POST", `/admin/reports/${report.id}/resolve`, { json: { accept: true } });
    expect(resolved.status).toBe(200);
    expect((await ask("GET", `/sheets/${id}`)).body).toMatchObject({
      parsed_subject_code: "CS8507",
      review_reasons: [],
      review_outcome: "corrected",
    });
  });

  test("a list with a wrong line is 422, names the line and stores nothing", { timeout }, async () => {
    const send = async (csv: string): Promise<Answer> => {
      const form = new FormData();
      form.append("file", new File([csv], "class.csv"));
      form.append("kind", "roster");
      form.append("name", "Class A");
      return await ask("POST", "/lists", { form });
    };
    const { status, body } = await send("register_number\n212222040001\n12\n");
    expect([status, body["success"], body["problems"]]).toMatchObject([422, false, [{ line: 3 }]]);
    expect((await ask("GET", "/lists")).body["lists"]).toEqual([]);
    expect((await send("212222040001\n")).status).toBe(200);
    expect((await send("212222040002\n")).status).toBe(409);
  });

  test("the events of a batch begin with every sheet of it", { timeout }, async () => {
    const batch = "77777777-7777-4777-8777-777777777777";
    await upload({ register: "212222040030", subject: "CS8501" }, { batch_id: batch });
    const response = await app.server.app.request(`/batches/${batch}/events`, { headers: { authorization: "Bearer staff" } });
    const reader = response.body?.getReader();
    const { value } = (await reader?.read()) ?? {};
    await reader?.cancel();
    expect(new TextDecoder().decode(value)).toMatch(/"total":1,.*"changed":\[\{/);
  });

  test("purge-all is for administrators who confirm it, and leaves the audit log", { timeout }, async () => {
    const path = "/admin/artifacts/purge-all";
    expect((await ask("POST", `${path}?confirm=yes`, { as: "staff" })).status).toBe(403);
    expect((await ask("POST", path, { as: "administrator" })).status).toBe(400);
    const before = await ask("GET", "/admin/audit-logs", { as: "administrator" });
    expect((await ask("POST", `${path}?confirm=yes`, { as: "administrator" })).status).toBe(200);
    expect((await ask("GET", "/upload/all")).body["total"]).toBe(0);
    const after = await ask("GET", "/admin/audit-logs", { as: "administrator" });
    expect(Number(after.body["total"])).toBe(Number(before.body["total"]) + 1);
  });
});
