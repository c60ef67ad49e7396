import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ada, type Answer, bob, host, openTestPeople, type TestPeople } from "../../../test/open-test-people.ts";
import { auditLogs, staffUsers, studentSessions } from "../../schema.ts";

const password = "seven green lamps";
let opened: TestPeople;
let administrator: string;
let staffId: string;

beforeAll(async () => {
  opened = await openTestPeople();
  const { setup } = opened.people;
  await setup.use((await setup.openFirst()) ?? "", { password, username: "maria" });
  administrator = await tokenOf("maria", password);
}, 60_000);
afterAll(async () => await opened.close());

const login = async (username: string, given: string): Promise<Answer> =>
  await opened.ask("POST", "/auth/staff/login", { form: { grant_type: "password", username, password: given } });
const tokenOf = async (username: string, given: string): Promise<string> => String((await login(username, given)).body["access_token"]);
const as = (token: string) => ({ authorization: `Bearer ${token}` });
const studentLogin = async (username: string, given: string, registerNumber: string): Promise<Answer> =>
  await opened.ask("POST", "/auth/student/login", { json: { username, password: given, register_number: registerNumber } });

test("staff sign in with OAuth 2's form and get the original's fields", async () => {
  const { status, body, headers } = await login("maria", password);
  expect([status, headers.get("cache-control")]).toEqual([200, "no-store"]);
  expect(body).toEqual({
    access_token: expect.stringMatching(/^[\w-]{43}$/),
    token_type: "bearer",
    expires_in: 3600,
    staff_id: expect.any(String),
    username: "maria",
    role: "administrator",
  });
});

test("an unknown name and a wrong password are told alike", async () => {
  const [unknown, wrong] = [await login("nobody", password), await login("maria", "wrong")];
  const { request_id: _one, ...first } = unknown.body;
  const { request_id: _other, ...second } = wrong.body;
  expect([unknown.status, first]).toEqual([401, second]);
  for (const username of ["' or 1=1 --", "maria\0", "x".repeat(200), "<b>", "%"]) expect((await login(username, "x")).status).toBe(401);
  expect((await login("x".repeat(201), "x")).status).toBe(400);
  expect((await login("maria", "x".repeat(100_000))).status).toBe(400);
});

test("only administrators make accounts; the person chooses the password by a link", async () => {
  const made = await opened.ask("POST", "/auth/staff/register", {
    headers: as(administrator),
    json: { username: "noor", email: "n@x.example" },
  });
  expect(made.status).toBe(200);
  staffId = String(made.body["staff_id"]);
  const token = new URL(String(made.body["set_up_url"])).searchParams.get("token") ?? "";
  expect((await login("noor", "")).status).toBe(400);
  expect((await login("noor", "anything at all")).status).toBe(401);
  await opened.people.setup.use(token, { password: "a good long one" });
  const noor = await tokenOf("noor", "a good long one");
  const paths = [
    ["POST", "/auth/staff/register"],
    ["GET", "/admin/staff"],
    ["PUT", `/admin/staff/${staffId}`],
    ["POST", `/admin/staff/${staffId}/set-up-link`],
    ["POST", "/admin/username-mappings"],
    ["DELETE", `/admin/username-mappings/${ada}`],
  ] as const;
  for (const [method, path] of paths) {
    const json = method === "PUT" || method === "POST" ? { json: { username: "x", register_number: ada, moodle_username: "x" } } : {};
    for (const [headers, expected] of [
      [as(noor), 403],
      [{}, 401],
    ] as const) {
      expect([method, path, (await opened.ask(method, path, { headers, ...json })).status]).toEqual([method, path, expected]);
    }
  }
  const taken = await opened.ask("POST", "/auth/staff/register", { headers: as(administrator), json: { username: "NOOR" } });
  expect(taken.status).toBe(409);
  const odd = await opened.ask("POST", "/auth/staff/register", { headers: as(administrator), json: { username: "a b" } });
  expect(odd.status).toBe(400);
});

test("who is disabled is out at once, and comes back only when enabled", async () => {
  const noor = await tokenOf("noor", "a good long one");
  const change = async (json: object) => await opened.ask("PUT", `/admin/staff/${staffId}`, { headers: as(administrator), json });
  expect((await change({ is_active: false })).body).toMatchObject({ username: "noor", is_active: false });
  expect((await opened.ask("GET", "/auth/me", { headers: as(noor) })).status).toBe(401);
  expect((await login("noor", "a good long one")).status).toBe(403);
  expect((await login("noor", "wrong")).status).toBe(401);
  expect((await opened.ask("POST", `/admin/staff/${staffId}/set-up-link`, { headers: as(administrator) })).status).toBe(409);
  await change({ is_active: true });
  expect((await login("noor", "a good long one")).status).toBe(200);
  expect((await opened.ask("PUT", `/admin/staff/${randomUUID()}`, { headers: as(administrator), json: {} })).status).toBe(404);
  expect((await opened.ask("PUT", "/admin/staff/none", { headers: as(administrator), json: {} })).status).toBe(404);
});

test("the last administrator stays one", async () => {
  const [maria] = (await opened.ask("GET", "/admin/staff", { headers: as(administrator) })).body["staff"] as { staff_id: string }[];
  for (const json of [{ is_active: false }, { role: "staff" }]) {
    const answer = await opened.ask("PUT", `/admin/staff/${maria?.staff_id}`, { headers: as(administrator), json });
    expect([json, answer.status]).toEqual([json, 409]);
  }
});

test("changing the password ends every session and keeps the rules", async () => {
  const noor = await tokenOf("noor", "a good long one");
  const change = async (current: string, next: string) =>
    await opened.ask("POST", "/auth/staff/password", { headers: as(noor), json: { current_password: current, new_password: next } });
  expect((await change("wrong one here", "another good one")).status).toBe(403);
  expect((await change("a good long one", "short")).status).toBe(400);
  expect((await change("a good long one", "another good one")).status).toBe(200);
  expect((await opened.ask("GET", "/auth/me", { headers: as(noor) })).status).toBe(401);
  expect((await login("noor", "another good one")).status).toBe(200);
});

test("brute force is stopped for names that exist and names that do not, and others still come in", async () => {
  for (const username of ["noor", "nobody-at-all"]) {
    const statuses = await Promise.all(
      Array.from({ length: 12 }, async (_unused, index) => (await login(username, `guess ${index}`)).status),
    );
    expect([username, statuses.filter((status) => status === 401).length <= 6, statuses.includes(429)]).toEqual([username, true, true]);
  }
  expect((await login("maria", password)).status).toBe(200);
});

test("a cookie works on the API from own pages only, a bearer token from anywhere", async () => {
  const cookie = `exam_session=${administrator}`;
  const evil = { origin: "https://evil.example" };
  const path = "/admin/staff";
  expect((await opened.ask("GET", path, { headers: { cookie } })).status).toBe(200);
  expect((await opened.ask("GET", path, { headers: { cookie, origin: `https://${host}` } })).status).toBe(200);
  expect((await opened.ask("GET", path, { headers: { cookie, ...evil } })).status).toBe(403);
  expect((await opened.ask("GET", path, { headers: { ...as(administrator), ...evil } })).status).toBe(200);
  expect((await opened.ask("GET", `${path}?session=${administrator}&token=${administrator}`)).status).toBe(401);
});

test("a student signs in with the number that is theirs, by Moodle's own record", async () => {
  const { status, body } = await studentLogin("ada", "ada's own", ada);
  expect(status).toBe(200);
  expect(body).toEqual({
    success: true,
    session_id: expect.stringMatching(/^[\w-]{43}$/),
    moodle_user_id: 7,
    moodle_username: "ada",
    full_name: "Ada L.",
    register_number: ada,
    expires_at: expect.any(String),
    pending_submissions: 0,
  });
  // Moodle accounts whose name is the register number are common.
  expect((await studentLogin(bob, "number's own", bob)).status).toBe(200);
});

test("another student's number stays shut, with 403 and not with 500", async () => {
  const others = await studentLogin("ada", "ada's own", bob);
  expect([others.status, others.body["detail"]]).toEqual([403, expect.stringContaining("does not belong")]);
  expect((await studentLogin("bob", "bob's own", bob)).status).toBe(403);
  expect((await studentLogin("bob", "wrong", bob)).status).toBe(401);
  expect((await studentLogin("ada", "ada's own", "12")).status).toBe(400);
  const log = await opened.database.db.select().from(auditLogs);
  expect(log.filter(({ action }) => action === "refuse_student")).toHaveLength(2);
});

test("staff's list of accounts decides where it knows a student", async () => {
  const set = async (json: object) => await opened.ask("POST", "/admin/username-mappings", { headers: as(administrator), json });
  expect((await set({ register_number: bob, moodle_username: "Bob" })).status).toBe(200);
  expect((await studentLogin("bob", "bob's own", bob)).status).toBe(200);
  // The account that is named like the number is no longer taken for its owner.
  expect((await studentLogin(bob, "number's own", bob)).status).toBe(403);
  expect(
    (
      await set({
        mappings: [
          { register_number: ada, moodle_username: "x" },
          { register_number: bob, moodle_username: "X" },
        ],
      })
    ).status,
  ).toBe(409);
  expect((await set({ register_number: "not a number", moodle_username: "x" })).status).toBe(400);
  const listed = await opened.ask("GET", "/admin/username-mappings?search=BOB", { headers: as(administrator) });
  expect(listed.body).toMatchObject({ total: 1, mappings: [{ register_number: bob, moodle_username: "Bob" }] });
  expect((await opened.ask("DELETE", `/admin/username-mappings/${bob}`, { headers: as(administrator) })).status).toBe(200);
});

test("while Moodle is away students are told so, and their tries do not count", async () => {
  opened.moodle.fail({ at: "token.php", kind: "html", times: 10 });
  for (let index = 0; index < 10; index += 1) expect((await studentLogin("ada", "ada's own", ada)).status).toBe(503);
  expect((await studentLogin("ada", "ada's own", ada)).status).toBe(200);
});

test("a student is no staff, and a student's session ends", async () => {
  const session = String((await studentLogin("ada", "ada's own", ada)).body["session_id"]);
  const headers = { "x-session-id": session };
  expect((await opened.ask("GET", "/auth/me", { headers })).body).toMatchObject({ kind: "student", register_number: ada });
  for (const path of ["/admin/staff", "/admin/mappings", "/admin/queue/status"])
    expect((await opened.ask("GET", path, { headers })).status).toBe(403);
  expect((await opened.ask("POST", "/auth/sign-out", { headers })).status).toBe(200);
  expect((await opened.ask("GET", "/auth/me", { headers })).status).toBe(401);
  const second = { "x-session-id": String((await studentLogin("ada", "ada's own", ada)).body["session_id"]) };
  await opened.database.db.update(studentSessions).set({ expiresAt: new Date(Date.now() - 1) });
  expect((await opened.ask("GET", "/auth/me", { headers: second })).status).toBe(401);
});

test("answers never carry a password's hash or a Moodle token", async () => {
  const { text } = await opened.ask("GET", "/admin/staff", { headers: as(administrator) });
  const [row] = await opened.database.db.select().from(staffUsers);
  expect(text).not.toContain(row?.passwordHash ?? "argon2");
});
