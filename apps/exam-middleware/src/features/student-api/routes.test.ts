import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ada, type Answer, bob, openTestPeople, type TestPeople } from "../../../test/open-test-people.ts";

let opened: TestPeople;
let adas: Record<string, string>;
let bobs: Record<string, string>;
let administrator: Record<string, string>;
let paper: string;

const signIn = async (username: string, password: string, registerNumber: string): Promise<Record<string, string>> => {
  const json = { username, password, register_number: registerNumber };
  return { "x-session-id": String((await opened.ask("POST", "/auth/student/login", { json })).body["session_id"]) };
};

beforeAll(async () => {
  opened = await openTestPeople();
  adas = await signIn("ada", "ada's own", ada);
  bobs = await signIn(bob, "number's own", bob);
  const { setup, staffSessions } = opened.people;
  const { id } = await setup.use((await setup.openFirst()) ?? "", { password: "seven green lamps" });
  administrator = { authorization: `Bearer ${(await staffSessions.start(id)).token}` };
  paper = await opened.addSheet(ada, "19AI405");
}, 60_000);
afterAll(async () => await opened.close());

const get = async (path: string, headers: Record<string, string>): Promise<Answer> => await opened.ask("GET", path, { headers });
const post = async (path: string, headers: Record<string, string>, json: object = {}): Promise<Answer> =>
  await opened.ask("POST", path, { headers, json });

test("a student sees the own papers", async () => {
  const { body } = await get("/student/dashboard", adas);
  expect(body).toMatchObject({ register_number: ada, total_pending: 1, total_submitted: 0 });
  expect(body["pending_papers"]).toMatchObject([
    { artifact_uuid: paper, filename: `${ada}_19AI405_CIA1.pdf`, workflow_status: "VALIDATED" },
  ]);
  expect((await get(`/student/paper/${paper}`, adas)).body).toMatchObject({ subject_code: "19AI405", attempt_number: 1 });
  expect((await get("/student/dashboard", bobs)).body).toMatchObject({ total_pending: 0 });
});

test("another student's paper does not exist, whatever is asked of it", async () => {
  const asked = [
    await get(`/student/paper/${paper}`, bobs),
    await get(`/student/paper/${paper}/view`, bobs),
    await post(`/student/paper/${paper}/view-link`, bobs),
    await post(`/student/paper/${paper}/report`, bobs, { message: "mine" }),
    await post(`/student/submit/${paper}`, bobs),
    await post("/student/submit", bobs, { artifact_uuid: paper }),
    await get(`/student/submission/${paper}/status`, bobs),
  ];
  expect(asked.map(({ status }) => status)).toEqual(Array.from({ length: 7 }, () => 404));
  const nothing = await get(`/student/paper/${randomUUID()}`, bobs);
  // Nothing tells a paper of somebody else from one that was never there.
  expect(asked[0]?.body["detail"]).toBe(nothing.body["detail"]);
});

test("nobody comes in without a session, and staff use their own routes", async () => {
  for (const path of ["/student/dashboard", `/student/paper/${paper}`, `/student/paper/${paper}/view`, "/student/reports"]) {
    expect([path, (await get(path, {})).status]).toEqual([path, 401]);
    expect([path, (await get(path, administrator)).status]).toEqual([path, 403]);
    expect([path, (await get(`${path}?session=${adas["x-session-id"]}`, {})).status]).toEqual([path, 401]);
  }
});

test("odd ids are not found, and odd bodies are refused", async () => {
  for (const id of ["1", "..%2f..", "'%20or%201=1", "0".repeat(36), `${paper}x`]) {
    expect([id, (await get(`/student/paper/${id}`, adas)).status]).toEqual([id, 404]);
  }
  const unstorable = await post(`/student/paper/${paper}/report`, adas, { message: "\0" });
  expect(unstorable.status).toBe(400);
  for (const json of [[], { artifact_uuid: 5 }, { artifact_uuid: "x".repeat(500) }, {}])
    expect((await post("/student/submit", adas, json)).status).toBe(400);
});

test("a frame gets an address for one file and a short while, without the session in it", async () => {
  const { body } = await post(`/student/paper/${paper}/view-link`, adas);
  const url = String(body["url"]);
  expect(url).not.toContain(adas["x-session-id"]);
  const shown = await get(url, {});
  expect([shown.status, shown.headers.get("content-type"), shown.text]).toEqual([200, "application/pdf", `%PDF ${ada} 19AI405`]);
  const other = await opened.addSheet(ada, "19AI499");
  expect((await get(url.replace(paper, other), {})).status).toBe(401);
  expect((await get(`${url}x`, {})).status).toBe(401);
  expect((await get(`/student/paper/${paper}/view?ticket=`, {})).status).toBe(401);
  const second = await signIn("ada", "ada's own", ada);
  const short = String((await post(`/student/paper/${paper}/view-link`, second)).body["url"]);
  await opened.ask("POST", "/auth/sign-out", { headers: second });
  expect((await get(short, {})).status).toBe(401);
});

test("a wrong reading is reported, listed and taken back by its student only", async () => {
  const made = await post(`/student/paper/${paper}/report`, adas, { suggested_subject_code: "19AI406", message: "It is a six." });
  expect(made.status).toBe(200);
  const { reports } = (await get("/student/reports", adas)).body as { reports: { id: string }[] };
  expect(reports).toMatchObject([{ artifact_uuid: paper, suggested_subject_code: "19AI406", status: "open" }]);
  expect((await get("/student/reports", bobs)).body).toEqual({ reports: [], total: 0 });
  const id = reports[0]?.id ?? "";
  expect((await opened.ask("DELETE", `/student/reports/${id}`, { headers: bobs })).status).toBe(404);
  expect((await opened.ask("DELETE", `/student/reports/${id}`, { headers: adas })).status).toBe(200);
  expect((await opened.ask("DELETE", `/student/reports/${id}`, { headers: adas })).status).toBe(409);
});

test("a paper goes to Moodle and its status says so; a second time is a conflict", async () => {
  const submitted = await post(`/student/submit/${paper}`, adas);
  expect([submitted.status, submitted.body]).toEqual([
    200,
    expect.objectContaining({ success: true, artifact_uuid: paper, workflow_status: "QUEUED" }),
  ]);
  const status = async () => (await get(`/student/submission/${paper}/status`, adas)).body["workflow_status"];
  await expect.poll(status, { timeout: 15_000 }).toBe("COMPLETED");
  expect((await post("/student/submit", adas, { artifact_uuid: paper })).status).toBe(409);
  expect((await get("/student/dashboard", adas)).body).toMatchObject({ total_submitted: 1 });
  expect(opened.moodle.changes.map(({ at, username }) => [at, username])).toEqual([
    ["save", "ada"],
    ["submit", "ada"],
  ]);
});

test("staff say where a subject goes, see what failed and try it again", async () => {
  const unmapped = await opened.addSheet(ada, "19AI777");
  expect((await post(`/student/submit/${unmapped}`, adas)).status).toBe(409);
  const mapping = { subject_code: "19ai777", moodle_course_id: 3, moodle_assignment_id: 11 };
  expect((await post("/admin/mappings", administrator, mapping)).body).toMatchObject({ subject_code: "19AI777", exam_type: "CIA1" });
  expect((await post("/admin/mappings", administrator, { ...mapping, exam_type: "NONE" })).status).toBe(400);
  // Ada's other paper is in that assignment, so Moodle's refusal is for good.
  await post(`/student/submit/${unmapped}`, adas);
  const queue = async () => (await get("/admin/queue/status", administrator)).body;
  await expect.poll(async () => (await queue())["failed"], { timeout: 15_000 }).toBe(1);
  expect(await queue()).toMatchObject({
    submissions: [{ artifact_uuid: unmapped, last_error: expect.stringContaining("not overwritten") }],
  });
  expect((await post("/admin/queue/retry", administrator)).body).toMatchObject({ retried: 1, failed: [] });
  expect((await post("/admin/queue/retry", administrator, { artifact_uuid: paper })).body).toMatchObject({ retried: 0 });
  expect((await get("/admin/queue/status", adas)).status).toBe(403);
});

test("an assignment is found by its address, by the token that is only for looking", async () => {
  const auto = { subject_code: "19AI405", cmid: 111 };
  const refused = await post("/admin/mappings/auto", administrator, auto);
  expect([refused.status, refused.body["detail"]]).toEqual([503, "Moodle does not accept MOODLE_ADMIN_TOKEN."]);
  const listed = (await get("/admin/mappings", administrator)).body["mappings"] as { id: string; subject_code: string }[];
  const known = listed.find(({ subject_code: code }) => code === "19AI405");
  expect((await opened.ask("DELETE", `/admin/mappings/${known?.id}`, { headers: administrator })).status).toBe(200);
  expect((await opened.ask("DELETE", `/admin/mappings/${known?.id}`, { headers: administrator })).status).toBe(404);
});
