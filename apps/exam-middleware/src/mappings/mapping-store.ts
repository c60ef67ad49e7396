import { randomUUID } from "node:crypto";
import { inTransaction } from "@repo/app-kit/in-transaction";
import type { Database } from "@repo/app-kit/open-database";
import { CodedError } from "@repo/contracts/coded-error";
import { asc, count, eq, ilike, inArray, or, sql } from "drizzle-orm";
import type { Actor } from "../access.ts";
import { writeAudit } from "../audit-log.ts";
import { studentUsernames, subjectMappings } from "../schema.ts";

/** Which assignment takes the sheets of a subject. */
export type SubjectMapping = typeof subjectMappings.$inferSelect;
/** What staff say about one. */
export type NewMapping = Pick<SubjectMapping, "subjectCode" | "examType" | "moodleCourseId" | "moodleAssignmentId"> &
  Partial<Pick<SubjectMapping, "subjectName" | "moodleAssignmentName">>;
/** Whose Moodle account is whose. */
export interface StudentAccount {
  registerNumber: string;
  moodleUsername: string;
  fullName: string | null;
}

/** Most rows of one statement. */
const batchRows = 500;

/** Where subjects and students are in Moodle. Every change is in the audit log. */
export function createMappingStore(db: Database) {
  return {
    list: async (): Promise<SubjectMapping[]> =>
      await db.select().from(subjectMappings).orderBy(asc(subjectMappings.subjectCode), asc(subjectMappings.examType)),
    set: async (mapping: NewMapping, actor: Actor): Promise<SubjectMapping> =>
      await inTransaction(db, async (transaction) => {
        const values = { ...mapping, isActive: true, updatedAt: new Date() };
        const [stored] = await transaction
          .insert(subjectMappings)
          .values({ id: randomUUID(), ...values })
          .onConflictDoUpdate({ target: [subjectMappings.subjectCode, subjectMappings.examType], set: values })
          .returning();
        if (stored === undefined) throw new Error("The database gave no row back.");
        await writeAudit(transaction, { actor, action: "set_mapping", after: { ...mapping } });
        return stored;
      }),
    remove: async (id: string, actor: Actor): Promise<void> =>
      await inTransaction(db, async (transaction) => {
        const [removed] = await transaction.delete(subjectMappings).where(eq(subjectMappings.id, id)).returning();
        if (removed === undefined) throw new CodedError("not_found", "There is no such mapping.");
        const { subjectCode, examType, moodleAssignmentId } = removed;
        await writeAudit(transaction, { actor, action: "remove_mapping", before: { subjectCode, examType, moodleAssignmentId } });
      }),
    listStudents: async (search: string | undefined, limit: number, offset: number) => {
      const pattern = `%${(search ?? "").replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
      const where =
        search === undefined
          ? undefined
          : or(ilike(studentUsernames.registerNumber, pattern), ilike(studentUsernames.moodleUsername, pattern));
      const rows = await db
        .select()
        .from(studentUsernames)
        .where(where)
        .orderBy(asc(studentUsernames.registerNumber))
        .limit(limit)
        .offset(offset);
      const [counted] = await db.select({ total: count() }).from(studentUsernames).where(where);
      return { rows, total: counted?.total ?? 0 };
    },
    /** All or nothing. @throws CodedError conflict when one account would belong to two register numbers */
    setStudents: async (students: readonly StudentAccount[], actor: Actor): Promise<number> => {
      const byNumber = new Map(students.map((student) => [student.registerNumber, student]));
      const names = [...byNumber.values()].map(({ moodleUsername }) => moodleUsername.toLowerCase());
      const twice = names.find((name, index) => names.indexOf(name) !== index);
      if (twice !== undefined) throw new CodedError("conflict", `The Moodle account ${twice} is named for two register numbers.`);
      await inTransaction(db, async (transaction) => {
        const rows = [...byNumber.values()];
        for (let start = 0; start < rows.length; start += batchRows) {
          const batch = rows.slice(start, start + batchRows);
          // An account that moves to another number leaves the old one.
          await transaction.delete(studentUsernames).where(
            or(
              inArray(
                studentUsernames.registerNumber,
                batch.map(({ registerNumber }) => registerNumber),
              ),
              inArray(
                sql`lower(${studentUsernames.moodleUsername})`,
                batch.map(({ moodleUsername }) => moodleUsername.toLowerCase()),
              ),
            ),
          );
          await transaction.insert(studentUsernames).values(batch);
        }
        await writeAudit(transaction, { actor, action: "set_username_mappings", after: { count: rows.length } });
      });
      return byNumber.size;
    },
    removeStudent: async (registerNumber: string, actor: Actor): Promise<void> =>
      await inTransaction(db, async (transaction) => {
        const removed = await transaction.delete(studentUsernames).where(eq(studentUsernames.registerNumber, registerNumber)).returning();
        if (removed.length === 0) throw new CodedError("not_found", "No Moodle account is known for this register number.");
        await writeAudit(transaction, { actor, action: "remove_username_mapping", before: { registerNumber } });
      }),
  };
}
