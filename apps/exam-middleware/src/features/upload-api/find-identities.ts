import type { Database } from "@repo/app-kit/open-database";
import { normalizeEntry } from "@repo/contracts/answer-sheet-options";
import { and, desc, eq, inArray, ne, or } from "drizzle-orm";
import { artifacts, studentUsernames, subjectMappings, type WorkflowStatus } from "../../schema.ts";

/** A student's sheet as the original's clients ask for it. */
export interface AskedIdentity {
  registerNumber: string;
  subjectCode: string;
  examType: string;
}

/** What is here of a student's sheet. */
export interface KnownAttempts {
  latest: { status: WorkflowStatus; uploadedAt: Date; attempt2Locked: boolean } | undefined;
  /** 0: none. */
  maxAttempt: number;
}

/** Comparable form of what people type. */
export function toAsked(item: { reg_no: string; subject_code: string; exam_type?: string | undefined }, examType: string): AskedIdentity {
  return {
    registerNumber: normalizeEntry(item.reg_no),
    subjectCode: normalizeEntry(item.subject_code),
    examType: item.exam_type ?? examType,
  };
}

const toKey = ({ registerNumber, subjectCode, examType }: AskedIdentity): string => `${registerNumber}/${subjectCode}/${examType}`;

/** What is here of each of them, in the order in which they were asked for. */
export async function findAttempts(db: Database, asked: readonly AskedIdentity[]): Promise<KnownAttempts[]> {
  if (asked.length === 0) return [];
  const rows = await db
    .select({
      registerNumber: artifacts.parsedRegNo,
      subjectCode: artifacts.parsedSubjectCode,
      examType: artifacts.examType,
      status: artifacts.workflowStatus,
      uploadedAt: artifacts.uploadedAt,
      attempt2Locked: artifacts.attempt2Locked,
      attemptNumber: artifacts.attemptNumber,
    })
    .from(artifacts)
    .where(
      and(
        ne(artifacts.workflowStatus, "DELETED"),
        or(
          ...asked.map(({ registerNumber, subjectCode, examType }) =>
            and(eq(artifacts.parsedRegNo, registerNumber), eq(artifacts.parsedSubjectCode, subjectCode), eq(artifacts.examType, examType)),
          ),
        ),
      ),
    )
    .orderBy(desc(artifacts.uploadedAt));
  const byKey = Map.groupBy(rows, (row) =>
    toKey({ registerNumber: row.registerNumber ?? "", subjectCode: row.subjectCode ?? "", examType: row.examType }),
  );
  return asked.map((identity) => {
    const found = byKey.get(toKey(identity)) ?? [];
    return { latest: found[0], maxAttempt: Math.max(0, ...found.map(({ attemptNumber }) => attemptNumber ?? 0)) };
  });
}

/** Which subjects have an assignment in Moodle, and which students an account. */
export async function findMappings(
  db: Database,
  asked: readonly AskedIdentity[],
): Promise<{ hasSubject(identity: AskedIdentity): boolean; hasStudent(identity: AskedIdentity): boolean }> {
  if (asked.length === 0) return { hasSubject: () => false, hasStudent: () => false };
  const subjects = await db
    .select({ subjectCode: subjectMappings.subjectCode, examType: subjectMappings.examType })
    .from(subjectMappings)
    .where(
      and(
        eq(subjectMappings.isActive, true),
        inArray(
          subjectMappings.subjectCode,
          asked.map(({ subjectCode }) => subjectCode),
        ),
      ),
    );
  const students = await db
    .select({ registerNumber: studentUsernames.registerNumber })
    .from(studentUsernames)
    .where(
      inArray(
        studentUsernames.registerNumber,
        asked.map(({ registerNumber }) => registerNumber),
      ),
    );
  const subjectKeys = new Set(subjects.map(({ subjectCode, examType }) => `${subjectCode}/${examType}`));
  const numbers = new Set(students.map(({ registerNumber }) => registerNumber));
  return {
    hasSubject: ({ subjectCode, examType }) => subjectKeys.has(`${subjectCode}/${examType}`),
    hasStudent: ({ registerNumber }) => numbers.has(registerNumber),
  };
}
