import { bytesColumn, defineFileTables } from "@repo/app-kit/file-tables";
import { sql } from "drizzle-orm";
import {
  bigint,
  bigserial,
  boolean,
  doublePrecision,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";

/** To the millisecond, as JavaScript has it: a moment that was read finds its row again. */
const moment = (name: string) => timestamp(name, { withTimezone: true, precision: 3 });

/** Files as they arrived, by their content: the same bytes are stored once; and their bytes in pieces. */
export const sheetFileTables = defineFileTables("sheet");
/** Each table by itself, as drizzle-kit looks for them. */
export const { files: sheetFiles, chunks: sheetFileChunks } = sheetFileTables;

/** Where a sheet is on its way; the original system's names. */
export type WorkflowStatus =
  /** Stored; waits to be read. */
  | "PENDING"
  /** Read; a person must look at it. */
  | "PENDING_REVIEW"
  /** Register number and subject code are accepted. */
  | "VALIDATED"
  /** The student may submit it. */
  | "READY_FOR_REVIEW"
  | "LOCKED_BY_USER"
  | "QUEUED"
  | "UPLOADING"
  | "SUBMITTING"
  | "SUBMITTED_TO_LMS"
  | "COMPLETED"
  /** The file could not be read, or the submission failed: error_message says which. */
  | "FAILED"
  | "DELETED"
  /** A second attempt has taken its place. */
  | "SUPERSEDED";

/** Who accepted a reading: nobody yet, the thresholds, or a person who left it as it was or changed it. */
export type ReviewOutcome = "automatic" | "accepted" | "corrected";

/** Why a person must look at a sheet. */
export type ReviewReason =
  | "register_missing"
  | "subject_missing"
  | "register_malformed"
  | "subject_malformed"
  | "low_confidence"
  | "register_unlisted"
  | "subject_unlisted"
  | "lists_missing"
  | "duplicate"
  | "attempt_limit"
  | "unreadable"
  | "warning"
  | "reported";

/** One scanned sheet: a file, what was read on it, and how far it is. */
export const artifacts = pgTable(
  "examination_artifacts",
  {
    artifactUuid: uuid("artifact_uuid").primaryKey(),
    fileHash: text("file_hash")
      .notNull()
      .references(() => sheetFiles.sha256),
    /** Name the file arrived with. */
    originalFilename: text("original_filename").notNull(),
    /** Uploads that belong together, as the sender says: a folder that was dropped. */
    batchId: uuid("batch_id"),
    examType: text("exam_type").notNull().default("CIA1"),
    /** The reading in force: the machine's until a person accepts or corrects it. */
    parsedRegNo: text("parsed_reg_no"),
    parsedSubjectCode: text("parsed_subject_code"),
    /** The machine's, calibrated, 0..1; stays what it was when a person corrects the value; null: not read. */
    registerConfidence: doublePrecision("register_confidence"),
    subjectConfidence: doublePrecision("subject_confidence"),
    /** The smaller of both; what the review queue is sorted by. */
    confidence: doublePrecision(),
    /** 1 or 2 once accepted; null: holds no place in (register, subject, exam type). */
    attemptNumber: integer("attempt_number"),
    /** Whether a second sheet of the same student, subject and exam type is refused. */
    attempt2Locked: boolean("attempt_2_locked").notNull().default(true),
    workflowStatus: text("workflow_status").$type<WorkflowStatus>().notNull().default("PENDING"),
    reviewReasons: text("review_reasons")
      .array()
      .$type<ReviewReason[]>()
      .notNull()
      .default(sql`'{}'`),
    reviewOutcome: text("review_outcome").$type<ReviewOutcome>(),
    reviewedBy: uuid("reviewed_by"),
    reviewedAt: moment("reviewed_at"),
    /** The other sheet of the same student, subject and exam type. */
    duplicateOf: uuid("duplicate_of"),
    /** What it waits for, for people. */
    waitingFor: text("waiting_for"),
    /** Why it failed, for people. */
    errorMessage: text("error_message"),
    uploadedByStaffId: uuid("uploaded_by_staff_id"),
    /** Goes up with every change; who writes says which one was read. */
    version: integer().notNull().default(1),
    transactionId: text("transaction_id"),
    moodleUserId: integer("moodle_user_id"),
    moodleUsername: text("moodle_username"),
    moodleCourseId: integer("moodle_course_id"),
    moodleAssignmentId: integer("moodle_assignment_id"),
    moodleDraftItemId: bigint("moodle_draft_item_id", { mode: "number" }),
    moodleSubmissionId: integer("moodle_submission_id"),
    submittedByRegisterNumber: text("submitted_by_register_number"),
    uploadedAt: moment("uploaded_at").notNull().defaultNow(),
    extractedAt: moment("extracted_at"),
    validatedAt: moment("validated_at"),
    submittedAt: moment("submit_timestamp"),
    completedAt: moment("completed_at"),
    updatedAt: moment("updated_at").notNull().defaultNow(),
  },
  (table) => [
    uniqueIndex("artifacts_file")
      .on(table.fileHash)
      .where(sql`${table.workflowStatus} <> 'DELETED'`),
    uniqueIndex("artifacts_attempt")
      .on(table.parsedRegNo, table.parsedSubjectCode, table.examType, table.attemptNumber)
      .where(sql`${table.attemptNumber} is not null and ${table.workflowStatus} <> 'DELETED'`),
    index("artifacts_student").on(table.parsedRegNo, table.parsedSubjectCode, table.examType),
    index("artifacts_review").on(table.workflowStatus, table.confidence),
    index("artifacts_uploaded").on(table.uploadedAt, table.artifactUuid),
    index("artifacts_batch").on(table.batchId, table.updatedAt),
  ],
);

/** What the Space answered about a sheet; the last answer. */
export const extractions = pgTable("extractions", {
  artifactUuid: uuid("artifact_uuid")
    .primaryKey()
    .references(() => artifacts.artifactUuid, { onDelete: "cascade" }),
  /** remote: the Space; local: its service in this process. */
  mode: text().$type<"remote" | "local">().notNull(),
  model: jsonb().$type<Record<string, unknown>>().notNull(),
  page: integer().notNull(),
  pages: integer().notNull(),
  /** Degrees the page was turned clockwise: 0, 90, 180 or 270. */
  rotation: integer().notNull(),
  skewDegrees: doublePrecision("skew_degrees").notNull(),
  regionsFound: jsonb("regions_found").$type<{ register: number; subject: number }>().notNull(),
  warnings: jsonb().$type<string[]>().notNull(),
  timingsMs: jsonb("timings_ms").$type<Record<string, number>>().notNull(),
  createdAt: moment("created_at").notNull().defaultNow(),
});

/** The field of a sheet that a candidate is for. */
export type SheetField = "register_number" | "subject_code";

/** Readings of a sheet's fields, best first, each with the piece of the page it was read from. */
export const candidates = pgTable(
  "reading_candidates",
  {
    id: uuid().primaryKey(),
    artifactUuid: uuid("artifact_uuid")
      .notNull()
      .references(() => artifacts.artifactUuid, { onDelete: "cascade" }),
    field: text().$type<SheetField>().notNull(),
    /** From 0, best first. */
    rank: integer().notNull(),
    value: text().notNull(),
    /** What stands there without a list. */
    raw: text().notNull(),
    confidence: doublePrecision().notNull(),
    detectionConfidence: doublePrecision("detection_confidence").notNull(),
    /** [x, y, width, height], 0..1 of the upright page. */
    box: jsonb().$type<[number, number, number, number]>().notNull(),
    page: integer().notNull(),
    /** Whether it is an entry of a list. */
    matched: boolean().notNull(),
    /** How far the best entry is ahead of the second. */
    margin: doublePrecision(),
    /** PNG or WebP. */
    crop: bytesColumn(),
    cropType: text("crop_type"),
  },
  (table) => [uniqueIndex("candidates_rank").on(table.artifactUuid, table.field, table.rank)],
);

/** Lists of subject codes that sheets may carry. */
export const courseLists = pgTable("course_lists", {
  id: uuid().primaryKey(),
  name: text().notNull(),
  /** Exam type it holds for; null: every one. */
  examType: text("exam_type"),
  createdAt: moment("created_at").notNull().defaultNow(),
  createdByStaffId: uuid("created_by_staff_id"),
});

/** Entries of {@link courseLists}. */
export const courseListEntries = pgTable(
  "course_list_entries",
  {
    listId: uuid("list_id")
      .notNull()
      .references(() => courseLists.id, { onDelete: "cascade" }),
    subjectCode: text("subject_code").notNull(),
    subjectName: text("subject_name"),
  },
  (table) => [primaryKey({ columns: [table.listId, table.subjectCode] })],
);

/** Lists of the students whose sheets may come. */
export const classRosters = pgTable("class_rosters", {
  id: uuid().primaryKey(),
  name: text().notNull(),
  examType: text("exam_type"),
  createdAt: moment("created_at").notNull().defaultNow(),
  createdByStaffId: uuid("created_by_staff_id"),
});

/** Entries of {@link classRosters}. */
export const classRosterEntries = pgTable(
  "class_roster_entries",
  {
    rosterId: uuid("roster_id")
      .notNull()
      .references(() => classRosters.id, { onDelete: "cascade" }),
    registerNumber: text("register_number").notNull(),
    studentName: text("student_name"),
  },
  (table) => [primaryKey({ columns: [table.rosterId, table.registerNumber] })],
);

/** What a student says is read wrongly on their own sheet. */
export const readingReports = pgTable(
  "reading_reports",
  {
    id: uuid().primaryKey(),
    artifactUuid: uuid("artifact_uuid")
      .notNull()
      .references(() => artifacts.artifactUuid, { onDelete: "cascade" }),
    registerNumber: text("register_number").notNull(),
    suggestedRegNo: text("suggested_reg_no"),
    suggestedSubjectCode: text("suggested_subject_code"),
    message: text().notNull(),
    status: text().$type<"open" | "resolved" | "withdrawn">().notNull().default("open"),
    createdAt: moment("created_at").notNull().defaultNow(),
    resolvedAt: moment("resolved_at"),
    resolvedByStaffId: uuid("resolved_by_staff_id"),
    resolution: text(),
  },
  (table) => [index("reports_status").on(table.status, table.createdAt), index("reports_artifact").on(table.artifactUuid)],
);

/** Every change, never changed itself: the database refuses. No foreign keys: it says what was deleted, too. */
export const auditLogs = pgTable(
  "audit_logs",
  {
    id: bigserial({ mode: "number" }).primaryKey(),
    at: moment("created_at").notNull().defaultNow(),
    actorType: text("actor_type").$type<"staff" | "administrator" | "student" | "system">().notNull(),
    /** Staff id or register number. */
    actorId: text("actor_id"),
    action: text().notNull(),
    artifactUuid: uuid("artifact_uuid"),
    before: jsonb().$type<Record<string, unknown>>(),
    after: jsonb().$type<Record<string, unknown>>(),
    requestId: text("request_id"),
  },
  (table) => [index("audit_artifact").on(table.artifactUuid, table.id), index("audit_at").on(table.at)],
);

/** People who work with the sheets. */
export const staffUsers = pgTable(
  "staff_users",
  {
    id: uuid().primaryKey(),
    username: text().notNull(),
    /** Null until the set-up link was used. */
    passwordHash: text("password_hash"),
    fullName: text("full_name"),
    email: text(),
    role: text().$type<"staff" | "administrator">().notNull().default("staff"),
    isActive: boolean("is_active").notNull().default(true),
    failedLogins: integer("failed_logins").notNull().default(0),
    lockedUntil: moment("locked_until"),
    createdAt: moment("created_at").notNull().defaultNow(),
    lastLoginAt: moment("last_login_at"),
  },
  (table) => [uniqueIndex("staff_users_username").on(sql`lower(${table.username})`)],
);

/** Links with which a password is chosen, each good once. */
export const staffSetupLinks = pgTable("staff_setup_links", {
  /** SHA-256 of the link's secret, hexadecimal. */
  tokenHash: text("token_hash").primaryKey(),
  staffId: uuid("staff_id")
    .notNull()
    .references(() => staffUsers.id, { onDelete: "cascade" }),
  expiresAt: moment("expires_at").notNull(),
  usedAt: moment("used_at"),
});

/** Staff who are signed in. The token is shown to its owner only and never stored. */
export const staffSessions = pgTable(
  "staff_sessions",
  {
    /** SHA-256, hexadecimal. */
    tokenHash: text("token_hash").primaryKey(),
    staffId: uuid("staff_id")
      .notNull()
      .references(() => staffUsers.id, { onDelete: "cascade" }),
    createdAt: moment("created_at").notNull().defaultNow(),
    expiresAt: moment("expires_at").notNull(),
  },
  (table) => [index("staff_sessions_expires").on(table.expiresAt)],
);

/** Students who are signed in with Moodle. */
export const studentSessions = pgTable(
  "student_sessions",
  {
    /** SHA-256 of the session's token, hexadecimal. */
    tokenHash: text("token_hash").primaryKey(),
    sessionId: uuid("session_id").notNull(),
    registerNumber: text("register_number").notNull(),
    moodleUserId: integer("moodle_user_id").notNull(),
    moodleUsername: text("moodle_username").notNull(),
    fullName: text("full_name"),
    /** Encrypted with SECRET_KEY. */
    moodleTokenEncrypted: text("moodle_token_encrypted").notNull(),
    createdAt: moment("created_at").notNull().defaultNow(),
    expiresAt: moment("expires_at").notNull(),
  },
  (table) => [index("student_sessions_expires").on(table.expiresAt)],
);

/** Which student number belongs to which Moodle account. */
export const studentUsernames = pgTable(
  "student_username_register",
  {
    registerNumber: text("register_number").primaryKey(),
    moodleUsername: text("moodle_username").notNull(),
    fullName: text("full_name"),
    createdAt: moment("created_at").notNull().defaultNow(),
  },
  (table) => [uniqueIndex("student_usernames_moodle").on(sql`lower(${table.moodleUsername})`)],
);

/** Which Moodle assignment takes the sheets of a subject. */
export const subjectMappings = pgTable(
  "subject_mappings",
  {
    id: uuid().primaryKey(),
    subjectCode: text("subject_code").notNull(),
    subjectName: text("subject_name"),
    examType: text("exam_type").notNull().default("CIA1"),
    moodleCourseId: integer("moodle_course_id").notNull(),
    moodleAssignmentId: integer("moodle_assignment_id").notNull(),
    moodleAssignmentName: text("moodle_assignment_name"),
    isActive: boolean("is_active").notNull().default(true),
    createdAt: moment("created_at").notNull().defaultNow(),
    updatedAt: moment("updated_at").notNull().defaultNow(),
  },
  (table) => [uniqueIndex("subject_mappings_subject").on(table.subjectCode, table.examType)],
);

/** Submissions to Moodle that are under way or have failed. */
export const submissionQueue = pgTable(
  "submission_queue",
  {
    id: uuid().primaryKey(),
    artifactUuid: uuid("artifact_uuid")
      .notNull()
      .references(() => artifacts.artifactUuid, { onDelete: "cascade" }),
    registerNumber: text("register_number").notNull(),
    moodleUsername: text("moodle_username").notNull(),
    /** The student's own token, encrypted with SECRET_KEY; removed when it is over. */
    moodleTokenEncrypted: text("moodle_token_encrypted"),
    status: text().$type<"QUEUED" | "UPLOADING" | "SUBMITTING" | "COMPLETED" | "FAILED">().notNull().default("QUEUED"),
    retryCount: integer("retry_count").notNull().default(0),
    nextRetryAt: moment("next_retry_at"),
    lastError: text("last_error"),
    createdAt: moment("created_at").notNull().defaultNow(),
    updatedAt: moment("updated_at").notNull().defaultNow(),
  },
  (table) => [index("submission_queue_status").on(table.status), index("submission_queue_artifact").on(table.artifactUuid)],
);

/** Settings that staff change while the app runs. */
export const systemConfig = pgTable("system_config", {
  key: text().primaryKey(),
  value: jsonb().$type<unknown>().notNull(),
  updatedAt: moment("updated_at").notNull().defaultNow(),
});
