import type { Database } from "@repo/app-kit/open-database";
import { CodedError } from "@repo/contracts/coded-error";
import {
  autoMappingRoute,
  listMappingsRoute,
  listUsernamesRoute,
  queueRetryRoute,
  queueStatusRoute,
  removeMappingRoute,
  removeUsernameRoute,
  setMappingRoute,
  setUsernamesRoute,
} from "@repo/contracts/exam-moodle";
import { type FieldPattern, matchesPattern } from "@repo/contracts/field-pattern";
import type { Secret } from "@repo/server-kit/secret";
import type { Server } from "@repo/server-kit/server";
import { mountFor } from "../../mount-guarded.ts";
import type { Moodle } from "../../moodle/moodle.ts";
import { actorOf, idOf, parseId } from "../../request-actor.ts";
import { toSubmissionBody } from "../../submissions/submission-body.ts";
import type { SubmissionService } from "../../submissions/submission-service.ts";
import { findAssignment } from "../../mappings/find-assignment.ts";
import { createMappingStore, type SubjectMapping } from "../../mappings/mapping-store.ts";

/** What {@link mountMoodleApi} needs. */
export interface MoodleApiParts {
  db: Database;
  /** Undefined where no Moodle is configured. */
  moodle: Moodle | undefined;
  submissions: SubmissionService | undefined;
  /** Reads courses and assignments; nothing is ever submitted by it. */
  adminToken: Secret | undefined;
  examTypes: readonly string[];
  registerPattern: FieldPattern;
}

const toMappingBody = (mapping: SubjectMapping) => ({
  id: mapping.id,
  subject_code: mapping.subjectCode,
  subject_name: mapping.subjectName,
  exam_type: mapping.examType,
  moodle_course_id: mapping.moodleCourseId,
  moodle_assignment_id: mapping.moodleAssignmentId,
  moodle_assignment_name: mapping.moodleAssignmentName,
  is_active: mapping.isActive,
});

/** Mounts the routes about Moodle: where sheets go, whose account is whose, how submissions are doing. */
export function mountMoodleApi(server: Server, parts: MoodleApiParts): void {
  const { db, moodle, submissions, adminToken, examTypes, registerPattern } = parts;
  const store = createMappingStore(db);

  const toExamType = (given: string | undefined): string => {
    const examType = given ?? examTypes[0] ?? "CIA1";
    if (examTypes.includes(examType)) return examType;
    throw new CodedError("invalid_request", `There is no exam type ${examType}; there are ${examTypes.join(", ")}.`, {
      details: { field: "exam_type" },
    });
  };

  mountFor(server, "staff", listMappingsRoute, async () => {
    const mappings = (await store.list()).map(toMappingBody);
    return { mappings, total: mappings.length };
  });
  mountFor(server, "staff", setMappingRoute, async (body, context) => {
    const mapping = {
      subjectCode: body.subject_code,
      subjectName: body.subject_name ?? null,
      examType: toExamType(body.exam_type),
      moodleCourseId: body.moodle_course_id,
      moodleAssignmentId: body.moodle_assignment_id,
      moodleAssignmentName: body.moodle_assignment_name ?? null,
    };
    return toMappingBody(await store.set(mapping, actorOf(context)));
  });
  mountFor(server, "staff", autoMappingRoute, async (body, context) => {
    const found = await findAssignment({ moodle, adminToken }, body.cmid);
    const mapping = {
      subjectCode: body.subject_code,
      subjectName: body.subject_name ?? null,
      examType: toExamType(body.exam_type),
      moodleCourseId: found.courseId,
      moodleAssignmentId: found.assignmentId,
      moodleAssignmentName: found.name,
    };
    return toMappingBody(await store.set(mapping, actorOf(context)));
  });
  mountFor(server, "staff", removeMappingRoute, async (_body, context) => {
    await store.remove(idOf(context), actorOf(context));
    return { success: true as const, message: "The mapping was removed." };
  });

  mountFor(server, "staff", listUsernamesRoute, async ({ limit, offset, search }) => {
    const { rows, total } = await store.listStudents(search, limit, offset);
    const mappings = rows.map((row) => ({
      register_number: row.registerNumber,
      moodle_username: row.moodleUsername,
      full_name: row.fullName,
    }));
    return { mappings, total };
  });
  // Whoever sets these decides whose papers a Moodle account opens.
  mountFor(server, "administrator", setUsernamesRoute, async (body, context) => {
    const students = ("mappings" in body ? body.mappings : [body]).map((student) => ({
      registerNumber: student.register_number,
      moodleUsername: student.moodle_username,
      fullName: student.full_name ?? null,
    }));
    const wrong = students.find(({ registerNumber }) => !matchesPattern(registerPattern, registerNumber));
    if (wrong !== undefined) throw new CodedError("invalid_request", `${wrong.registerNumber} is no register number.`);
    const stored = await store.setStudents(students, actorOf(context));
    return { success: true as const, message: `${stored} stored.`, stored };
  });
  mountFor(server, "administrator", removeUsernameRoute, async (_body, context) => {
    await store.removeStudent(context.params["register"] ?? "", actorOf(context));
    return { success: true as const, message: "The Moodle account was forgotten." };
  });

  mountFor(server, "staff", queueStatusRoute, async () => {
    const views = ((await submissions?.list()) ?? []).map(toSubmissionBody);
    return { submissions: views, total: views.length, failed: views.filter(({ workflow_status: status }) => status === "FAILED").length };
  });
  mountFor(server, "staff", queueRetryRoute, async ({ artifact_uuid: one }) => {
    if (submissions === undefined) throw new CodedError("model_unavailable", "Nothing is submitted: MOODLE_BASE_URL is not set.");
    const ids =
      one === undefined
        ? (await submissions.list()).filter(({ status }) => status === "FAILED").map(({ artifactUuid }) => artifactUuid)
        : [parseId(one)];
    const failed: { artifact_uuid: string; error: string }[] = [];
    for (const id of ids) {
      try {
        await submissions.retry(id);
      } catch (thrown) {
        if (!CodedError.isInstance(thrown) || (one !== undefined && thrown.code !== "conflict")) throw thrown;
        failed.push({ artifact_uuid: id, error: thrown.message });
      }
    }
    return { retried: ids.length - failed.length, failed };
  });
}
