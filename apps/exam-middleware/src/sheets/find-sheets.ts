import type { Database } from "@repo/app-kit/open-database";
import { and, asc, count, desc, eq, gt, gte, ilike, inArray, isNull, lt, ne, notInArray, or, type SQL, sql } from "drizzle-orm";
import type { Access } from "../access.ts";
import { artifacts, sheetFiles, type WorkflowStatus } from "../schema.ts";
import { sheetColumns, type SheetWithFile, toSheetView } from "./sheet-rows.ts";
import type { BatchProgress, Paging, SheetFilter, SheetPage } from "./sheet-service.ts";
import type { StatusCounts } from "./sheet-views.ts";

const defaultLimit = 50;
const maxLimit = 500;
/** What a student sees of the own sheets: what staff or the thresholds have accepted. */
const studentStates: WorkflowStatus[] = [
  "VALIDATED",
  "READY_FOR_REVIEW",
  "LOCKED_BY_USER",
  "QUEUED",
  "UPLOADING",
  "SUBMITTING",
  "SUBMITTED_TO_LMS",
  "COMPLETED",
  "SUPERSEDED",
];

const toPattern = (text: string): string => `%${text.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;

/** The condition that a filter means. */
function toCondition(filter: SheetFilter): SQL | undefined {
  const { search, status, examType, subjectCode, registerNumber, attemptNumber, reason, outcome, batchId, from, until } = filter;
  const words = search?.trim() ?? "";
  return and(
    words === ""
      ? undefined
      : or(
          ilike(artifacts.parsedRegNo, toPattern(words)),
          ilike(artifacts.parsedSubjectCode, toPattern(words)),
          ilike(artifacts.originalFilename, toPattern(words)),
        ),
    status === undefined || status.length === 0 ? ne(artifacts.workflowStatus, "DELETED") : inArray(artifacts.workflowStatus, [...status]),
    examType === undefined ? undefined : eq(artifacts.examType, examType),
    subjectCode === undefined ? undefined : eq(artifacts.parsedSubjectCode, subjectCode),
    registerNumber === undefined ? undefined : eq(artifacts.parsedRegNo, registerNumber),
    attemptNumber === undefined ? undefined : eq(artifacts.attemptNumber, attemptNumber),
    reason === undefined ? undefined : sql`${reason} = any(${artifacts.reviewReasons})`,
    outcome === undefined ? undefined : eq(artifacts.reviewOutcome, outcome),
    batchId === undefined ? undefined : eq(artifacts.batchId, batchId),
    from === undefined ? undefined : gte(artifacts.uploadedAt, from),
    until === undefined ? undefined : lt(artifacts.uploadedAt, until),
  );
}

/** Narrows a condition to what the asking person may see. */
function toVisible(access: Access): SQL | undefined {
  if (access.kind !== "student") return undefined;
  return and(eq(artifacts.parsedRegNo, access.registerNumber ?? ""), inArray(artifacts.workflowStatus, studentStates));
}

/** Whether the person may see the sheet. */
export function maySee(access: Access, row: Pick<SheetWithFile, "parsedRegNo" | "workflowStatus">): boolean {
  return access.kind !== "student" || (row.parsedRegNo === access.registerNumber && studentStates.includes(row.workflowStatus));
}

async function findPage(
  db: Database,
  where: SQL | undefined,
  order: SQL[],
  { limit = defaultLimit, offset = 0 }: Paging,
): Promise<SheetPage> {
  const rows = await db
    .select(sheetColumns)
    .from(artifacts)
    .innerJoin(sheetFiles, eq(sheetFiles.sha256, artifacts.fileHash))
    .where(where)
    .orderBy(...order)
    .limit(Math.min(Math.max(limit, 0), maxLimit))
    .offset(Math.max(offset, 0));
  const [counted] = await db.select({ total: count() }).from(artifacts).where(where);
  return { sheets: rows.map(toSheetView), total: counted?.total ?? 0 };
}

/** See SheetService.list. */
export async function listSheets(db: Database, filter: SheetFilter, paging: Paging, access: Access): Promise<SheetPage> {
  const where = and(toCondition(filter), toVisible(access));
  return await findPage(db, where, [desc(artifacts.uploadedAt), desc(artifacts.artifactUuid)], paging);
}

/** What a person must look at: read sheets that are not accepted, and files that could not be read. */
const needsReview = or(
  eq(artifacts.workflowStatus, "PENDING_REVIEW"),
  and(eq(artifacts.workflowStatus, "FAILED"), isNull(artifacts.attemptNumber)),
);

/** See SheetService.reviewQueue. */
export async function findReviewQueue(db: Database, filter: SheetFilter, paging: Paging): Promise<SheetPage> {
  const where = and(toCondition({ ...filter, status: ["PENDING_REVIEW", "FAILED"] }), needsReview);
  return await findPage(
    db,
    where,
    [sql`${artifacts.confidence} asc nulls first`, asc(artifacts.uploadedAt), asc(artifacts.artifactUuid)],
    paging,
  );
}

/** Every sheet, page by page in the order of {@link listSheets}, without holding more than one page. */
export async function* walkSheets(db: Database, filter: SheetFilter): AsyncGenerator<SheetWithFile> {
  let last: SheetWithFile | undefined;
  while (true) {
    const before: SQL | undefined =
      last &&
      sql`(${artifacts.uploadedAt}, ${artifacts.artifactUuid}) < (${last.uploadedAt.toISOString()}::timestamptz, ${last.artifactUuid}::uuid)`;
    const rows = await db
      .select(sheetColumns)
      .from(artifacts)
      .innerJoin(sheetFiles, eq(sheetFiles.sha256, artifacts.fileHash))
      .where(and(toCondition(filter), before))
      .orderBy(desc(artifacts.uploadedAt), desc(artifacts.artifactUuid))
      .limit(maxLimit);
    yield* rows;
    last = rows.at(-1);
    if (rows.length < maxLimit) return;
  }
}

/** See SheetService.counts. */
export async function countStatuses(db: Database): Promise<StatusCounts> {
  const rows = await db.select({ status: artifacts.workflowStatus, total: count() }).from(artifacts).groupBy(artifacts.workflowStatus);
  const none: StatusCounts = {
    PENDING: 0,
    PENDING_REVIEW: 0,
    VALIDATED: 0,
    READY_FOR_REVIEW: 0,
    LOCKED_BY_USER: 0,
    QUEUED: 0,
    UPLOADING: 0,
    SUBMITTING: 0,
    SUBMITTED_TO_LMS: 0,
    COMPLETED: 0,
    FAILED: 0,
    DELETED: 0,
    SUPERSEDED: 0,
  };
  return { ...none, ...Object.fromEntries(rows.map(({ status, total }) => [status, total])) };
}

/** Sheets in one event of a batch; the rest comes with the next one. */
const maxChanged = 500;

/** See SheetService.batch. */
export async function readBatch(db: Database, batchId: string, since?: Date): Promise<BatchProgress> {
  const inBatch = and(eq(artifacts.batchId, batchId), notInArray(artifacts.workflowStatus, ["DELETED"]));
  const rows = await db
    .select({ status: artifacts.workflowStatus, total: count() })
    .from(artifacts)
    .where(inBatch)
    .groupBy(artifacts.workflowStatus);
  const of = (...statuses: WorkflowStatus[]): number =>
    rows.filter(({ status }) => statuses.includes(status)).reduce((sum, { total }) => sum + total, 0);
  const total = rows.reduce((sum, row) => sum + row.total, 0);
  const [waiting, inReview, failed] = [of("PENDING"), of("PENDING_REVIEW"), of("FAILED")];
  const changed = await db
    .select(sheetColumns)
    .from(artifacts)
    .innerJoin(sheetFiles, eq(sheetFiles.sha256, artifacts.fileHash))
    .where(and(inBatch, since === undefined ? undefined : gt(artifacts.updatedAt, since)))
    .orderBy(asc(artifacts.updatedAt))
    .limit(maxChanged);
  const [reason] =
    waiting === 0
      ? []
      : await db
          .select({ waitingFor: artifacts.waitingFor })
          .from(artifacts)
          .where(and(inBatch, eq(artifacts.workflowStatus, "PENDING"), sql`${artifacts.waitingFor} is not null`))
          .orderBy(desc(artifacts.updatedAt))
          .limit(1);
  return {
    batchId,
    total,
    waiting,
    inReview,
    failed,
    accepted: total - waiting - inReview - failed,
    waitingFor: reason?.waitingFor ?? null,
    changed: changed.map(toSheetView),
  };
}
