import { CodedError } from "@repo/contracts/coded-error";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { openTestPortal, type TestPortal, writeSheet } from "../../../test/open-test-portal.ts";
import type { SubmissionService } from "../../submissions/submission-service.ts";

const [ada, bob, eve] = ["212221040001", "212221040002", "212221040003"];
const submitted: { id: string; registerNumber: string }[] = [];
/** Moodle is not what is tested here: it says no once, and then takes everything. */
const submissions: SubmissionService = {
  submit: async (artifactUuid, { registerNumber }) => {
    if (submitted.some(({ id }) => id === artifactUuid)) throw new CodedError("conflict", "It is handed in already.");
    submitted.push({ id: artifactUuid, registerNumber });
    return await submissions.status(artifactUuid);
  },
  status: async (artifactUuid) => {
    if (!submitted.some(({ id }) => id === artifactUuid)) throw new CodedError("not_found", "There is no such submission.");
    const none = { retryCount: 0, lastError: null, nextRetryAt: null, moodleSubmissionId: null, submittedAt: null };
    return await Promise.resolve({ artifactUuid, status: "QUEUED", ...none });
  },
  list: async () => await Promise.resolve([]),
  retry: async (artifactUuid) => await submissions.status(artifactUuid),
};

let portal: TestPortal;
let tokens: Record<"ada" | "bob" | "eve", string>;
let paper: string;
let waiting: string;

beforeAll(async () => {
  portal = await openTestPortal({ submissions });
  tokens = { ada: await portal.student(ada), bob: await portal.student(bob), eve: await portal.student(eve) };
  const add = async (register: string, confidence: number, name: string): Promise<string> => {
    const bytes = writeSheet({ register: [[register, confidence]], subject: [["19AI405", 0.99]] }, name);
    const { sheet } = await portal.sheets.upload({ bytes, name }, { type: "system", id: null });
    await vi.waitFor(async () => expect((await portal.sheets.get(sheet.id, { kind: "staff" })).status).not.toBe("PENDING"), {
      timeout: 20_000,
    });
    return sheet.id;
  };
  paper = await add(ada, 0.99, "ada.pdf");
  waiting = await add(bob, 0.3, "bob.pdf");
}, 60_000);
afterAll(async () => await portal.close());

async function request(
  token: string,
  path: string,
  fields?: Record<string, string>,
): Promise<{ status: number; text: string; location: string }> {
  const init = fields === undefined ? {} : { method: "POST", body: new URLSearchParams(fields) };
  const response = await portal.server.app.request(path, { ...init, headers: { cookie: `exam_session=${token}` } });
  return { status: response.status, text: await response.text(), location: response.headers.get("location") ?? "" };
}

test("a student sees the own accepted papers and nothing of anybody else", async () => {
  expect((await request(tokens.ada, "/portal/student")).text).toContain(`/portal/student/papers/${paper}`);
  // Bob's paper waits for review: nobody knows yet that it is Bob's.
  for (const token of [tokens.bob, tokens.eve]) {
    const { text } = await request(token, "/portal/student");
    expect(text).toContain("There is no paper of yours yet.");
    expect(text).not.toContain(paper);
  }
  for (const [token, id] of [
    [tokens.bob, paper],
    [tokens.eve, paper],
    [tokens.bob, waiting],
    [tokens.ada, "00000000-0000-4000-8000-000000000000"],
  ] as const) {
    for (const path of ["", "/file", "/status"]) expect((await request(token, `/portal/student/papers/${id}${path}`)).status).toBe(404);
    expect((await request(token, `/portal/student/papers/${id}/report`, { message: "Mine!" })).status).toBe(404);
  }
});

test("who is not signed in is sent to sign in, and staff are told that this is not theirs", async () => {
  const path = `/portal/student/papers/${paper}`;
  expect((await request("none", path)).location).toBe(`/portal/student/sign-in?next=${encodeURIComponent(path)}`);
  expect((await request(portal.staff.token, "/portal/student")).status).toBe(403);
});

test("a paper is shown with its page, and handed in once it is confirmed", async () => {
  const path = `/portal/student/papers/${paper}`;
  const { text } = await request(tokens.ada, path);
  expect(text).toContain("19AI405");
  expect(text).toContain(`data-file="${path}/file"`);
  expect((await request(tokens.ada, `${path}/file`)).text).toContain("%PDF-1.4");
  const unconfirmed = await request(tokens.ada, `${path}/submit`, {});
  expect([unconfirmed.status, submitted]).toEqual([400, []]);
  expect(unconfirmed.text).toContain("Confirm that the paper is yours first.");
  expect((await request(tokens.ada, `${path}/submit`, { confirmed: "yes" })).location).toBe(`${path}?notice=submitted`);
  expect(submitted).toEqual([{ id: paper, registerNumber: ada }]);
  const twice = await request(tokens.ada, `${path}/submit`, { confirmed: "yes" });
  expect([twice.status, twice.text.includes("It is handed in already.")]).toEqual([409, true]);
});

test("a wrong reading is reported, answered by staff and corrected; hostile words stay words", async () => {
  const path = `/portal/student/papers/${paper}`;
  const message = `<script>alert(1)</script> The 5 is a 6`;
  expect((await request(tokens.ada, `${path}/report`, {})).text).toContain("Say what is wrong");
  expect((await request(tokens.ada, `${path}/report`, { subject_code: "19AI406", message })).location).toBe(`${path}?notice=reported`);
  const mine = await request(tokens.ada, "/portal/student/reports");
  expect(mine.text).toContain("Waiting for an answer");
  expect(mine.text).not.toContain("<script>alert");
  expect((await request(tokens.eve, "/portal/student/reports")).text).toContain("You have reported nothing.");

  const staff = await request(portal.staff.token, "/portal/staff/reports");
  expect(staff.text).toContain("1 open");
  expect(staff.text).not.toContain("<script>alert");
  const resolve = /action="(\/portal\/staff\/reports\/[^"]+\/resolve)"/.exec(staff.text)?.[1] ?? "";
  const settled = await request(portal.staff.token, resolve, { decision: "accept", answer: "Thank you." });
  expect(settled.location).toBe("/portal/staff/reports?notice=corrected");
  expect(await portal.sheets.get(paper, { kind: "staff" })).toMatchObject({ subjectCode: "19AI406" });
  expect((await request(portal.staff.token, resolve, { decision: "accept" })).text).toContain("This report is settled already.");
  expect((await request(tokens.ada, "/portal/student/reports")).text).toContain("Answer: Thank you.");
});

test("an open report can be withdrawn by its student alone", async () => {
  await request(tokens.ada, `/portal/student/papers/${paper}/report`, { message: "Never mind" });
  const { text } = await request(tokens.ada, "/portal/student/reports");
  const withdraw = /action="(\/portal\/student\/reports\/[^"]+\/withdraw)"/.exec(text)?.[1] ?? "";
  expect((await request(tokens.eve, withdraw, {})).status).toBe(404);
  expect((await request(tokens.ada, withdraw, {})).location).toBe("/portal/student/reports?notice=withdrawn");
  expect((await request(tokens.ada, withdraw, {})).status).toBe(409);
});
