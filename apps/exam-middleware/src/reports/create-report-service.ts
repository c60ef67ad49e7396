import { randomUUID } from "node:crypto";
import { inTransaction } from "@repo/app-kit/in-transaction";
import type { Database } from "@repo/app-kit/open-database";
import { normalizeEntry } from "@repo/contracts/answer-sheet-options";
import { CodedError } from "@repo/contracts/coded-error";
import { and, count, desc, eq, sql } from "drizzle-orm";
import { type Access, type Actor, toActor } from "../access.ts";
import { writeAudit } from "../audit-log.ts";
import { readingReports } from "../schema.ts";
import { changeSheet } from "../sheets/change-sheet.ts";
import { maySee } from "../sheets/find-sheets.ts";
import { readSheet, unknownSheet } from "../sheets/sheet-rows.ts";
import type { SheetService } from "../sheets/sheet-service.ts";
import type { NewReport, ReportDecision, ReportService, ReportView } from "./report-service.ts";

type ReportRow = typeof readingReports.$inferSelect;

const maxMessageCharacters = 2_000;
const maxValueCharacters = 40;
const defaultLimit = 50;
const maxLimit = 500;

const toView = (row: ReportRow): ReportView => ({
  id: row.id,
  sheetId: row.artifactUuid,
  registerNumber: row.registerNumber,
  suggestedRegisterNumber: row.suggestedRegNo,
  suggestedSubjectCode: row.suggestedSubjectCode,
  message: row.message,
  status: row.status,
  createdAt: row.createdAt,
  resolvedAt: row.resolvedAt,
  resolution: row.resolution,
});

const toSuggestion = (value: string | undefined): string | null => {
  const entry = normalizeEntry(value ?? "").slice(0, maxValueCharacters);
  return entry === "" ? null : entry;
};

async function findReport(db: Database, id: string): Promise<ReportRow> {
  const [row] = await db.select().from(readingReports).where(eq(readingReports.id, id)).for("update");
  if (row === undefined) throw new CodedError("not_found", "There is no such report.");
  return row;
}

function assertOpen({ status }: ReportRow): void {
  if (status !== "open") throw new CodedError("conflict", "This report is settled already.");
}

/** The mark of a report on its sheet: while it is open, a person sees that the reading is doubted. */
async function markSheet(transaction: Database, sheetId: string, isReported: boolean, actor: Actor): Promise<void> {
  await changeSheet(transaction, sheetId, { actor, action: isReported ? "report" : "settle-report" }, ({ reviewReasons }) => {
    const others = reviewReasons.filter((reason) => reason !== "reported");
    return { reviewReasons: isReported ? [...others, "reported"] : others };
  });
}

async function storeReport(db: Database, sheetId: string, report: NewReport, access: Access): Promise<ReportRow> {
  const values = {
    suggestedRegNo: toSuggestion(report.registerNumber),
    suggestedSubjectCode: toSuggestion(report.subjectCode),
    message: report.message?.trim().slice(0, maxMessageCharacters) ?? "",
  };
  if (values.suggestedRegNo === null && values.suggestedSubjectCode === null && values.message === "")
    throw new CodedError("invalid_request", "Say what is wrong: the right register number, the right subject code, or a message.");
  const actor = toActor(access);
  return await inTransaction(db, async (transaction) => {
    const sheet = await readSheet(transaction, sheetId);
    if (!maySee(access, sheet)) throw unknownSheet();
    await markSheet(transaction, sheetId, true, actor);
    const isMine = and(
      eq(readingReports.artifactUuid, sheetId),
      eq(readingReports.status, "open"),
      eq(readingReports.registerNumber, access.registerNumber ?? ""),
    );
    const [changed] = await transaction.update(readingReports).set(values).where(isMine).returning();
    const [row] =
      changed === undefined
        ? await transaction
            .insert(readingReports)
            .values({ id: randomUUID(), artifactUuid: sheetId, registerNumber: access.registerNumber ?? "", ...values })
            .returning()
        : [changed];
    if (row === undefined) throw new Error("The database gave no row back.");
    await writeAudit(transaction, { actor, action: "report-reading", artifactUuid: sheetId, after: { reportId: row.id, ...values } });
    return row;
  });
}

/** Settles a report in a transaction and takes its mark from the sheet. */
async function settle(
  transaction: Database,
  row: ReportRow,
  values: { status: "resolved" | "withdrawn"; resolution: string | null },
  actor: Actor,
): Promise<ReportRow> {
  const [settled] = await transaction
    .update(readingReports)
    .set({ ...values, resolvedAt: new Date(), resolvedByStaffId: actor.type === "student" || actor.type === "system" ? null : actor.id })
    .where(eq(readingReports.id, row.id))
    .returning();
  await markSheet(transaction, row.artifactUuid, false, actor);
  const after = { reportId: row.id, status: values.status, resolution: values.resolution };
  await writeAudit(transaction, { actor, action: "settle-report", artifactUuid: row.artifactUuid, after });
  return settled ?? row;
}

/** Keeps reports in the database. */
export function createReportService(db: Database, sheets: Pick<SheetService, "correct">): ReportService {
  async function resolve(id: string, { accept, answer }: ReportDecision, actor: Actor): Promise<ReportView> {
    const report = await findReport(db, id);
    assertOpen(report);
    if (accept) {
      if (report.suggestedRegNo === null && report.suggestedSubjectCode === null)
        throw new CodedError(
          "invalid_request",
          "This report suggests no values; correct the sheet by hand, then turn it down with an answer.",
        );
      const { version } = await readSheet(db, report.artifactUuid);
      const correction = {
        ...(report.suggestedRegNo === null ? {} : { registerNumber: report.suggestedRegNo }),
        ...(report.suggestedSubjectCode === null ? {} : { subjectCode: report.suggestedSubjectCode }),
      };
      // Once this has worked, a kill before the next step leaves a report whose acceptance changes nothing more.
      await sheets.correct(report.artifactUuid, correction, { version, actor });
    }
    const resolution = answer?.trim().slice(0, maxMessageCharacters) || (accept ? "Corrected." : "The reading is right as it stands.");
    return await inTransaction(db, async (transaction) => {
      const row = await findReport(transaction, id);
      assertOpen(row);
      return toView(await settle(transaction, row, { status: "resolved", resolution }, actor));
    });
  }
  return {
    report: async (sheetId, report, access) => toView(await storeReport(db, sheetId, report, access)),
    ofStudent: async (registerNumber) => {
      const rows = await db
        .select()
        .from(readingReports)
        .where(eq(readingReports.registerNumber, registerNumber))
        .orderBy(desc(readingReports.createdAt));
      return rows.map(toView);
    },
    withdraw: async (id, access) =>
      await inTransaction(db, async (transaction) => {
        const row = await findReport(transaction, id);
        if (access.kind === "student" && row.registerNumber !== access.registerNumber)
          throw new CodedError("not_found", "There is no such report.");
        assertOpen(row);
        await settle(transaction, row, { status: "withdrawn", resolution: null }, toActor(access));
      }),
    async list({ limit = defaultLimit, offset = 0 }) {
      const rows = await db
        .select()
        .from(readingReports)
        .orderBy(sql`${readingReports.status} = 'open' desc`, desc(readingReports.createdAt))
        .limit(Math.min(Math.max(limit, 0), maxLimit))
        .offset(Math.max(offset, 0));
      const [counted] = await db
        .select({ total: count(), open: sql<number>`(count(*) filter (where ${readingReports.status} = 'open'))::int` })
        .from(readingReports);
      return { reports: rows.map(toView), total: counted?.total ?? 0, open: counted?.open ?? 0 };
    },
    resolve,
  };
}
