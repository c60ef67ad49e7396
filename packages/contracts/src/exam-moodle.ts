/** Routes of exam-middleware with which staff say where sheets go in Moodle, and see how submissions are doing. */
import { z } from "zod";
import { submissionBody } from "./exam-student.ts";
import { defineRoute } from "./route.ts";
import { storableText } from "./storable-text.ts";

const done = z.object({ success: z.literal(true), message: z.string() });
const subjectCode = storableText(40).min(1).toUpperCase();
const id = z.number().int().positive();

/** Which assignment takes the sheets of a subject. */
export const mappingBody = z.object({
  id: z.uuid(),
  subject_code: z.string(),
  subject_name: z.string().nullable(),
  exam_type: z.string(),
  moodle_course_id: z.number().int(),
  moodle_assignment_id: z.number().int(),
  moodle_assignment_name: z.string().nullable(),
  is_active: z.boolean(),
});

const mappingFields = {
  subject_code: subjectCode,
  subject_name: storableText(200).optional(),
  exam_type: z.string().max(20).optional(),
};

/** `GET /admin/mappings`. */
export const listMappingsRoute = defineRoute({
  method: "GET",
  path: "/admin/mappings",
  family: "fastapi",
  summary: "Which assignments take which subjects",
  response: z.object({ mappings: z.array(mappingBody), total: z.number().int() }),
});

/** `POST /admin/mappings`. */
export const setMappingRoute = defineRoute({
  method: "POST",
  path: "/admin/mappings",
  family: "fastapi",
  summary: "Say which assignment takes a subject; takes the place of an earlier one",
  request: z.object({
    ...mappingFields,
    moodle_course_id: id,
    moodle_assignment_id: id,
    moodle_assignment_name: storableText(200).optional(),
  }),
  response: mappingBody,
});

/** `POST /admin/mappings/auto`. */
export const autoMappingRoute = defineRoute({
  method: "POST",
  path: "/admin/mappings/auto",
  family: "fastapi",
  summary: "The same by the id in the address of the assignment's page",
  description: "Asks Moodle, with MOODLE_ADMIN_TOKEN.",
  request: z.object({ ...mappingFields, cmid: id.describe("https://moodle/mod/assign/view.php?id=<cmid>") }),
  response: mappingBody,
});

/** `DELETE /admin/mappings/{id}`. */
export const removeMappingRoute = defineRoute({
  method: "DELETE",
  path: "/admin/mappings/:id",
  family: "fastapi",
  summary: "Forget where a subject goes",
  response: done,
});

const studentAccount = z.object({
  register_number: storableText(40).min(1),
  moodle_username: storableText(100).min(1),
  full_name: storableText(200).nullish(),
});

/** `GET /admin/username-mappings`. */
export const listUsernamesRoute = defineRoute({
  method: "GET",
  path: "/admin/username-mappings",
  family: "fastapi",
  summary: "Which register number belongs to which Moodle account",
  request: z.object({
    limit: z.coerce.number().int().min(1).max(1_000).default(500),
    offset: z.coerce.number().int().min(0).default(0),
    search: storableText(100).optional(),
  }),
  response: z.object({ mappings: z.array(studentAccount), total: z.number().int() }),
});

/** `POST /admin/username-mappings`. */
export const setUsernamesRoute = defineRoute({
  method: "POST",
  path: "/admin/username-mappings",
  family: "fastapi",
  summary: "Say so, for up to 5,000 students; takes the place of what was known of them",
  request: z.union([studentAccount, z.object({ mappings: z.array(studentAccount).min(1).max(5_000) })]),
  response: z.object({ success: z.literal(true), message: z.string(), stored: z.number().int() }),
});

/** `DELETE /admin/username-mappings/{register number}`. */
export const removeUsernameRoute = defineRoute({
  method: "DELETE",
  path: "/admin/username-mappings/:register",
  family: "fastapi",
  summary: "Forget a student's Moodle account",
  response: done,
});

/** `GET /admin/queue/status`. */
export const queueStatusRoute = defineRoute({
  method: "GET",
  path: "/admin/queue/status",
  family: "fastapi",
  summary: "Submissions under way or failed, newest first",
  response: z.object({ submissions: z.array(submissionBody), total: z.number().int(), failed: z.number().int() }),
});

/** `POST /admin/queue/retry`. */
export const queueRetryRoute = defineRoute({
  method: "POST",
  path: "/admin/queue/retry",
  family: "fastapi",
  summary: "Try failed submissions again, each with its student's own token",
  bodies: ["json", "query"],
  request: z.object({ artifact_uuid: z.string().max(40).optional().describe("Default: all that failed.") }),
  response: z.object({
    retried: z.number().int(),
    failed: z.array(z.object({ artifact_uuid: z.string(), error: z.string() })),
  }),
});
