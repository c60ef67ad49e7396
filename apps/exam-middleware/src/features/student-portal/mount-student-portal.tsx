import { answerFile } from "@repo/app-kit/answer-file";
import { limitForms, readForm, redirectWithNotice } from "@repo/app-kit/page-forms";
import { createPageResponder } from "@repo/app-kit/page-responder";
import { CodedError } from "@repo/contracts/coded-error";
import { toCodedError } from "@repo/server-kit/error-response";
import { answerError } from "@repo/server-kit/mount-route";
import type { Server, ServerEnvironment } from "@repo/server-kit/server";
import type { Context } from "hono";
import { type Access, assertRole } from "../../access.ts";
import { answerSignIn } from "../../ui/answer-sign-in.ts";
import { Shell } from "../../ui/shell.tsx";
import { PaperPage } from "./paper-page.tsx";
import { PapersPage } from "./papers-page.tsx";
import type { StudentPortalParts } from "./student-portal-parts.ts";
import { StudentReportsPage } from "./student-reports-page.tsx";

const idPattern = "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}";
const maxFormBytes = 32 * 1024;
/** A student has a dozen papers. */
const maxPapers = 200;

const notices: Readonly<Record<string, string>> = {
  submitted: "It is on its way to Moodle.",
  reported: "The examination office has your report.",
  withdrawn: "The report is withdrawn.",
};

/** Mounts everything under /portal/student but signing in and out. Students see their own papers only: the services see to that. */
export function mountStudentPortal(server: Server, parts: StudentPortalParts): void {
  const { app } = server;
  const { sheets, reports, submissions } = parts;
  const pages = createPageResponder(server, {
    Shell: ({ title, children }) => (
      <Shell title={title} assets={parts.assets} access={undefined}>
        {children}
      </Shell>
    ),
    back: "Back to the start",
    answerInstead: answerSignIn("student"),
  });
  app.use("/portal/student/*", async (c, next) => {
    await next();
    if (!c.res.headers.has("cache-control")) c.header("cache-control", "no-store");
  });
  for (const path of ["/portal/student/papers/*", "/portal/student/reports/*"]) app.use(path, limitForms(maxFormBytes));

  const readStudent = async (c: Context<ServerEnvironment>): Promise<Access & { registerNumber: string }> => {
    const access = await parts.access.authorize(c.req.raw.headers);
    assertRole(access, "student");
    const { registerNumber } = access;
    if (registerNumber === undefined) throw new CodedError("forbidden", "This sign-in belongs to no student.");
    return { ...access, registerNumber };
  };
  const toNotice = (c: Context): string | undefined => notices[c.req.query("notice") ?? ""];
  const readId = (c: Context): string => (c.req.param("id") ?? "").toLowerCase();
  const paperPath = `/portal/student/papers/:id{${idPattern}}`;

  app.get("/portal/student", (c) =>
    pages.page(c, async () => {
      const access = await readStudent(c);
      const listed = await sheets.list({}, { limit: maxPapers }, access);
      return <PapersPage {...{ parts, access }} sheets={listed.sheets} total={listed.total} notice={toNotice(c)} />;
    }),
  );

  const showPaper = async (c: Context<ServerEnvironment>, problem?: string) => {
    const access = await readStudent(c);
    const sheet = await sheets.get(readId(c), access);
    const [submission, own] = await Promise.all([
      // A paper that was never handed in has no submission.
      submissions?.status(sheet.id, access.registerNumber).catch(() => undefined),
      reports.ofStudent(access.registerNumber),
    ]);
    return <PaperPage {...{ parts, access, sheet, submission, problem }} reports={own} notice={toNotice(c)} />;
  };
  /** What a person can mend is said on the paper's page. */
  const orExplain = async (c: Context<ServerEnvironment>, work: () => Promise<Response>) => {
    try {
      return await work();
    } catch (thrown) {
      if (!CodedError.isInstance(thrown) || !["conflict", "invalid_request"].includes(thrown.code)) throw thrown;
      c.status(thrown.status as 409);
      return await showPaper(c, thrown.message);
    }
  };
  app.get(paperPath, (c) => pages.page(c, async () => await showPaper(c)));
  app.get(`${paperPath}/file`, (c) => pages.page(c, async () => answerFile(await sheets.file(readId(c), await readStudent(c)))));
  app.get(`${paperPath}/status`, async (c) => {
    try {
      const sheet = await sheets.get(readId(c), await readStudent(c));
      return c.json({ status: sheet.status });
    } catch (thrown) {
      return answerError(server, c, toCodedError(thrown), "plain");
    }
  });

  app.post(`${paperPath}/submit`, (c) =>
    pages.page(c, async () => {
      const { registerNumber, sessionId } = await readStudent(c);
      const read = await readForm(c);
      return await orExplain(c, async () => {
        if (submissions === undefined || sessionId === undefined)
          throw new CodedError("conflict", "Handing in is not set up on this server.");
        if (read("confirmed") === undefined) throw new CodedError("invalid_request", "Confirm that the paper is yours first.");
        await submissions.submit(readId(c), { registerNumber, sessionId });
        return redirectWithNotice(c, `/portal/student/papers/${readId(c)}`, { notice: "submitted" });
      });
    }),
  );
  app.post(`${paperPath}/report`, (c) =>
    pages.page(c, async () => {
      const access = await readStudent(c);
      const read = await readForm(c);
      return await orExplain(c, async () => {
        const toText = (name: string): string | undefined => read(name)?.replaceAll("\0", "").toWellFormed().trim() || undefined;
        const report = { registerNumber: toText("register_number"), subjectCode: toText("subject_code"), message: toText("message") };
        await reports.report(readId(c), report, access);
        return redirectWithNotice(c, `/portal/student/papers/${readId(c)}`, { notice: "reported" });
      });
    }),
  );

  app.get("/portal/student/reports", (c) =>
    pages.page(c, async () => {
      const access = await readStudent(c);
      return <StudentReportsPage {...{ parts, access }} reports={await reports.ofStudent(access.registerNumber)} notice={toNotice(c)} />;
    }),
  );
  app.post(`/portal/student/reports/:id{${idPattern}}/withdraw`, (c) =>
    pages.page(c, async () => {
      const access = await readStudent(c);
      await reports.withdraw(readId(c), access);
      return redirectWithNotice(c, "/portal/student/reports", { notice: "withdrawn" });
    }),
  );
}
