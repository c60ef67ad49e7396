import { hashToken } from "@repo/app-kit/opaque-token";
import { eq, ne } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ada, type Answer, host, openTestPeople, type TestPeople } from "../../../test/open-test-people.ts";
import { announceFirstSetup } from "../../people/announce-first-setup.ts";
import { openPeople } from "../../people/open-people.ts";
import { staffSessions, staffSetupLinks, staffUsers } from "../../schema.ts";
import { configSchema } from "../../config.ts";

const password = "seven green lamps";
let opened: TestPeople;
let firstLink: string;
let secondLink: string;

beforeAll(async () => {
  opened = await openTestPeople();
}, 60_000);
afterAll(async () => await opened.close());

const cookieOf = ({ headers }: Answer): string => headers.get("set-cookie")?.split(";")[0] ?? "";
const tokenOf = (link: string): string => new URL(link).searchParams.get("token") ?? "";
const me = async (cookie: string): Promise<Answer> => await opened.ask("GET", "/auth/me", { headers: { cookie } });
const setUp = async (link: string, fields: Record<string, string> = {}): Promise<Answer> =>
  await opened.ask("POST", "/set-up", { form: { token: tokenOf(link), username: "maria", password, password_again: password, ...fields } });
const signIn = async (form: Record<string, string>, headers: Record<string, string> = {}): Promise<Answer> =>
  await opened.ask("POST", "/portal/staff/sign-in", { form, headers });

test("the first start shows a link once for people and once for programs, and nobody can sign in without it", async () => {
  const lines: { setUpUrl: string }[] = [];
  let banner = "";
  const log = { warn: (fields: { setUpUrl: string }) => void lines.push(fields) };
  await announceFirstSetup(opened.people, log as never, (text) => (banner += text));
  firstLink = lines[0]?.setUpUrl ?? "";
  expect(firstLink).toMatch(new RegExp(`^https://${host}/set-up\\?token=[\\w-]{43}$`));
  expect(banner).toContain(firstLink);
  for (const guess of ["admin", "administrator", "admin123", "password", ""]) {
    for (const username of ["admin", "administrator"]) expect((await signIn({ username, password: guess })).status).not.toBe(303);
  }
});

test("a link is refused while the password is weak or mistyped, and is good afterwards", async () => {
  const weak = await setUp(firstLink, { password: "password", password_again: "password" });
  expect([weak.status, weak.text.includes("at least 12 characters")]).toEqual([400, true]);
  expect((await setUp(firstLink, { password_again: "something else" })).text).toContain("The two passwords differ.");
  expect((await opened.ask("GET", `/set-up?token=${tokenOf(firstLink)}`)).text).toContain("administrator");
});

test("a link outlives a restart, and each start shows another one", async () => {
  const config = configSchema.parse({ PUBLIC_URL: "https://elsewhere.example" });
  const restarted = openPeople(opened.database.db, config);
  const second = await restarted.setup.openFirst();
  secondLink = restarted.toSetupUrl(second ?? "");
  expect(await restarted.setup.find(tokenOf(firstLink))).toMatchObject({ role: "administrator", hasPassword: false });
  expect(await restarted.setup.find(second ?? "")).toBeDefined();
  expect(await opened.database.db.select().from(staffUsers)).toHaveLength(1);
});

test("a link makes the administrator once, and signs in", async () => {
  const tries = await Promise.all([setUp(firstLink), setUp(firstLink), setUp(firstLink)]);
  const good = tries.filter(({ status }) => status === 303);
  expect(good).toHaveLength(1);
  const cookie = cookieOf(good[0] ?? tries[0]);
  expect((await me(cookie)).body).toMatchObject({ kind: "administrator" });
  expect(good[0]?.headers.get("set-cookie")).toMatch(/HttpOnly.*SameSite=Strict/);
  expect((await setUp(firstLink)).text).toContain("no longer good");
  // What other starts have shown is not good either once there is an administrator.
  expect((await setUp(secondLink)).status).toBe(404);
  expect(await opened.people.setup.openFirst()).toBeUndefined();
});

test("an old link is no longer good", async () => {
  const { token } = await opened.people.setup.recover("maria");
  await opened.database.db.update(staffSetupLinks).set({ expiresAt: new Date(Date.now() - 1) });
  expect((await opened.ask("GET", `/set-up?token=${token}`)).status).toBe(404);
  expect((await setUp(`https://x.example/?token=${token}`)).status).toBe(404);
});

test("whoever lost the password gets a link by the command, which ends the sessions", async () => {
  const before = cookieOf(await signIn({ username: "maria", password }));
  const { token, username } = await opened.people.setup.recover();
  expect(username).toBe("maria");
  const done = await setUp(`https://x.example/?token=${token}`, { username: "somebody-else" });
  expect(done.status).toBe(303);
  expect((await me(before)).status).toBe(401);
  const [account] = await opened.database.db.select().from(staffUsers).where(eq(staffUsers.role, "administrator"));
  expect(account?.username).toBe("maria");
  await expect(opened.people.setup.recover("nobody")).rejects.toMatchObject({ code: "not_found" });
});

test("signing in leads on to a page of this portal only", async () => {
  for (const [next, expected] of [
    ["/portal/staff/review?x=1", "/portal/staff/review?x=1"],
    ["//evil.example/portal/staff", "/portal/staff"],
    ["https://evil.example", "/portal/staff"],
    ["/portal/staff/sign-out", "/portal/staff"],
    ["/portal/staff/../../admin", "/portal/staff"],
    ["/portal/student", "/portal/staff"],
  ] as const) {
    const { status, headers } = await signIn({ username: "MARIA", password, next });
    expect([next, status, headers.get("location")]).toEqual([next, 303, expected]);
  }
});

test("a session planted in the browser before is never the one after signing in", async () => {
  const planted = "exam_session=planted-by-somebody";
  const answer = await signIn({ username: "maria", password }, { cookie: planted });
  expect(cookieOf(answer)).not.toBe(planted);
  expect((await me(planted)).status).toBe(401);
  const again = await signIn({ username: "maria", password }, { cookie: cookieOf(answer) });
  expect((await me(cookieOf(answer))).status).toBe(401);
  expect((await me(cookieOf(again))).status).toBe(200);
});

test("signing out ends the session on the server as well", async () => {
  const cookie = cookieOf(await signIn({ username: "maria", password }));
  const out = await opened.ask("POST", "/portal/staff/sign-out", { headers: { cookie }, form: {} });
  expect([out.status, out.headers.get("location")]).toEqual([303, "/portal/staff/sign-in?notice=signed-out"]);
  expect((await me(cookie)).status).toBe(401);
});

test("forms of other origins are refused, the sign-in's own included", async () => {
  const cookie = cookieOf(await signIn({ username: "maria", password }));
  for (const origin of ["https://evil.example", "null", `https://${host}.evil.example`]) {
    for (const path of ["/portal/staff/sign-in", "/portal/staff/sign-out", "/portal/student/sign-in", "/set-up", "/auth/sign-out"]) {
      const { status } = await opened.ask("POST", path, { headers: { cookie, origin }, form: { username: "maria", password } });
      expect([origin, path, status]).toEqual([origin, path, 403]);
    }
  }
  expect((await me(cookie)).status).toBe(200);
});

test("a session ends by itself, and being used does not keep it for ever", async () => {
  const cookie = cookieOf(await signIn({ username: "maria", password }));
  await opened.database.db.delete(staffSessions).where(ne(staffSessions.tokenHash, hashToken(cookie.split("=")[1] ?? "")));
  await opened.database.db.update(staffSessions).set({ expiresAt: new Date(Date.now() + 60_000) });
  await me(cookie);
  const [kept] = await opened.database.db.select().from(staffSessions);
  expect((kept?.expiresAt.getTime() ?? 0) - Date.now()).toBeGreaterThan(30 * 60_000);
  await opened.database.db
    .update(staffSessions)
    .set({ createdAt: new Date(Date.now() - 13 * 3_600_000), expiresAt: new Date(Date.now() + 60_000) });
  await me(cookie);
  const [old] = await opened.database.db.select().from(staffSessions);
  expect((old?.expiresAt.getTime() ?? 0) - Date.now()).toBeLessThan(60_001);
  await opened.database.db.update(staffSessions).set({ expiresAt: new Date(Date.now() - 1) });
  expect((await me(cookie)).status).toBe(401);
});

test("no token and no password is readable in the database", async () => {
  const answer = await signIn({ username: "maria", password });
  const token = cookieOf(answer).split("=")[1] ?? "";
  const { db } = opened.database;
  const rows = JSON.stringify([
    await db.select().from(staffSessions),
    await db.select().from(staffUsers),
    await db.select().from(staffSetupLinks),
  ]);
  for (const secret of [token, password, tokenOf(firstLink)]) expect(rows).not.toContain(secret);
});

test("a student comes in with the Moodle account, and goes to the own papers", async () => {
  expect((await opened.ask("GET", "/portal/student/sign-in")).text).toContain("Register number");
  const form = { username: "ada", password: "ada's own", register_number: ada, next: "/portal/staff/review" };
  const answer = await opened.ask("POST", "/portal/student/sign-in", { form });
  expect([answer.status, answer.headers.get("location")]).toEqual([303, "/portal/student"]);
  expect((await me(cookieOf(answer))).body).toMatchObject({ kind: "student", register_number: ada });
  const wrong = await opened.ask("POST", "/portal/student/sign-in", { form: { ...form, password: "<script>" } });
  expect([wrong.status, wrong.text.includes("Moodle does not accept"), wrong.text.includes("<script>")]).toEqual([401, true, false]);
});

test("guessing is slowed down, with the wait said to people and browsers", async () => {
  const answers = [];
  for (let index = 0; index < 8; index += 1) answers.push(await signIn({ username: "maria", password: `guess ${index}` }));
  expect(answers.map(({ status }) => status)).toContain(429);
  const blocked = answers.find(({ status }) => status === 429);
  expect([blocked?.text.includes("try again in"), Number(blocked?.headers.get("retry-after")) > 0]).toEqual([true, true]);
});
