import { randomUUID } from "node:crypto";
import { inTransaction } from "@repo/app-kit/in-transaction";
import type { Database } from "@repo/app-kit/open-database";
import type { Candidate, ExtractResponse } from "@repo/contracts/answer-sheets";
import { asc, eq } from "drizzle-orm";
import { systemActor } from "../access.ts";
import { candidates, extractions, type ReviewReason, type SheetField } from "../schema.ts";
import { type Claim, claimAttempt, findDuplicate, restoreFirstAttempt, supersede } from "./attempts.ts";
import { changeSheet, type SheetPatch } from "./change-sheet.ts";
import { type FieldReading, type Judgement, judgeReading, type KnownEntries, type ReadingRules } from "./judge-reading.ts";
import type { SheetRow } from "./sheet-rows.ts";

/** Readings of both fields, best first. */
type SheetReadings = Record<SheetField, FieldReading[]>;

/** Whether the machine may still say what stands on a sheet: no person has, and nothing was done with it yet. */
export function isOpenToMachine({ workflowStatus, reviewOutcome, attemptNumber }: SheetRow): boolean {
  if (workflowStatus === "PENDING" || workflowStatus === "PENDING_REVIEW") return reviewOutcome === null || reviewOutcome === "automatic";
  if (workflowStatus === "FAILED") return attemptNumber === null && reviewOutcome === null;
  return workflowStatus === "VALIDATED" && reviewOutcome === "automatic";
}

const dataUrl = /^data:(image\/(?:png|webp|jpeg));base64,/;

/** A picture out of a data URL; nothing for anything else. */
function toCrop(url: string | undefined): { crop: Uint8Array; cropType: string } | { crop: null; cropType: null } {
  const [prefix, cropType] = dataUrl.exec(url ?? "") ?? [];
  if (url === undefined || prefix === undefined || cropType === undefined) return { crop: null, cropType: null };
  return { crop: Buffer.from(url.slice(prefix.length), "base64"), cropType };
}

const toRow = (artifactUuid: string, field: SheetField) => (candidate: Candidate, rank: number) => ({
  id: randomUUID(),
  artifactUuid,
  field,
  rank,
  value: candidate.value,
  raw: candidate.raw,
  confidence: candidate.confidence,
  detectionConfidence: candidate.detection_confidence,
  box: candidate.box,
  page: candidate.page,
  matched: candidate.matched,
  margin: candidate.margin ?? null,
  ...toCrop(candidate.crop),
});

/** Readings kept per field: enough to choose from, and crops take room. */
const keptPerField = 8;

async function storeExtraction(transaction: Database, id: string, answer: ExtractResponse, mode: "remote" | "local"): Promise<void> {
  await transaction.delete(extractions).where(eq(extractions.artifactUuid, id));
  await transaction.delete(candidates).where(eq(candidates.artifactUuid, id));
  await transaction.insert(extractions).values({
    artifactUuid: id,
    mode,
    model: answer.model,
    page: answer.page,
    pages: answer.pages,
    rotation: answer.rotation,
    skewDegrees: answer.skew_degrees,
    regionsFound: answer.regions_found,
    warnings: answer.warnings,
    timingsMs: answer.timings_ms,
  });
  const rows = [
    ...answer.register_candidates.slice(0, keptPerField).map(toRow(id, "register_number")),
    ...answer.subject_candidates.slice(0, keptPerField).map(toRow(id, "subject_code")),
  ];
  if (rows.length > 0) await transaction.insert(candidates).values(rows);
}

/** Columns that a judgement sets, and the place it gets. */
async function toReadingPatch(
  transaction: Database,
  row: SheetRow,
  { register, subject, confidence, reasons: found }: Judgement,
): Promise<{ patch: SheetPatch; claim: Claim | undefined }> {
  const reasons: ReviewReason[] = [...found];
  let claim: Claim | undefined;
  let duplicateOf: string | undefined;
  if (register.value !== null && subject.value !== null) {
    const identity = { registerNumber: register.value, subjectCode: subject.value, examType: row.examType };
    claim = await claimAttempt(transaction, row.artifactUuid, identity);
    const other = await findDuplicate(transaction, row.artifactUuid, identity);
    duplicateOf = claim.attemptNumber === null ? claim.duplicateOf : other === claim.takesPlaceOf ? undefined : other;
    if (claim.attemptNumber === null) reasons.push(claim.reason);
    else if (duplicateOf !== undefined) reasons.push("duplicate");
  }
  const isAccepted = reasons.length === 0;
  const patch: SheetPatch = {
    parsedRegNo: register.value,
    parsedSubjectCode: subject.value,
    registerConfidence: register.confidence,
    subjectConfidence: subject.confidence,
    confidence,
    reviewReasons: reasons,
    reviewOutcome: isAccepted ? "automatic" : null,
    workflowStatus: isAccepted ? "VALIDATED" : "PENDING_REVIEW",
    attemptNumber: isAccepted ? (claim?.attemptNumber ?? null) : null,
    validatedAt: isAccepted ? (row.validatedAt ?? new Date()) : null,
    duplicateOf: duplicateOf ?? null,
    waitingFor: null,
    errorMessage: null,
  };
  return { patch, claim: isAccepted ? claim : undefined };
}

/** What {@link applyReading} decides by. */
interface ApplyOptions {
  readings: SheetReadings;
  known: KnownEntries;
  rules: ReadingRules;
  /** What else a person must look at. */
  extraReasons?: readonly ReviewReason[];
  action: "read" | "rematch";
}

/** Puts readings in force, in a transaction. A sheet that a person has decided on stays as it is. */
async function applyReading(transaction: Database, id: string, options: ApplyOptions): Promise<SheetRow> {
  const { readings, known, rules, extraReasons = [], action } = options;
  return await changeSheet(transaction, id, { actor: systemActor, action }, async (row) => {
    if (!isOpenToMachine(row)) return undefined;
    const judgement = judgeReading(readings, known, rules);
    judgement.reasons.push(...extraReasons);
    // A report of its student is a person's to answer, whatever the machine reads now.
    if (row.reviewReasons.includes("reported")) judgement.reasons.push("reported");
    const { patch, claim } = await toReadingPatch(transaction, row, judgement);
    const keepsPlace =
      patch.attemptNumber === row.attemptNumber &&
      patch.parsedRegNo === row.parsedRegNo &&
      patch.parsedSubjectCode === row.parsedSubjectCode;
    if (!keepsPlace) await restoreFirstAttempt(transaction, row, systemActor);
    if (claim?.attemptNumber === 2 && claim.takesPlaceOf !== undefined) await supersede(transaction, claim.takesPlaceOf, systemActor);
    return action === "read" ? { ...patch, extractedAt: row.extractedAt ?? new Date() } : patch;
  });
}

/** The other sheet of a pair is flagged too, where it still waits for a person. */
async function flagOther(db: Database, { artifactUuid, duplicateOf }: SheetRow): Promise<void> {
  if (duplicateOf === null) return;
  await inTransaction(db, async (transaction) => {
    await changeSheet(transaction, duplicateOf, { actor: systemActor, action: "flag-duplicate" }, (other) =>
      other.workflowStatus === "PENDING_REVIEW" && !other.reviewReasons.includes("duplicate")
        ? { reviewReasons: [...other.reviewReasons, "duplicate"], duplicateOf: other.duplicateOf ?? artifactUuid }
        : undefined,
    );
  });
}

/** What the Space warns of, a person should look at. */
const toExtraReasons = (warnings: readonly string[]): ReviewReason[] => (warnings.length > 0 ? ["warning"] : []);

const toReading = ({ value, raw, confidence }: FieldReading): FieldReading => ({ value, raw, confidence });

/** Stores what the Space answered and puts it in force, in one transaction. */
export async function applyAnswer(
  db: Database,
  id: string,
  { answer, mode, known, rules }: { answer: ExtractResponse; mode: "remote" | "local"; known: KnownEntries; rules: ReadingRules },
): Promise<SheetRow> {
  const readings = {
    register_number: answer.register_candidates.map(toReading),
    subject_code: answer.subject_candidates.map(toReading),
  };
  const extraReasons = toExtraReasons(answer.warnings);
  const row = await inTransaction(db, async (transaction) => {
    await storeExtraction(transaction, id, answer, mode);
    return await applyReading(transaction, id, { readings, known, rules, extraReasons, action: "read" });
  });
  await flagOther(db, row);
  return row;
}

/** Holds the readings that are stored against the lists as they are now; a sheet that was never read stays as it is. */
export async function applyLists(db: Database, id: string, known: KnownEntries, rules: ReadingRules): Promise<void> {
  const row = await inTransaction(db, async (transaction) => {
    const [extraction] = await transaction
      .select({ warnings: extractions.warnings })
      .from(extractions)
      .where(eq(extractions.artifactUuid, id));
    if (extraction === undefined) return undefined;
    const stored = await transaction
      .select({ field: candidates.field, value: candidates.value, raw: candidates.raw, confidence: candidates.confidence })
      .from(candidates)
      .where(eq(candidates.artifactUuid, id))
      .orderBy(asc(candidates.rank));
    const of = (field: SheetField): FieldReading[] => stored.filter((reading) => reading.field === field).map(toReading);
    const readings = { register_number: of("register_number"), subject_code: of("subject_code") };
    return await applyReading(transaction, id, {
      readings,
      known,
      rules,
      extraReasons: toExtraReasons(extraction.warnings),
      action: "rematch",
    });
  });
  if (row !== undefined) await flagOther(db, row);
}
