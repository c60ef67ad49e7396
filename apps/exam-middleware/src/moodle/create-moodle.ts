import { CodedError } from "@repo/contracts/coded-error";
import { z } from "zod";
import type { Moodle } from "./moodle.ts";
import { toMoodleError, toPlainText } from "./moodle-errors.ts";
import { type MoodleAddress, sendToMoodle } from "./send-to-moodle.ts";

const tokenAnswer = z.object({ token: z.string().regex(/^[0-9a-zA-Z]{1,128}$/) });
const siteInfo = z.object({ userid: z.number().int(), username: z.string(), fullname: z.string() });
const usersAnswer = z.array(z.object({ id: z.number().int(), idnumber: z.string().optional() }));
const uploadAnswer = z.array(
  z.union([
    z.object({ itemid: z.coerce.number().int().positive(), filename: z.string() }),
    z.object({ error: z.string(), errortype: z.string() }),
  ]),
);
const warnings = z.array(z.object({ warningcode: z.string(), message: z.string().optional(), item: z.string().optional() }));
const submission = z.object({
  id: z.number().int(),
  status: z.string(),
  plugins: z
    .array(
      z.object({
        type: z.string(),
        fileareas: z
          .array(z.object({ area: z.string(), files: z.array(z.object({ filename: z.string(), filesize: z.number() })).optional() }))
          .optional(),
      }),
    )
    .optional(),
});
const statusAnswer = z.object({
  lastattempt: z
    .object({
      submission: submission.optional(),
      teamsubmission: submission.optional(),
      canedit: z.boolean(),
      cansubmit: z.boolean(),
    })
    .optional(),
});
const moduleAnswer = z.object({
  cm: z.object({ course: z.number().int(), modname: z.string(), instance: z.number().int(), name: z.string() }),
});

/**
 * Moodle over its web services (REST, JSON).
 * @param service short name of the web service that sign-ins are for
 * @source Moodle's documentation of web services and files, and its own webservice/upload.php, login/token.php, mod/assign/externallib.php
 */
export function createMoodle(address: MoodleAddress & { service: string }): Moodle {
  async function call<Schema extends z.ZodType>(
    token: string,
    name: string,
    fields: Record<string, string | number>,
    schema: Schema,
  ): Promise<z.output<Schema>> {
    const form = new URLSearchParams({ wstoken: token, wsfunction: name, moodlewsrestformat: "json" });
    for (const [key, value] of Object.entries(fields)) form.set(key, String(value));
    return understand(schema, await sendToMoodle(address, "/webservice/rest/server.php", form));
  }

  /** The functions that change a submission answer with a list of what went wrong, empty when all is well. */
  async function change(token: string, name: string, fields: Record<string, string | number>): Promise<void> {
    const [warning] = await call(token, name, fields, warnings);
    if (warning !== undefined) throw toMoodleError(warning.warningcode, toPlainText(warning.item ?? warning.message));
  }

  return {
    signIn: async (username, password) => {
      const form = new URLSearchParams({ username, password, service: address.service });
      return understand(tokenAnswer, await sendToMoodle(address, "/login/token.php", form)).token;
    },
    readUser: async (token) => {
      const { userid, username, fullname } = await call(token, "core_webservice_get_site_info", {}, siteInfo);
      return { userId: userid, username, fullName: fullname, idNumber: await readIdNumber(token, userid) };
    },
    uploadDraft: async (token, { name, type, bytes }) => {
      const form = new FormData();
      // itemid 0: Moodle makes a new draft area. filearea must be said: the default is one that takes no files any more.
      for (const [key, value] of Object.entries({ token, filearea: "draft", itemid: "0", filepath: "/" })) form.set(key, value);
      form.set("file_1", new Blob([bytes as BlobPart], { type }), name);
      const [stored] = understand(uploadAnswer, await sendToMoodle(address, "/webservice/upload.php", form));
      if (stored === undefined) throw new CodedError("conflict", "Moodle did not store the file.");
      if ("error" in stored) throw toMoodleError(stored.errortype, toPlainText(stored.error));
      return stored.itemid;
    },
    saveSubmission: async (token, assignmentId, draftItemId) =>
      await change(token, "mod_assign_save_submission", {
        assignmentid: assignmentId,
        "plugindata[files_filemanager]": draftItemId,
      }),
    submitForGrading: async (token, assignmentId) =>
      await change(token, "mod_assign_submit_for_grading", { assignmentid: assignmentId, acceptsubmissionstatement: 1 }),
    readSubmission: async (token, assignmentId) => {
      const { lastattempt } = await call(token, "mod_assign_get_submission_status", { assignid: assignmentId }, statusAnswer);
      const current = lastattempt?.submission ?? lastattempt?.teamsubmission;
      const areas = (current?.plugins ?? []).filter(({ type }) => type === "file").flatMap(({ fileareas }) => fileareas ?? []);
      return {
        submissionId: current?.id ?? null,
        status: current?.status ?? null,
        files: areas.flatMap(({ files }) => files ?? []).map(({ filename, filesize }) => ({ name: filename, sizeBytes: filesize })),
        canEdit: lastattempt?.canedit ?? false,
        canSubmit: lastattempt?.cansubmit ?? false,
      };
    },
    findAssignment: async (token, courseModuleId) => {
      const { cm } = await call(token, "core_course_get_course_module", { cmid: courseModuleId }, moduleAnswer);
      if (cm.modname !== "assign") throw new CodedError("not_found", "This address in Moodle is no assignment.");
      return { courseId: cm.course, assignmentId: cm.instance, name: cm.name };
    },
  };

  /** Not every service includes this function, and then nothing is known. */
  async function readIdNumber(token: string, userId: number): Promise<string | null> {
    try {
      const users = await call(token, "core_user_get_users_by_field", { field: "id", "values[0]": userId }, usersAnswer);
      const idNumber = users.find(({ id }) => id === userId)?.idnumber?.trim();
      return idNumber === undefined || idNumber === "" ? null : idNumber;
    } catch (thrown) {
      if (CodedError.isInstance(thrown) && !thrown.retryable) return null;
      throw thrown;
    }
  }
}

function understand<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new CodedError("model_unavailable", "Moodle answered something that is not understood here.", { cause: parsed.error });
}
