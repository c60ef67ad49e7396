import { afterAll, beforeAll, expect, test } from "vitest";
import { CodedError } from "@repo/contracts/coded-error";
import { sql } from "drizzle-orm";
import { openTestApp, staffAccess, staffActor, type TestApp } from "../../test/open-test-app.ts";
import { toSheetFile, type WrittenSheet } from "../../test/sheet-space.ts";
import type { SheetDetails } from "./sheet-views.ts";

let app: TestApp;
const timeout = 60_000;

beforeAll(async () => {
  app = await openTestApp();
  const roster = Array.from({ length: 100 }, (_, index) => `2122220401${String(index).padStart(2, "0")}`).join("\n");
  await app.sheets.importList({ kind: "roster", name: "Class", csv: Buffer.from(roster) }, staffActor);
  await app.sheets.importList({ kind: "course", name: "Courses", csv: Buffer.from("subject_code\n19AI405\nCS8501\n") }, staffActor);
}, timeout);
afterAll(async () => await app?.close());

let used = 0;
/** A student of the roster that no other test has. */
function newStudent(): string {
  used += 1;
  return `2122220401${String(used).padStart(2, "0")}`;
}

async function upload(sheet: WrittenSheet, name = "scan.pdf"): Promise<SheetDetails> {
  const outcome = await app.sheets.upload({ bytes: toSheetFile(sheet), name }, staffActor);
  return await app.settled(outcome.sheet.id);
}
const codeOf = async (work: Promise<unknown>): Promise<string> =>
  await work.then(
    () => "no error",
    (error: unknown) => (CodedError.isInstance(error) ? error.code : String(error)),
  );

test("a listed student's sheet that is read with certainty is accepted without a person", { timeout }, async () => {
  const register = newStudent();
  const sheet = await upload({ register, subject: "19AI405" }, "folder/page 1.pdf");
  expect(sheet).toMatchObject({
    status: "VALIDATED",
    outcome: "automatic",
    attemptNumber: 1,
    registerNumber: register,
    originalFilename: "page 1.pdf",
    renamedFilename: `${register}_19AI405_CIA1.pdf`,
    reasons: [],
  });
  expect(sheet.confidence).toBeCloseTo(0.99);
  expect(app.space.lastLists().course_list).toEqual(["19AI405", "CS8501"]);
});

test("every reading is kept with its crop, box and confidence", { timeout }, async () => {
  const { id, candidates, extraction } = await upload({ register: newStudent(), subject: "CS8501", otherRegisters: ["212222040999"] });
  expect(candidates.map(({ field, rank, hasCrop }) => [field, rank, hasCrop])).toEqual([
    ["register_number", 0, true],
    ["register_number", 1, true],
    ["subject_code", 0, true],
  ]);
  expect(candidates[0]?.box).toEqual([0.2, 0.1, 0.3, 0.02]);
  expect(extraction).toMatchObject({ mode: "remote", page: 1, regionsFound: { register: 1, subject: 1 } });
  const crop = await app.sheets.crop(id, "register_number", 0);
  expect(crop.type).toBe("image/png");
  expect(Buffer.from(crop.bytes).subarray(1, 4).toString()).toBe("PNG");
});

test("the same bytes again are answered with the sheet they are in, whatever the name", { timeout }, async () => {
  const bytes = toSheetFile({ register: newStudent(), subject: "CS8501" });
  const outcomes = await Promise.all(["a.pdf", "b.pdf", "c.pdf"].map(async (name) => await app.sheets.upload({ bytes, name }, staffActor)));
  expect(new Set(outcomes.map(({ sheet }) => sheet.id)).size).toBe(1);
  expect(outcomes.filter(({ isNew }) => isNew)).toHaveLength(1);
});

test("a second scan of the same student, subject and exam is flagged and is no error", { timeout }, async () => {
  const register = newStudent();
  const first = await upload({ register, subject: "CS8501", scan: 1 });
  const second = await upload({ register, subject: "CS8501", scan: 2 });
  expect(second).toMatchObject({ status: "PENDING_REVIEW", reasons: ["duplicate"], duplicateOf: first.id, attemptNumber: null });
  expect(await codeOf(app.sheets.accept(second.id, { version: second.version, actor: staffActor }))).toBe("conflict");
});

test("the same sheet in another exam type is no duplicate", { timeout }, async () => {
  const register = newStudent();
  await upload({ register, subject: "CS8501", scan: 1 });
  const { sheet } = await app.sheets.upload(
    { bytes: toSheetFile({ register, subject: "CS8501", scan: 2 }), name: "b.pdf", examType: "cia2" },
    staffActor,
  );
  expect(await app.settled(sheet.id)).toMatchObject({ status: "VALIDATED", examType: "CIA2", attemptNumber: 1 });
});

test("a second attempt is possible once the first is submitted and staff have opened it; a third is not", { timeout }, async () => {
  const register = newStudent();
  const first = await upload({ register, subject: "CS8501", scan: 1 });
  expect(await codeOf(app.sheets.setAttemptLock(first.id, false, { version: first.version, actor: staffActor }))).toBe("conflict");
  await app.database.db.execute(
    sql`update examination_artifacts set workflow_status = 'COMPLETED', completed_at = now() where artifact_uuid = ${first.id}`,
  );
  await app.sheets.setAttemptLock(first.id, false, { version: first.version, actor: staffActor });
  const second = await upload({ register, subject: "CS8501", scan: 2 });
  expect(second).toMatchObject({ status: "VALIDATED", attemptNumber: 2 });
  expect((await app.sheets.get(first.id, staffAccess)).status).toBe("SUPERSEDED");
  const third = await upload({ register, subject: "CS8501", scan: 3 });
  expect(third).toMatchObject({ status: "PENDING_REVIEW", reasons: ["attempt_limit"], duplicateOf: second.id });
  await app.sheets.remove(second.id, { version: second.version, actor: staffActor });
  expect((await app.sheets.get(first.id, staffAccess)).status).toBe("COMPLETED");
});

test("a register number that is not 12 digits goes to review as it was read and cannot be accepted", { timeout }, async () => {
  const sheet = await upload({ register: "21222204", subject: "CS8501" });
  expect(sheet).toMatchObject({ status: "PENDING_REVIEW", registerNumber: "21222204" });
  expect(sheet.reasons).toContain("register_malformed");
  expect(await codeOf(app.sheets.accept(sheet.id, { version: sheet.version, actor: staffActor }))).toBe("invalid_request");
});

test("an uncertain reading, one that is on no list, and one with a warning each wait for a person who sees why", { timeout }, async () => {
  const unsure = await upload({ register: newStudent(), subject: "CS8501", confidence: 0.5 });
  const unlisted = await upload({ register: newStudent(), subject: "XX9999" });
  const odd = await upload({ register: newStudent(), subject: "CS8501", warnings: ["The page is torn."] });
  expect([unsure.reasons, unlisted.reasons, odd.reasons]).toEqual([["low_confidence"], ["subject_unlisted"], ["warning"]]);
});

test("the review queue begins with the lowest confidence", { timeout }, async () => {
  await upload({ register: newStudent(), subject: "CS8501", confidence: 0.31 });
  await upload({ register: newStudent(), subject: "CS8501", confidence: 0.21 });
  const { sheets, total } = await app.sheets.reviewQueue({}, { limit: 100 });
  const confidences = sheets.map(({ confidence }) => confidence ?? 0);
  expect(confidences).toEqual(confidences.toSorted((a, b) => a - b));
  expect(total).toBe(sheets.length);
});

test("of two reviewers who look at the same version the second is told, and overwrites nothing", { timeout }, async () => {
  const sheet = await upload({ register: newStudent(), subject: "CS8501", confidence: 0.4 });
  const right = newStudent();
  const corrected = await app.sheets.correct(sheet.id, { registerNumber: right }, { version: sheet.version, actor: staffActor });
  expect(corrected).toMatchObject({ status: "VALIDATED", outcome: "corrected", registerNumber: right, subjectCode: "CS8501" });
  const other = { type: "staff", id: "33333333-3333-4333-8333-333333333333" } as const;
  expect(await codeOf(app.sheets.accept(sheet.id, { version: sheet.version, actor: other }))).toBe("conflict");
  expect((await app.sheets.get(sheet.id, staffAccess)).reviewedBy).toBe(staffActor.id);
});

test("a correction keeps the exam type and touches no other sheet", { timeout }, async () => {
  const register = newStudent();
  const { sheet } = await app.sheets.upload(
    { bytes: toSheetFile({ register, subject: "CS8501", confidence: 0.3 }), name: "c.pdf", examType: "CIA2" },
    staffActor,
  );
  const read = await app.settled(sheet.id);
  const corrected = await app.sheets.correct(read.id, { subjectCode: "19ai 405" }, { version: read.version, actor: staffActor });
  expect(corrected).toMatchObject({ examType: "CIA2", subjectCode: "19AI405", status: "VALIDATED", registerNumber: register });
});

test("a correction to a place that is taken is kept and flagged, not merged", { timeout }, async () => {
  const register = newStudent();
  const first = await upload({ register, subject: "CS8501", scan: 1 });
  const other = await upload({ register: newStudent(), subject: "CS8501", confidence: 0.3 });
  const corrected = await app.sheets.correct(other.id, { registerNumber: register }, { version: other.version, actor: staffActor });
  expect(corrected).toMatchObject({ status: "PENDING_REVIEW", reasons: ["duplicate"], duplicateOf: first.id, registerNumber: register });
});

test("what a person has decided, neither a reading nor the lists change again", { timeout }, async () => {
  const sheet = await upload({ register: newStudent(), subject: "CS8501", confidence: 0.3 });
  const right = newStudent();
  await app.sheets.correct(sheet.id, { registerNumber: right }, { version: sheet.version, actor: staffActor });
  await app.sheets.rematch(staffActor);
  await app.idle();
  expect(await app.sheets.get(sheet.id, staffAccess)).toMatchObject({ registerNumber: right, outcome: "corrected" });
  expect(await codeOf(app.sheets.readAgain(sheet.id, staffActor))).toBe("conflict");
});

test("a file that cannot be read fails with its reason, stays stored, and a person can enter what it says", { timeout }, async () => {
  const sheet = await upload({ isBroken: true, scan: 77 });
  expect(sheet).toMatchObject({ status: "FAILED", errorMessage: "The file is cut off.", reasons: ["unreadable"] });
  const queue = await app.sheets.reviewQueue({}, { limit: 500 });
  expect(queue.sheets.map(({ id }) => id)).toContain(sheet.id);
  const entered = await app.sheets.correct(
    sheet.id,
    { registerNumber: newStudent(), subjectCode: "CS8501" },
    { version: sheet.version, actor: staffActor },
  );
  expect(entered).toMatchObject({ status: "VALIDATED", errorMessage: null });
});

test("while the Space is away sheets wait and say why; when it is back they are read", { timeout }, async () => {
  app.space.fail(new CodedError("model_unavailable", "The model is loading."));
  const { sheet } = await app.sheets.upload(
    { bytes: toSheetFile({ register: newStudent(), subject: "CS8501" }), name: "w.pdf" },
    staffActor,
  );
  let waiting = await app.sheets.get(sheet.id, staffAccess);
  await expect
    .poll(async () => (waiting = await app.sheets.get(sheet.id, staffAccess)).waitingFor, { timeout: 20_000 })
    .toEqual(expect.any(String));
  expect(waiting.status).toBe("PENDING");
  app.space.fail(undefined);
  expect(await app.settled(sheet.id)).toMatchObject({ status: "VALIDATED", waitingFor: null });
});

test("every change is in the audit log with who, before and after; the log itself cannot be changed", { timeout }, async () => {
  const sheet = await upload({ register: newStudent(), subject: "CS8501", confidence: 0.3 });
  const right = newStudent();
  await app.sheets.correct(sheet.id, { registerNumber: right }, { version: sheet.version, actor: { ...staffActor, requestId: "r1" } });
  const history = await app.sheets.history(sheet.id);
  expect(history.map(({ action, actor }) => [action, actor.type])).toEqual([
    ["upload", "staff"],
    ["read", "system"],
    ["correct", "staff"],
  ]);
  expect(history[2]).toMatchObject({ requestId: "r1", before: { parsedRegNo: sheet.registerNumber }, after: { parsedRegNo: right } });
  const refused = { cause: { message: "The audit log is only ever added to." } };
  await expect(app.database.db.execute(sql`delete from audit_logs`)).rejects.toMatchObject(refused);
  await expect(app.database.db.execute(sql`update audit_logs set action = 'x'`)).rejects.toMatchObject(refused);
});

test("lists that come later are held against sheets that were read before, without another scan", { timeout }, async () => {
  const sheet = await upload({ register: "212299990001", subject: "CS8501", otherRegisters: ["212299990002"] });
  expect(sheet.reasons).toEqual(["register_unlisted"]);
  await app.sheets.importList({ kind: "roster", name: "Late", csv: Buffer.from("Register Number,Name\n212299990001,Asha\n") }, staffActor);
  await app.sheets.rematch(staffActor);
  await expect.poll(async () => (await app.sheets.get(sheet.id, staffAccess)).status, { timeout: 20_000 }).toBe("VALIDATED");
  const history = await app.sheets.history(sheet.id);
  expect(history.map(({ action }) => action)).toContain("rematch");
});

test("a student sees the own accepted sheets only", { timeout }, async () => {
  const [mine, others] = [newStudent(), newStudent()];
  const own = await upload({ register: mine, subject: "CS8501" });
  const foreign = await upload({ register: others, subject: "CS8501" });
  const waiting = await upload({ register: mine, subject: "19AI405", confidence: 0.2 });
  const student = { kind: "student", registerNumber: mine } as const;
  expect((await app.sheets.list({}, {}, student)).sheets.map(({ id }) => id)).toEqual([own.id]);
  expect(await codeOf(app.sheets.get(foreign.id, student))).toBe("not_found");
  expect(await codeOf(app.sheets.file(waiting.id, student))).toBe("not_found");
});

test("search finds parts of numbers, codes and names, and takes % and _ literally", { timeout }, async () => {
  const register = newStudent();
  const sheet = await upload({ register, subject: "CS8501" }, "odd_100%.pdf");
  const find = async (search: string): Promise<string[]> =>
    (await app.sheets.list({ search }, { limit: 500 }, staffAccess)).sheets.map(({ id }) => id);
  expect(await find(register.slice(4))).toEqual([sheet.id]);
  expect(await find("_100%")).toEqual([sheet.id]);
  expect(await find("%%%")).toEqual([]);
});

test("statistics count the day's uploads, readings and corrections", { timeout }, async () => {
  const days = await app.sheets.statistics(3);
  expect(days).toHaveLength(3);
  const today = days[2];
  expect(today?.uploaded).toBeGreaterThan(10);
  expect(today?.corrected).toBeGreaterThanOrEqual(3);
  expect(today?.correctionRate).toBeCloseTo((today?.corrected ?? 0) / (today?.reviewed ?? 1));
  expect(days[0]).toMatchObject({ uploaded: 0, correctionRate: null, meanConfidence: null });
});

test("the export holds every sheet, and a name that looks like a formula is text in it", { timeout }, async () => {
  await upload({ register: newStudent(), subject: "CS8501" }, '=HYPERLINK("x").pdf');
  const read = async (format: "csv" | "json"): Promise<string> => {
    let text = "";
    for await (const piece of app.sheets.exportSheets(format, {})) text += piece;
    return text;
  };
  const { total } = await app.sheets.list({}, {}, staffAccess);
  const csv = await read("csv");
  expect(csv.trim().split("\r\n")).toHaveLength(total + 1);
  expect(csv).toContain(`"'=HYPERLINK(""x"").pdf"`);
  expect((JSON.parse(await read("json")) as { sheets: unknown[] }).sheets).toHaveLength(total);
});

test("a batch tells how far its files are", { timeout }, async () => {
  const batchId = "99999999-9999-4999-8999-999999999999";
  const files = [
    { register: newStudent(), subject: "CS8501" },
    { register: newStudent(), subject: "CS8501", confidence: 0.1 },
    { isBroken: true, scan: 5 },
  ];
  for (const file of files) await app.sheets.upload({ bytes: toSheetFile(file), name: "b.pdf", batchId }, staffActor);
  await expect.poll(async () => (await app.sheets.batch(batchId)).waiting, { timeout: 20_000 }).toBe(0);
  const progress = await app.sheets.batch(batchId);
  expect(progress).toMatchObject({ total: 3, accepted: 1, inReview: 1, failed: 1, waitingFor: null });
  expect(progress.changed).toHaveLength(3);
});
