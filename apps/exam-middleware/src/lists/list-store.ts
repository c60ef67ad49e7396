import { randomUUID } from "node:crypto";
import { inTransaction } from "@repo/app-kit/in-transaction";
import { normalizeEntry } from "@repo/contracts/answer-sheet-options";
import type { Database } from "@repo/app-kit/open-database";
import { CodedError } from "@repo/contracts/coded-error";
import type { FieldPattern } from "@repo/contracts/field-pattern";
import { and, count, eq, isNull, or } from "drizzle-orm";
import type { Actor } from "../access.ts";
import { writeAudit } from "../audit-log.ts";
import { classRosterEntries, classRosters, courseListEntries, courseLists } from "../schema.ts";
import type { KnownEntries } from "../sheets/judge-reading.ts";
import type { ListImport } from "../sheets/sheet-service.ts";
import type { ListProblem, ListView } from "../sheets/sheet-views.ts";
import { type ListEntry, parseListCsv } from "./parse-list-csv.ts";

/** Course lists and class rosters. */
export interface ListStore {
  list(): Promise<ListView[]>;
  /** All or nothing: with problems nothing is stored. @throws CodedError invalid_request, conflict (the name is taken) */
  import(request: ListImport, actor: Actor): Promise<{ list: ListView | undefined; problems: ListProblem[] }>;
  /** @throws CodedError not_found */
  remove(id: string, actor: Actor): Promise<void>;
  /** What may stand on sheets of an exam type: every list for it and every list for all. */
  known(examType: string): Promise<KnownEntries>;
}

/** Entries per statement: PostgreSQL takes 65,535 parameters. */
const rowsPerInsert = 5_000;
const maxNameCharacters = 100;

function* inPieces<Item>(items: readonly Item[]): Generator<Item[]> {
  for (let start = 0; start < items.length; start += rowsPerInsert) yield items.slice(start, start + rowsPerInsert);
}

async function insertList(
  transaction: Database,
  request: ListImport & { id: string; staffId: string | null },
  entries: ListEntry[],
): Promise<void> {
  const { kind, id, name, examType = null, staffId: createdByStaffId } = request;
  if (kind === "course") {
    await transaction.insert(courseLists).values({ id, name, examType, createdByStaffId });
    for (const piece of inPieces(entries)) {
      await transaction
        .insert(courseListEntries)
        .values(piece.map((entry) => ({ listId: id, subjectCode: entry.code, subjectName: entry.name })));
    }
    return;
  }
  await transaction.insert(classRosters).values({ id, name, examType, createdByStaffId });
  for (const piece of inPieces(entries)) {
    await transaction
      .insert(classRosterEntries)
      .values(piece.map((entry) => ({ rosterId: id, registerNumber: entry.code, studentName: entry.name })));
  }
}

/** Keeps lists in the database. */
export function createListStore(
  db: Database,
  rules: { registerPattern: FieldPattern; subjectPattern: FieldPattern; maxEntries: number; examTypes: readonly string[] },
): ListStore {
  const list = async (): Promise<ListView[]> => {
    const courses = await db
      .select({
        id: courseLists.id,
        name: courseLists.name,
        examType: courseLists.examType,
        createdAt: courseLists.createdAt,
        entries: count(),
      })
      .from(courseLists)
      .innerJoin(courseListEntries, eq(courseListEntries.listId, courseLists.id))
      .groupBy(courseLists.id);
    const rosters = await db
      .select({
        id: classRosters.id,
        name: classRosters.name,
        examType: classRosters.examType,
        createdAt: classRosters.createdAt,
        entries: count(),
      })
      .from(classRosters)
      .innerJoin(classRosterEntries, eq(classRosterEntries.rosterId, classRosters.id))
      .groupBy(classRosters.id);
    return [
      ...courses.map((row) => ({ kind: "course" as const, ...row })),
      ...rosters.map((row) => ({ kind: "roster" as const, ...row })),
    ].toSorted((a, b) => a.name.localeCompare(b.name));
  };
  return {
    list,
    async import(request, actor) {
      const name = request.name.trim().slice(0, maxNameCharacters);
      if (name === "") throw new CodedError("invalid_request", "Give the list a name.", { details: { field: "name" } });
      if (request.examType !== undefined && !rules.examTypes.includes(request.examType))
        throw new CodedError("invalid_request", `The exam type is one of ${rules.examTypes.join(", ")}.`, {
          details: { field: "exam_type" },
        });
      const pattern = request.kind === "course" ? rules.subjectPattern : rules.registerPattern;
      const { entries, problems } = parseListCsv(request.csv, { kind: request.kind, pattern, maxEntries: rules.maxEntries });
      if (problems.length > 0) return { list: undefined, problems };
      const id = randomUUID();
      const table = request.kind === "course" ? courseLists : classRosters;
      await inTransaction(db, async (transaction) => {
        const [known] = await transaction.select({ id: table.id }).from(table).where(eq(table.name, name));
        if (known !== undefined && request.replace !== true)
          throw new CodedError("conflict", `There is a list called "${name}" already; replace it, or choose another name.`);
        if (known !== undefined) await transaction.delete(table).where(eq(table.id, known.id));
        await insertList(transaction, { ...request, name, id, staffId: actor.type === "system" ? null : actor.id }, entries);
        const after = { listId: id, kind: request.kind, name, entries: entries.length };
        await writeAudit(transaction, {
          actor,
          action: "import-list",
          ...(known === undefined ? {} : { before: { listId: known.id } }),
          after,
        });
      });
      return { list: (await list()).find((view) => view.id === id), problems: [] };
    },
    async remove(id, actor) {
      await inTransaction(db, async (transaction) => {
        const courses = await transaction.delete(courseLists).where(eq(courseLists.id, id)).returning({ name: courseLists.name });
        const rosters = await transaction.delete(classRosters).where(eq(classRosters.id, id)).returning({ name: classRosters.name });
        const [removed] = [...courses, ...rosters];
        if (removed === undefined) throw new CodedError("not_found", "There is no such list.");
        await writeAudit(transaction, { actor, action: "remove-list", before: { listId: id, name: removed.name } });
      });
    },
    async known(examType) {
      const subjects = await db
        .selectDistinct({ code: courseListEntries.subjectCode })
        .from(courseListEntries)
        .innerJoin(courseLists, eq(courseLists.id, courseListEntries.listId))
        .where(or(isNull(courseLists.examType), eq(courseLists.examType, examType)));
      const students = await db
        .selectDistinct({ code: classRosterEntries.registerNumber })
        .from(classRosterEntries)
        .innerJoin(classRosters, eq(classRosters.id, classRosterEntries.rosterId))
        .where(and(or(isNull(classRosters.examType), eq(classRosters.examType, examType))));
      const toSet = (rows: { code: string }[]) => (rows.length === 0 ? undefined : new Set(rows.map(({ code }) => normalizeEntry(code))));
      return { subjectCodes: toSet(subjects), registerNumbers: toSet(students) };
    },
  };
}
