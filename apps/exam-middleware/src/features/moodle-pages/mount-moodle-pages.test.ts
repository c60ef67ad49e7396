import { afterAll, beforeAll, expect, test } from "vitest";
import { ada, type Answer, openTestPeople, type TestPeople } from "../../../test/open-test-people.ts";

const path = "/portal/staff/moodle";
let opened: TestPeople;
let administrator: string;
let staff: string;

beforeAll(async () => {
  opened = await openTestPeople({ MOODLE_ADMIN_TOKEN: "lookingtoken" });
  opened.moodle.allow("lookingtoken", "ada");
  const { setup, accounts, staffSessions } = opened.people;
  const maria = await setup.use((await setup.openFirst()) ?? "", { password: "seven green lamps" });
  const noor = await accounts.create({ username: "noor", password: "seven green lamps" }, { type: "system", id: null });
  administrator = `exam_session=${(await staffSessions.start(maria.id)).token}`;
  staff = `exam_session=${(await staffSessions.start(noor.staff.id)).token}`;
}, 60_000);
afterAll(async () => await opened.close());

const page = async (cookie: string): Promise<Answer> => await opened.ask("GET", path, { headers: { cookie } });
const post = async (cookie: string, action: string, form: Record<string, string> = {}): Promise<Answer> =>
  await opened.ask("POST", `${path}/${action}`, { headers: { cookie }, form });

test("a subject gets its assignment by the address of its page, and loses it again", async () => {
  const address = "https://moodle.example/mod/assign/view.php?forceview=1&id=111";
  expect((await post(staff, "mappings", { subject_code: "19ai500", exam_type: "CIA2", address })).status).toBe(303);
  const { text } = await page(staff);
  expect(text).toContain("19AI500");
  expect(text).toContain("CIA 1");
  for (const wrong of ["", "nothing", "https://moodle.example/mod/assign/view.php", "-1", "id=111", "999"]) {
    expect([wrong, (await post(staff, "mappings", { subject_code: "X1", exam_type: "CIA1", address: wrong })).status >= 400]).toEqual([
      wrong,
      true,
    ]);
  }
  const id = /mappings\/([0-9a-f-]{36})\/remove" class="inline"><button type="submit" class="link" aria-label="Remove 19AI500/.exec(
    text,
  )?.[1];
  expect((await post(staff, `mappings/${id}/remove`)).status).toBe(303);
  expect((await post(staff, `mappings/${id}/remove`)).status).toBe(404);
});

test("administrators bring the list of accounts, which staff only count", async () => {
  expect((await post(staff, "accounts", { accounts: `${ada},ada` })).status).toBe(403);
  const wrong = await post(administrator, "accounts", { accounts: `${ada},ada\n<script>,x` });
  expect([wrong.status, wrong.text.includes("Line 2"), wrong.text.includes("<script>,")]).toEqual([400, true, false]);
  expect((await post(administrator, "accounts", { accounts: `${ada},ada` })).status).toBe(303);
  expect([(await page(administrator)).text.includes("textarea"), (await page(staff)).text.includes("textarea")]).toEqual([true, false]);
});

test("students and strangers do not see it", async () => {
  expect((await opened.ask("GET", path)).status).toBe(303);
  const form = { username: "ada", password: "ada's own", register_number: ada };
  const signedIn = await opened.ask("POST", "/portal/student/sign-in", { form });
  expect((await page(signedIn.headers.get("set-cookie")?.split(";")[0] ?? "")).status).toBe(403);
  expect((await post(staff, "retry/00000000-0000-4000-8000-000000000000")).status).toBe(409);
});
