import { sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { openTestPortal, type TestPortal, writeSheet } from "../../../test/open-test-portal.ts";
import type { SheetView } from "../../sheets/sheet-views.ts";

let portal: TestPortal;
beforeAll(async () => (portal = await openTestPortal()), 60_000);
beforeEach(async () => {
  await portal.sheets.purge({ type: "system", id: null });
  for (const { id } of await portal.sheets.lists()) await portal.sheets.removeList(id, { type: "system", id: null });
});
afterAll(async () => await portal.close());

interface Answer {
  status: number;
  text: string;
  location: string;
  headers: Headers;
}

async function request(path: string, init: RequestInit = {}, token = portal.staff.token): Promise<Answer> {
  const headers = new Headers(init.headers);
  headers.set("cookie", `exam_session=${token}`);
  const response = await portal.server.app.request(path, { ...init, headers });
  return {
    status: response.status,
    text: await response.text(),
    location: response.headers.get("location") ?? "",
    headers: response.headers,
  };
}

const get = async (path: string): Promise<Answer> => await request(path);
const post = async (path: string, fields: Record<string, string>, headers: Record<string, string> = {}): Promise<Answer> =>
  await request(path, { method: "POST", body: new URLSearchParams(fields), headers });

async function put(name: string, bytes: Uint8Array, query = ""): Promise<Answer> {
  return await request(`/portal/staff/upload/file?name=${encodeURIComponent(name)}${query}`, {
    method: "POST",
    body: new Uint8Array(bytes),
  });
}

/** Puts a sheet in and waits until it was read. */
async function addSheet(register: string, subject: string, confidence = 0.5, name = `${register}.pdf`): Promise<SheetView> {
  const bytes = writeSheet({ register: [[register, confidence]], subject: [[subject, 0.99]] }, name);
  const { text } = await put(name, bytes);
  const { id } = (JSON.parse(text) as { sheet: SheetView }).sheet;
  await expect.poll(async () => (await portal.sheets.get(id, { kind: "staff" })).status, { timeout: 20_000 }).not.toBe("PENDING");
  return await portal.sheets.get(id, { kind: "staff" });
}

const hidden = (text: string, name: string): string => new RegExp(`name="${name}" value="([^"]*)"`).exec(text)?.[1] ?? "";
const hostile = `"><script>alert(1)</script><img src=x onerror=alert(2)>'&`;

/** Markup that a security policy or a hostile text would trip over. */
const findSuspicious = (text: string): string[] =>
  [...text.matchAll(/<script(?![^>]* src=")[^>]*>|<img src=x|<[a-z]+[^>"]*\s(?:style|on[a-z]+)="/g)].map(([match]) => match);

test("nobody gets in without signing in, and students do not get in", async () => {
  for (const path of ["", "/review", "/sheets", "/lists", "/reports", "/statistics", "/log", "/export?format=csv"]) {
    const answer = await request(`/portal/staff${path}`, {}, "no-such-session");
    expect([answer.status, answer.location]).toEqual([303, `/portal/staff/sign-in?next=${encodeURIComponent(`/portal/staff${path}`)}`]);
    const student = await request(`/portal/staff${path}`, {}, await portal.student("212221040001"));
    expect([path, student.status]).toEqual([path, 403]);
  }
  expect((await request("/portal/staff/upload/file?name=a.pdf", { method: "POST", body: "%PDF-" }, "none")).status).toBe(401);
});

test("a form that a page of another origin sends does nothing", async () => {
  const sheet = await addSheet("212221040001", "19AI405");
  const fields = { id: sheet.id, version: String(sheet.version), action: "accept" };
  expect((await post("/portal/staff/review", fields, { origin: "https://elsewhere.example", host: "localhost" })).status).toBe(403);
  expect((await portal.sheets.get(sheet.id, { kind: "staff" })).status).toBe("PENDING_REVIEW");
});

test("without a sheet every page says what to do", async () => {
  expect((await get("/portal/staff")).text).toContain("Nothing waits for review");
  expect((await get("/portal/staff/review")).text).toContain("Nothing waits for review.");
  expect((await get("/portal/staff/sheets")).text).toContain("Upload the first ones");
  expect((await get("/portal/staff/sheets?search=x")).text).toContain("No sheet is like that.");
  expect((await get("/portal/staff/lists")).text).toContain("There are no lists yet.");
  expect((await get("/portal/staff/reports")).text).toContain("No student has reported a wrong reading.");
  expect((await get("/portal/staff/log")).text).toContain("Nothing was scanned yet.");
  const statistics = await get("/portal/staff/statistics?days=7");
  expect(statistics.text).toContain("No sheets yet.");
  expect([...statistics.text.matchAll(/class="plot-day"/g)]).toHaveLength(28);
});

test("hostile names, searches and readings are text on every page, and nothing is inline", async () => {
  const { text } = await put(`${hostile}.pdf`, writeSheet({ register: [["212221040009", 0.4]] }));
  const { id } = (JSON.parse(text) as { sheet: SheetView }).sheet;
  await expect.poll(async () => (await portal.sheets.get(id, { kind: "staff" })).status).toBe("PENDING_REVIEW");
  const bad = encodeURIComponent(hostile);
  for (const path of [
    "/portal/staff/review",
    `/portal/staff/review?only_subject=${bad}&skip=${bad}`,
    `/portal/staff/sheets?search=${bad}`,
    "/portal/staff/sheets",
    `/portal/staff/sheets/${id}`,
    "/portal/staff/log",
    `/portal/staff/lists?notice=${bad}&n=${bad}`,
    `/portal/staff?batch=${bad}&exam_type=${bad}`,
  ]) {
    const answer = await get(path);
    expect([path, answer.status]).toEqual([path, 200]);
    expect(findSuspicious(answer.text)).toEqual([]);
    expect(answer.headers.get("content-security-policy")).toContain("default-src 'self'");
    expect(answer.headers.get("cache-control")).toBe("no-store");
  }
});

test("the queue begins with the lowest confidence, and accepting leads to the next one", async () => {
  await addSheet("212221040002", "19AI405", 0.8);
  await addSheet("212221040001", "19AI405", 0.3);
  const first = await get("/portal/staff/review");
  expect(first.text).toContain("1 of 2");
  expect(hidden(first.text, "register_number_shown")).toBe("212221040001");
  expect(first.text).toContain("/crop/register_number/0");
  const fields = {
    id: hidden(first.text, "id"),
    version: hidden(first.text, "version"),
    register_number_shown: "212221040001",
    register_number: "212221040001",
    subject_code_shown: "19AI405",
    subject_code: "19AI405",
    action: "accept",
  };
  const next = await post("/portal/staff/review", fields, { "x-fragment": "1" });
  expect(next.text).toContain("Accepted: 212221040001 19AI405.");
  expect(next.text).toContain("2 of 2");
  expect(next.text).not.toContain("<html");
  expect(hidden(next.text, "register_number_shown")).toBe("212221040002");
  expect(await portal.sheets.get(fields.id, { kind: "staff" })).toMatchObject({ status: "VALIDATED", outcome: "accepted" });
  // The same form once more, as a second click sends it, or a colleague.
  const again = await post("/portal/staff/review", fields, { "x-fragment": "1" });
  expect(again.status).toBe(409);
  expect(again.text).toContain("Somebody else has decided");
  expect(hidden(again.text, "register_number_shown")).toBe("212221040002");
});

test("without scripts a chosen reading counts, a typed one counts more, and the page after is one to load again", async () => {
  const sheet = await addSheet("212221040003", "19AI405");
  const shown = {
    register_number_shown: "212221040003",
    register_number: "212221040003",
    subject_code_shown: "19AI405",
    subject_code: "19AI405",
  };
  const base = { id: sheet.id, version: String(sheet.version), ...shown, action: "accept" };
  const answer = await post("/portal/staff/review", {
    ...base,
    register_number_choice: "212221040008",
    subject_code: "19ai-406",
    subject_code_choice: "X1",
  });
  expect([answer.status, answer.location]).toEqual([303, "/portal/staff/review?done=1"]);
  expect(await portal.sheets.get(sheet.id, { kind: "staff" })).toMatchObject({
    registerNumber: "212221040008",
    subjectCode: "19AI406",
    outcome: "corrected",
    reviewedBy: portal.staff.id,
  });
});

test("a value of the wrong form comes back with what was typed and what it should look like", async () => {
  const sheet = await addSheet("212221040004", "19AI405");
  const fields = { id: sheet.id, version: String(sheet.version), register_number: "2122", subject_code: "19AI405", action: "accept" };
  const answer = await post("/portal/staff/review", fields, { "x-fragment": "1" });
  expect(answer.status).toBe(422);
  expect(answer.text).toContain("A register number looks like [0-9]{12}.");
  expect(answer.text).toContain('value="2122"');
});

test("a sheet that changed in between is shown as it is now", async () => {
  const sheet = await addSheet("212221040005", "19AI405");
  await portal.database.db.execute(
    sql`update examination_artifacts set parsed_reg_no = '212221040055', version = version + 1 where artifact_uuid = ${sheet.id}`,
  );
  const fields = {
    id: sheet.id,
    version: String(sheet.version),
    register_number: "212221040005",
    subject_code: "19AI405",
    action: "accept",
  };
  const answer = await post("/portal/staff/review", fields);
  expect(answer.text).toContain("This sheet has changed in between; this is how it is now.");
  expect(hidden(answer.text, "register_number_shown")).toBe("212221040055");
  expect(hidden(answer.text, "version")).toBe(String(sheet.version + 1));
});

test("two sheets of one student in one exam are flagged and lead to each other", async () => {
  const first = await addSheet("212221040006", "19AI405", 0.99, "one.pdf");
  expect(first.status).toBe("VALIDATED");
  const second = await addSheet("212221040006", "19AI405", 0.99, "two.pdf");
  const { text } = await get("/portal/staff/review");
  expect(text).toContain("same student, subject and exam as another sheet");
  expect(text).toContain(`/portal/staff/sheets/${first.id}`);
  const fields = {
    id: second.id,
    version: String(second.version),
    register_number: "212221040006",
    subject_code: "19AI405",
    action: "accept",
  };
  const refused = await post("/portal/staff/review", fields, { "x-fragment": "1" });
  expect(refused.text).toContain("Another sheet of this student, subject and exam type holds the first attempt");
});

test("what is left for later comes again at the end", async () => {
  await addSheet("212221040001", "19AI405", 0.3);
  await addSheet("212221040002", "19AI405", 0.4);
  const { text } = await get("/portal/staff/review");
  const answer = await post("/portal/staff/review", { id: hidden(text, "id"), action: "skip" });
  expect(answer.location).toBe("/portal/staff/review?skip=1");
  expect(hidden((await get(answer.location)).text, "register_number_shown")).toBe("212221040002");
  const end = await get("/portal/staff/review?skip=2");
  expect(end.text).toContain("2 sheets are left for later.");
});

test("ten thousand sheets come in pages, in the queue and in the list", async () => {
  const sheet = await addSheet("212221040001", "19AI405", 0.3);
  await portal.database.db.execute(sql`
    with files as (
      insert into sheet_files (sha256, size_bytes, mime_type)
      select md5(n::text) || md5((n + 1)::text), 1, 'application/pdf' from generate_series(1, 9999) n returning sha256)
    insert into examination_artifacts (artifact_uuid, file_hash, original_filename, parsed_reg_no, parsed_subject_code, confidence, workflow_status, uploaded_at)
    select gen_random_uuid(), sha256, 'bulk.pdf', '212221999999', 'BULK1', 0.9, 'PENDING_REVIEW', now() - interval '1 day' from files`);
  const list = await get("/portal/staff/sheets");
  expect(list.text).toContain("Page 1 of 200");
  expect([...list.text.matchAll(/<tr>/g)]).toHaveLength(51);
  expect(list.text.length).toBeLessThan(100_000);
  expect((await get("/portal/staff/sheets?page=201")).text).toContain("There are fewer pages.");
  expect((await get("/portal/staff/sheets?search=1040001")).text).toContain(`/portal/staff/sheets/${sheet.id}`);
  expect((await get("/portal/staff/review")).text).toContain("1 of 10,000");
  expect((await get("/portal/staff/statistics")).text).toContain("9,999");
  const csv = await get("/portal/staff/export?format=csv&search=1040001");
  expect(csv.headers.get("content-disposition")).toMatch(/attachment; filename="answer-sheets-[\d-]+\.csv"/);
  expect(csv.text.trim().split("\n")).toHaveLength(2);
});

test("a sheet's page shows its history, takes a correction, refuses a stale one, and deletes", async () => {
  const sheet = await addSheet("212221040007", "19AI405");
  const path = `/portal/staff/sheets/${sheet.id}`;
  const fields = { version: String(sheet.version), register_number: "212221040077", subject_code: "19AI405", exam_type: "CIA2" };
  expect((await post(`${path}/correct`, fields)).location).toBe(`${path}?notice=saved`);
  const page = await get(`${path}?notice=saved`);
  expect(page.text).toContain("Saved.");
  expect(page.text).toContain("<del>212221040007</del>");
  expect(page.text).toContain("<ins>212221040077</ins>");
  const stale = await post(`${path}/correct`, fields);
  expect(stale.status).toBe(409);
  expect(stale.text).toContain("Somebody else has changed this sheet");
  expect((await post(`${path}/attempt`, { version: hidden(page.text, "version"), value: "open" })).text).toContain(
    "The second attempt can be opened once the first one is submitted.",
  );
  const file = await get(`${path}/file`);
  expect(file.headers.get("content-type")).toBe("application/pdf");
  expect(file.headers.get("content-security-policy")).toContain("default-src 'none'");
  expect(file.text).toContain("%PDF-1.4");
  expect((await get(`${path}/crop/register_number/0`)).headers.get("content-type")).toBe("image/png");
  expect((await get(`${path}/crop/register_number/9`)).status).toBe(404);
  const { text } = await get(path);
  expect((await post(`${path}/delete`, { version: hidden(text, "version") })).location).toBe("/portal/staff/sheets?notice=deleted");
  expect((await get("/portal/staff/sheets/00000000-0000-4000-8000-000000000000")).status).toBe(404);
});

test("files are refused with a reason a person understands, and the same one twice is known", async () => {
  const problem = async (answer: Promise<Answer>): Promise<[number, string]> => {
    const { status, text } = await answer;
    return [status, (JSON.parse(text) as { error: string }).error];
  };
  expect((await problem(put("a.pdf", new Uint8Array())))[0]).toBe(400);
  expect((await problem(put("a.exe", new TextEncoder().encode("MZ nothing"))))[0]).toBe(415);
  expect((await problem(put("big.pdf", new Uint8Array(5 * 1024 * 1024 + 1))))[0]).toBe(413);
  expect((await problem(put("a.pdf", writeSheet({}), "&exam_type=NONE")))[0]).toBe(400);
  expect((await put("a.pdf", writeSheet({}))).status).toBe(201);
  const again = await put("b.pdf", writeSheet({}));
  expect([again.status, (JSON.parse(again.text) as { is_new: boolean }).is_new]).toEqual([200, false]);
});

test("a form without scripts brings several files, and its batch can be followed", async () => {
  const form = new FormData();
  form.set("exam_type", "CIA2");
  for (const number of [1, 2, 3]) {
    const bytes = writeSheet({ register: [[`21222104010${number}`, 0.5]], subject: [["19AI405", 0.5]] });
    form.append("files", new Blob([new Uint8Array(bytes)], { type: "application/pdf" }), `folder/${number}.pdf`);
  }
  const sent = await request("/portal/staff/upload", { method: "POST", body: form });
  expect(sent.status).toBe(303);
  expect(sent.location).toMatch(/^\/portal\/staff\?batch=[0-9a-f-]{36}&exam_type=CIA2$/);
  const batchId = /batch=([0-9a-f-]+)/.exec(sent.location)?.[1] ?? "";
  const read = async () => JSON.parse((await get(`/portal/staff/batches/${batchId}/progress`)).text) as Record<string, unknown>;
  await expect.poll(async () => (await read())["waiting"], { timeout: 20_000 }).toBe(0);
  expect(await read()).toMatchObject({ total: 3, inReview: 3, failed: 0, reader: { state: "awake" } });
  const page = await get(sent.location);
  expect(page.text).toContain("3 of 3 read");
  expect([...page.text.matchAll(/data-sheet="/g)]).toHaveLength(3);
  expect((await request("/portal/staff/upload", { method: "POST", body: new FormData() })).status).toBe(400);
});

test("lists are imported, their bad lines are told, and sheets are matched with them again", async () => {
  const send = async (csv: string, fields: Record<string, string> = {}): Promise<Answer> => {
    const form = new FormData();
    for (const [name, value] of Object.entries({ kind: "roster", name: `Class ${hostile}`, exam_type: "CIA1", ...fields }))
      form.set(name, value);
    form.set("file", new Blob([csv]), "list.csv");
    return await request("/portal/staff/lists", { method: "POST", body: form });
  };
  const bad = await send("register_number,student_name\n212221040001,Ada\n2122,Short\n");
  expect(bad.status).toBe(400);
  expect(bad.text).toContain("Nothing was stored.");
  expect(bad.text).toContain("<b>Line 3</b>");
  expect(findSuspicious(bad.text)).toEqual([]);
  const good = await send("register_number,student_name\n212221040001,Ada\n212221040002,Bob\n");
  expect(good.location).toBe("/portal/staff/lists?notice=imported&n=2");
  const page = await get(good.location);
  expect(page.text).toContain("Imported: 2 entries.");
  expect(findSuspicious(page.text)).toEqual([]);
  expect((await post("/portal/staff/lists/rematch", {})).location).toBe("/portal/staff/lists?notice=rematched&n=0");
  const [list] = await portal.sheets.lists();
  expect((await post(`/portal/staff/lists/${list?.id}/remove`, {})).location).toBe("/portal/staff/lists?notice=removed");
  expect((await send("register_number\n", { name: " " })).text).toContain("Give the list a name.");
});
