import type { Assets } from "@repo/app-kit/load-assets";
import type { Database } from "@repo/app-kit/open-database";
import { limitForms, readForm, redirectWithNotice } from "@repo/app-kit/page-forms";
import { createPageResponder } from "@repo/app-kit/page-responder";
import { CodedError } from "@repo/contracts/coded-error";
import type { FieldPattern } from "@repo/contracts/field-pattern";
import type { Secret } from "@repo/server-kit/secret";
import type { Server, ServerEnvironment } from "@repo/server-kit/server";
import type { Context } from "hono";
import { type Access, type AccessControl, assertRole, toActor } from "../../access.ts";
import { findAssignment } from "../../mappings/find-assignment.ts";
import { createMappingStore } from "../../mappings/mapping-store.ts";
import { parseAccounts } from "../../mappings/parse-accounts.ts";
import type { Moodle } from "../../moodle/moodle.ts";
import { parseId } from "../../request-actor.ts";
import type { SubmissionService } from "../../submissions/submission-service.ts";
import { answerSignIn } from "../../ui/answer-sign-in.ts";
import { Shell } from "../../ui/shell.tsx";
import { MoodlePage } from "./moodle-page.tsx";

/** What {@link mountMoodlePages} needs of the app. */
export interface MoodlePagesParts {
  assets: Assets;
  access: AccessControl;
  db: Database;
  /** Undefined where no Moodle is configured. */
  moodle: Moodle | undefined;
  submissions: SubmissionService | undefined;
  adminToken: Secret | undefined;
  examTypes: readonly string[];
  registerPattern: FieldPattern;
}

const path = "/portal/staff/moodle";
/** Five thousand students with their names. */
const maxFormBytes = 1024 * 1024;
const notices: Readonly<Record<string, string>> = {
  mapped: "It is done.",
  added: "The accounts are known.",
  retried: "It is tried again.",
};

/** The course module's id in an address of Moodle, or by itself. @throws CodedError invalid_request */
function readCourseModuleId(text: string): number {
  const id = /^\d{1,9}$/.test(text) ? text : (URL.parse(text, "http://moodle.invalid")?.searchParams.get("id") ?? "");
  if (!/^[1-9]\d{0,8}$/.test(id))
    throw new CodedError("invalid_request", "This is no address of an assignment: it ends in view.php?id= and a number.");
  return Number(id);
}

/** Mounts the page about Moodle: where papers go, whose account is whose, how submissions are doing. */
export function mountMoodlePages(server: Server, parts: MoodlePagesParts): void {
  const { app } = server;
  const { assets, submissions, examTypes } = parts;
  const store = createMappingStore(parts.db);
  const pages = createPageResponder(server, {
    Shell: ({ title, children }) => (
      <Shell title={title} assets={assets} access={undefined}>
        {children}
      </Shell>
    ),
    back: "Back to the start",
    answerInstead: answerSignIn("staff"),
  });
  app.use(`${path}/*`, limitForms(maxFormBytes));

  const show = async (c: Context, access: Access, problem?: string) => {
    const [mappings, known, under] = [await store.list(), await store.listStudents(undefined, 1, 0), (await submissions?.list()) ?? []];
    const isConnected = parts.moodle !== undefined;
    const notice = notices[c.req.query("notice") ?? ""];
    return (
      <MoodlePage {...{ assets, access, mappings, examTypes, isConnected, notice, problem }} submissions={under} accounts={known.total} />
    );
  };
  /** Does what a form asks for; what a person can mend is said on the page. */
  const act = async (
    c: Context<ServerEnvironment>,
    role: "staff" | "administrator",
    work: (read: (name: string) => string, access: Access) => Promise<string>,
  ) =>
    await pages.page(c, async () => {
      const access = await parts.access.authorize(c.req.raw.headers);
      assertRole(access, role);
      const read = await readForm(c);
      try {
        const notice = await work((name) => (read(name) ?? "").replaceAll("\0", "").toWellFormed().trim(), access);
        return redirectWithNotice(c, path, { notice });
      } catch (thrown) {
        if (!CodedError.isInstance(thrown) || thrown.code === "internal") throw thrown;
        c.status(thrown.status as 400);
        return await show(c, access, thrown.message);
      }
    });

  app.get(path, (c) =>
    pages.page(c, async () => {
      const access = await parts.access.authorize(c.req.raw.headers);
      assertRole(access, "staff");
      return await show(c, access);
    }),
  );
  app.post(`${path}/mappings`, (c) =>
    act(c, "staff", async (read, access) => {
      const subjectCode = read("subject_code").toUpperCase().slice(0, 40);
      const examType = read("exam_type");
      if (subjectCode === "" || !examTypes.includes(examType)) throw new CodedError("invalid_request", "Name a subject and an exam type.");
      const found = await findAssignment(parts, readCourseModuleId(read("address")));
      const place = { moodleCourseId: found.courseId, moodleAssignmentId: found.assignmentId, moodleAssignmentName: found.name };
      await store.set({ subjectCode, examType, ...place }, toActor(access, c.get("state").requestId));
      return "mapped";
    }),
  );
  app.post(`${path}/mappings/:id/remove`, (c) =>
    act(c, "staff", async (_read, access) => {
      await store.remove(parseId(c.req.param("id")), toActor(access, c.get("state").requestId));
      return "mapped";
    }),
  );
  app.post(`${path}/accounts`, (c) =>
    act(c, "administrator", async (read, access) => {
      await store.setStudents(parseAccounts(read("accounts"), parts.registerPattern), toActor(access, c.get("state").requestId));
      return "added";
    }),
  );
  app.post(`${path}/retry/:id`, (c) =>
    act(c, "staff", async () => {
      if (submissions === undefined) throw new CodedError("conflict", "MOODLE_BASE_URL is not set.");
      await submissions.retry(parseId(c.req.param("id")));
      return "retried";
    }),
  );
}
