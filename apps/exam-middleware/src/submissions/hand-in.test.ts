import { CodedError } from "@repo/contracts/coded-error";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Fault, type FakeMoodle, startFakeMoodle } from "../../test/fake-moodle.ts";
import { createMoodle } from "../moodle/create-moodle.ts";
import type { Moodle } from "../moodle/moodle.ts";
import { type HandIn, handIn } from "./hand-in.ts";

const assignmentId = 11;
let fake: FakeMoodle;
let moodle: Moodle;
let request: HandIn;

beforeAll(async () => {
  fake = await startFakeMoodle({
    users: [{ id: 7, username: "ada", password: "pw", fullName: "Ada" }],
    assignments: [{ id: assignmentId, courseId: 3, cmid: 111, name: "A", submissionDrafts: true, students: ["ada"] }],
  });
  moodle = createMoodle({ baseUrl: fake.url, timeoutMs: 300, service: "moodle_mobile_app" });
  const file = { name: "1_A_CIA1.pdf", type: "application/pdf", bytes: new Uint8Array(10) };
  request = { token: await moodle.signIn("ada", "pw"), assignmentId, file, earlierNames: ["1_A_CIA1.pdf", "1_A_CIA1_2.pdf"] };
});
afterAll(async () => await fake.close());

const silent = async () => await Promise.resolve();

/** As the queue does: again and again while it is worth it. */
async function handInPatiently(): Promise<number> {
  for (let tries = 1; ; tries += 1) {
    try {
      await handIn(moodle, request, silent);
      return tries;
    } catch (thrown) {
      if (!CodedError.isInstance(thrown) || !thrown.retryable || tries > 5) throw thrown;
    }
  }
}

test("whatever breaks in between, before or after Moodle did it, the file is saved once and handed in once", async () => {
  const places = ["mod_assign_get_submission_status", "upload.php", "mod_assign_save_submission", "mod_assign_submit_for_grading"];
  const kinds: Fault["kind"][] = ["http-503", "http-429", "html", "exception", "hang", "hang-after", "cut-before", "cut-after"];
  for (const at of places) {
    for (const kind of kinds) {
      fake.reset("ada", assignmentId);
      const before = fake.changes.length;
      fake.fail({ at, kind });
      const tries = await handInPatiently();
      expect([at, kind, tries, fake.changes.slice(before).map((change) => change.at)]).toEqual([at, kind, 2, ["save", "submit"]]);
    }
  }
});

test("a second attempt takes the place of the first while Moodle lets it, and of nothing else", async () => {
  fake.reset("ada", assignmentId);
  await moodle.saveSubmission(
    request.token,
    assignmentId,
    await moodle.uploadDraft(request.token, { ...request.file, bytes: new Uint8Array(3) }),
  );
  expect(await handIn(moodle, request, silent)).toMatchObject({ isFinal: true });
  fake.reset("ada", assignmentId);
  await moodle.saveSubmission(request.token, assignmentId, await moodle.uploadDraft(request.token, { ...request.file, name: "essay.pdf" }));
  await expect(handIn(moodle, request, silent)).rejects.toMatchObject({ code: "conflict" });
  expect(fake.submissionOf("ada", assignmentId)?.files.map(({ filename }) => filename)).toEqual(["essay.pdf"]);
});

test("what was handed in already is left alone", async () => {
  fake.reset("ada", assignmentId);
  await handInPatiently();
  const before = [...fake.changes];
  expect(await handIn(moodle, request, silent)).toMatchObject({ isFinal: true });
  expect(fake.changes).toEqual(before);
});
