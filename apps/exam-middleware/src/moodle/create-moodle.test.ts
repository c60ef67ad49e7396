import { afterAll, beforeAll, expect, test } from "vitest";
import { type FakeMoodle, startFakeMoodle } from "../../test/fake-moodle.ts";
import { createMoodle } from "./create-moodle.ts";
import type { Moodle } from "./moodle.ts";

let fake: FakeMoodle;
let moodle: Moodle;
let token: string;
const file = { name: "212223060001_19AI405_CIA1.pdf", type: "application/pdf", bytes: new TextEncoder().encode("%PDF-1.7 sheet") };

beforeAll(async () => {
  const users = [{ id: 7, username: "ada", password: "ada's password & more", fullName: "Ada L.", idNumber: "212223060001" }];
  const common = { courseId: 3, students: ["ada"] };
  fake = await startFakeMoodle({
    users,
    assignments: [
      { ...common, id: 11, cmid: 111, name: "Drafts", submissionDrafts: true },
      { ...common, id: 12, cmid: 112, name: "At once", submissionDrafts: false },
      { ...common, id: 13, cmid: 113, name: "Closed", submissionDrafts: true, isLocked: true },
      { ...common, id: 14, cmid: 114, name: "Others'", submissionDrafts: true, students: [] },
    ],
  });
  moodle = createMoodle({ baseUrl: fake.url, timeoutMs: 1_000, service: "moodle_mobile_app" });
  token = await moodle.signIn("ada", "ada's password & more");
});
afterAll(async () => await fake.close());

test("a sign-in gives the student's own token, by which Moodle tells who it is", async () => {
  expect(token).toMatch(/^[0-9a-f]{32}$/);
  expect(await moodle.readUser(token)).toEqual({ userId: 7, username: "ada", fullName: "Ada L.", idNumber: "212223060001" });
});

test("a wrong password is unauthorized, although Moodle says it with status 200", async () => {
  const wrong = moodle.signIn("ada", "wrong");
  await expect(wrong).rejects.toMatchObject({ code: "unauthorized", details: { moodle: "invalidlogin" } });
});

test("a file goes through a draft area into the submission, byte by byte, and is handed in for grading", async () => {
  expect(await moodle.readSubmission(token, 11)).toEqual({ submissionId: null, status: null, files: [], canEdit: true, canSubmit: false });
  await moodle.saveSubmission(token, 11, await moodle.uploadDraft(token, file));
  const draft = await moodle.readSubmission(token, 11);
  expect(draft).toMatchObject({ status: "draft", canSubmit: true, files: [{ name: file.name, sizeBytes: file.bytes.length }] });
  expect(fake.submissionOf("ada", 11)?.files[0]?.bytes).toEqual(file.bytes);
  await moodle.submitForGrading(token, 11);
  expect(await moodle.readSubmission(token, 11)).toMatchObject({ status: "submitted", canEdit: false, canSubmit: false });
});

test("what Moodle refuses with a warning, an exception or for want of rights is an error that says so", async () => {
  const draft = await moodle.uploadDraft(token, file);
  const closed = moodle.saveSubmission(token, 13, draft);
  await expect(closed).rejects.toMatchObject({ code: "conflict", message: "Moodle: This assignment is not accepting submissions" });
  await expect(moodle.readSubmission(token, 14)).rejects.toMatchObject({ code: "forbidden", retryable: false });
  await expect(moodle.readSubmission("0".repeat(32), 11)).rejects.toMatchObject({
    code: "unauthorized",
    details: { moodle: "invalidtoken" },
  });
  await expect(moodle.uploadDraft("0".repeat(32), file)).rejects.toMatchObject({ code: "unauthorized" });
  await expect(moodle.saveSubmission(token, 12, 424_242)).rejects.toMatchObject({ code: "conflict" });
});

test("a Moodle that is away, busy, in maintenance or silent is worth another try", async () => {
  for (const [kind, code] of [
    ["http-503", "model_unavailable"],
    ["http-429", "overloaded"],
    ["html", "model_unavailable"],
    ["cut-before", "model_unavailable"],
    ["exception", "model_unavailable"],
    ["hang", "deadline_exceeded"],
  ] as const) {
    fake.fail({ at: "upload.php", kind });
    const error = await moodle.uploadDraft(token, file).catch((thrown: unknown) => thrown);
    expect([kind, error]).toEqual([kind, expect.objectContaining({ code, retryable: true })]);
  }
  const gone = createMoodle({ baseUrl: "http://127.0.0.1:9", timeoutMs: 500, service: "moodle_mobile_app" });
  await expect(gone.signIn("ada", "x")).rejects.toMatchObject({ retryable: true });
});

test("an assignment is found by the id in its address", async () => {
  expect(await moodle.findAssignment(token, 112)).toEqual({ courseId: 3, assignmentId: 12, name: "At once" });
  await expect(moodle.findAssignment(token, 999)).rejects.toMatchObject({ code: "not_found" });
});

test("no error shows the token or the password", async () => {
  fake.fail({ at: "token.php", kind: "html" });
  const error = await moodle.signIn("ada", "secret-password").catch((thrown: unknown) => thrown);
  expect(JSON.stringify(error) + String(error)).not.toContain("secret-password");
});
