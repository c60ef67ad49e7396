import type { CodedError } from "@repo/contracts/coded-error";
import { eq } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type FakeMoodle, startFakeMoodle } from "../../test/fake-moodle.ts";
import { mapSubject, openTestSubmissions, type TestSubmissions } from "../../test/open-test-submissions.ts";
import { artifacts, auditLogs, studentSessions, submissionQueue } from "../schema.ts";

const ada = "212223060001";
const bob = "212223060002";
let fake: FakeMoodle;
let opened: TestSubmissions;
let adaSession: string;

const subjects = Object.fromEntries(
  ["19AI401", "19AI402", "19AI403", "19AI404", "19AI405", "19AI406", "19AI407", "19AI408", "19AI409"].map((code, index) => [
    code,
    21 + index,
  ]),
);

beforeAll(async () => {
  fake = await startFakeMoodle({
    users: [
      { id: 7, username: "ada", password: "pw", fullName: "Ada" },
      { id: 8, username: "bob", password: "pw", fullName: "Bob" },
    ],
    assignments: Object.values(subjects).map((id) => ({
      id,
      courseId: 3,
      cmid: id + 100,
      name: `A${id}`,
      submissionDrafts: id !== subjects["19AI402"],
      students: ["ada", "bob"],
      isLocked: id === subjects["19AI409"],
    })),
  });
  opened = await openTestSubmissions({ moodleUrl: fake.url });
  for (const [code, id] of Object.entries(subjects)) await mapSubject(opened.database, code, id);
  adaSession = await signIn("ada", ada);
}, 60_000);
afterAll(async () => {
  await opened.close();
  await fake.close();
});

async function signIn(username: string, registerNumber: string): Promise<string> {
  const token = await opened.moodle.signIn(username, "pw");
  const student = { registerNumber, moodleUserId: 7, moodleUsername: username, fullName: null };
  return (await opened.sessions.start(student, token)).session.sessionId;
}

async function submitted(subjectCode: string, content = `sheet of ${subjectCode}`): Promise<string> {
  const id = await opened.addSheet({ registerNumber: ada, subjectCode, content });
  await opened.service.submit(id, { registerNumber: ada, sessionId: adaSession });
  return id;
}

const until = async (id: string, status: string) =>
  await expect.poll(async () => (await opened.service.status(id)).status, { timeout: 15_000, interval: 50 }).toBe(status);
const changesOf = (subjectCode: string) => fake.changes.filter(({ assignmentId }) => assignmentId === subjects[subjectCode]);

test("a sheet goes to Moodle under its own name, by the student's own token, and is handed in", async () => {
  const id = await submitted("19AI401");
  await until(id, "COMPLETED");
  expect(fake.submissionOf("ada", subjects["19AI401"] ?? 0)).toMatchObject({
    status: "submitted",
    files: [{ filename: `${ada}_19AI401_CIA1.pdf` }],
  });
  expect(changesOf("19AI401").map(({ at, username }) => [at, username])).toEqual([
    ["save", "ada"],
    ["submit", "ada"],
  ]);
  const view = await opened.service.status(id, ada);
  expect(view).toMatchObject({ moodleSubmissionId: expect.any(Number), submittedAt: expect.any(Date), lastError: null, nextRetryAt: null });
  const [row] = await opened.database.db.select().from(submissionQueue).where(eq(submissionQueue.artifactUuid, id));
  expect(row).toMatchObject({ status: "COMPLETED", moodleTokenEncrypted: null });
  const log = await opened.database.db.select().from(auditLogs).where(eq(auditLogs.artifactUuid, id)).orderBy(auditLogs.id);
  expect(log.map(({ action }) => action)).toEqual(["submit", "uploading", "submitting", "submitted"]);
});

test("an assignment without drafts is handed in by saving", async () => {
  await until(await submitted("19AI402"), "COMPLETED");
  expect(changesOf("19AI402").map(({ at }) => at)).toEqual(["save"]);
});

test("a click twice submits once, and what is submitted is not submitted again", async () => {
  const id = await opened.addSheet({ registerNumber: ada, subjectCode: "19AI403", content: "clicked" });
  const student = { registerNumber: ada, sessionId: adaSession };
  // The work may begin, or end, between two clicks: a server has a connection for each.
  const clicks = await Promise.allSettled([1, 2, 3, 4].map(async () => await opened.service.submit(id, student)));
  const answers = clicks.map((click) => (click.status === "fulfilled" ? click.value.status : (click.reason as CodedError).code));
  expect(answers).toContain("QUEUED");
  for (const answer of answers) expect(["QUEUED", "UPLOADING", "SUBMITTING", "conflict"]).toContain(answer);
  await until(id, "COMPLETED");
  await expect(opened.service.submit(id, student)).rejects.toMatchObject({ code: "conflict" });
  expect(changesOf("19AI403").filter(({ at }) => at === "save")).toHaveLength(1);
});

test("another student's sheet does not exist, and one that is not accepted is not ready", async () => {
  const id = await opened.addSheet({ registerNumber: ada, subjectCode: "19AI404", content: "ada's own" });
  const bobs = { registerNumber: bob, sessionId: await signIn("bob", bob) };
  await expect(opened.service.submit(id, bobs)).rejects.toMatchObject({ code: "not_found" });
  await expect(opened.service.status(id, bob)).rejects.toMatchObject({ code: "not_found" });
  // Another student's session does not help either.
  await expect(opened.service.submit(id, { registerNumber: ada, sessionId: bobs.sessionId })).rejects.toMatchObject({
    code: "unauthorized",
  });
  await opened.database.db.update(artifacts).set({ workflowStatus: "PENDING_REVIEW" }).where(eq(artifacts.artifactUuid, id));
  await expect(opened.service.submit(id, { registerNumber: ada, sessionId: adaSession })).rejects.toMatchObject({ code: "conflict" });
  const unmapped = await opened.addSheet({ registerNumber: ada, subjectCode: "99XX999", content: "no assignment" });
  await expect(opened.service.submit(unmapped, { registerNumber: ada, sessionId: adaSession })).rejects.toThrow(/No assignment/);
});

test("while Moodle is away everybody can see when it is tried again, and why", async () => {
  fake.fail({ at: "mod_assign_get_submission_status", kind: "http-429", times: 1 });
  const id = await submitted("19AI406");
  await expect.poll(async () => (await opened.service.status(id)).retryCount, { timeout: 10_000 }).toBe(1);
  const waiting = await opened.service.status(id);
  expect(waiting).toMatchObject({ status: "QUEUED", lastError: "Moodle asks to wait." });
  // Moodle asked for two seconds, which is longer than the queue's own pause.
  expect((waiting.nextRetryAt?.getTime() ?? 0) - Date.now()).toBeGreaterThan(500);
  expect((await opened.service.list()).map(({ artifactUuid }) => artifactUuid)).toContain(id);
  await until(id, "COMPLETED");
}, 30_000);

test("what Moodle refuses is told to the student, who may try again", async () => {
  const id = await submitted("19AI409");
  await until(id, "FAILED");
  expect((await opened.service.status(id)).lastError).toMatch(/takes no submissions/);
  expect(changesOf("19AI409")).toEqual([]);
  await expect(opened.service.retry(id)).resolves.toMatchObject({ status: "QUEUED", retryCount: 0 });
  await until(id, "FAILED");
});

test("what the student handed in by hand is never overwritten", async () => {
  fake.submitByHand("ada", subjects["19AI407"] ?? 0, "my own work.pdf");
  const id = await submitted("19AI407");
  await until(id, "FAILED");
  expect((await opened.service.status(id)).lastError).toContain("my own work.pdf");
  expect(fake.submissionOf("ada", subjects["19AI407"] ?? 0)?.files[0]?.filename).toBe("my own work.pdf");
});

test("a token that Moodle has withdrawn is thrown away, and a new sign-in mends it", async () => {
  fake.revoke("ada");
  const id = await submitted("19AI408");
  await until(id, "FAILED");
  expect((await opened.service.status(id)).lastError).toMatch(/sign in again/);
  const [row] = await opened.database.db.select().from(submissionQueue).where(eq(submissionQueue.artifactUuid, id));
  expect(row?.moodleTokenEncrypted).toBeNull();
  await opened.database.db.delete(studentSessions);
  await expect(opened.service.retry(id)).rejects.toMatchObject({ code: "conflict" });
  adaSession = await signIn("ada", ada);
  await opened.service.retry(id);
  await until(id, "COMPLETED");
  expect(changesOf("19AI408").every(({ username }) => username === "ada")).toBe(true);
});

test("no token is readable in the database", async () => {
  const token = await opened.moodle.signIn("ada", "pw");
  const rows = [await opened.database.db.select().from(studentSessions), await opened.database.db.select().from(submissionQueue)];
  const logs = await opened.database.db.select().from(auditLogs);
  expect(JSON.stringify([rows, logs])).not.toContain(token);
});
