import { afterAll, beforeAll, expect, test } from "vitest";
import { type Answer, openTestPeople, type TestPeople } from "../../../test/open-test-people.ts";

const password = "seven green lamps";
const path = "/portal/staff/account";
let opened: TestPeople;
let administrator: string;

const cookieFor = async (id: string): Promise<string> => `exam_session=${(await opened.people.staffSessions.start(id)).token}`;
const post = async (cookie: string, action: string, form: Record<string, string> = {}): Promise<Answer> =>
  await opened.ask("POST", `${path}/${action}`, { headers: { cookie }, form });
const linkIn = (text: string): string => /value="(https:[^"]*\/set-up\?token=[\w-]+)"/.exec(text)?.[1] ?? "";

beforeAll(async () => {
  opened = await openTestPeople();
  const { setup } = opened.people;
  administrator = await cookieFor((await setup.use((await setup.openFirst()) ?? "", { password, username: "maria" })).id);
}, 60_000);
afterAll(async () => await opened.close());

test("an administrator makes an account and gets its link once", async () => {
  const made = await post(administrator, "new", { username: "noor", full_name: "Noor <b>", role: "staff" });
  expect(made.status).toBe(200);
  expect(await opened.people.setup.find(new URL(linkIn(made.text)).searchParams.get("token") ?? "")).toMatchObject({ username: "noor" });
  const page = await opened.ask("GET", path, { headers: { cookie: administrator } });
  expect([page.text.includes("Noor &lt;b&gt;"), linkIn(page.text), page.headers.get("cache-control")]).toEqual([true, "", "no-store"]);
  const taken = await post(administrator, "new", { username: "Noor" });
  expect([taken.status, taken.text.includes("Somebody has this user name already.")]).toEqual([409, true]);
});

test("accounts are disabled, enabled, promoted and given new links; the own and the last one stay", async () => {
  const all = await opened.people.accounts.list();
  const [maria, noor] = ["maria", "noor"].map((name) => all.find(({ username }) => username === name)?.id ?? "");
  for (const action of ["disable", "enable", "promote", "demote"])
    expect((await post(administrator, `${noor}/${action}`)).status).toBe(303);
  expect(linkIn((await post(administrator, `${noor}/link`)).text)).not.toBe("");
  expect((await post(administrator, `${noor}/delete`)).status).toBe(404);
  expect((await post(administrator, "nobody/disable")).status).toBe(404);
  const last = await post(administrator, `${maria}/demote`);
  expect([last.status, last.text.includes("last administrator")]).toEqual([409, true]);
});

test("staff see their own password only", async () => {
  const noor = (await opened.people.accounts.list()).find(({ username }) => username === "noor")?.id ?? "";
  const cookie = await cookieFor(noor);
  const page = await opened.ask("GET", path, { headers: { cookie } });
  expect([page.status, page.text.includes("Your password"), page.text.includes("Who may sign in")]).toEqual([200, true, false]);
  for (const action of ["new", `${noor}/promote`, `${noor}/link`])
    expect((await post(cookie, action, { username: "x1" })).status).toBe(403);
  expect((await opened.ask("GET", path)).headers.get("location")).toBe(`/portal/staff/sign-in?next=${encodeURIComponent(path)}`);
});

test("a password is changed with the current one, and everybody signs in again", async () => {
  const form = { current: password, next: "eight green lamps", again: "eight green lamps" };
  expect((await post(administrator, "password", { ...form, again: "mistyped" })).text).toContain("The two new passwords differ.");
  expect((await post(administrator, "password", { ...form, current: "wrong" })).status).toBe(403);
  const foreign = await opened.ask("POST", `${path}/password`, {
    headers: { cookie: administrator, origin: "https://evil.example" },
    form,
  });
  expect(foreign.status).toBe(403);
  const changed = await post(administrator, "password", form);
  expect([changed.status, changed.headers.get("location")]).toEqual([303, "/portal/staff/sign-in?notice=password-changed"]);
  expect((await opened.ask("GET", path, { headers: { cookie: administrator } })).status).toBe(303);
});
