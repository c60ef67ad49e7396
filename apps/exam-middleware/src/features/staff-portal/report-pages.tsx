import { readForm, redirectWithNotice } from "@repo/app-kit/page-forms";
import { CodedError } from "@repo/contracts/coded-error";
import type { Server, ServerEnvironment } from "@repo/server-kit/server";
import type { Context } from "hono";
import { ReportsPage, reportsPerPage } from "./reports-page.tsx";
import type { PageContext } from "./staff-portal-parts.ts";
import { idPattern, readId, readPage, readStaff, readText } from "./staff-request.ts";

const notices: Readonly<Record<string, string>> = {
  corrected: "The sheet is corrected as the student suggests.",
  resolved: "The report is settled; the sheet stays as it is.",
};

/** Mounts the page of students' reports. */
export function mountReportPages(server: Server, { parts, pages }: PageContext): void {
  const show = async (c: Context<ServerEnvironment>, problem?: string) => {
    const { access } = await readStaff(parts, c);
    const page = readPage(c.req.query("page"));
    const listed = await parts.reports.list({ limit: reportsPerPage, offset: (page - 1) * reportsPerPage });
    return <ReportsPage {...{ parts, access, page, listed, problem }} notice={notices[c.req.query("notice") ?? ""]} />;
  };
  server.app.get("/portal/staff/reports", (c) => pages.page(c, async () => await show(c)));

  server.app.post(`/portal/staff/reports/:id{${idPattern}}/resolve`, (c) =>
    pages.page(c, async () => {
      const { actor } = await readStaff(parts, c);
      const read = await readForm(c);
      const accept = read("decision") === "accept";
      try {
        await parts.reports.resolve(readId(c), { accept, answer: readText(read("answer"), 1000) }, actor);
        return redirectWithNotice(c, "/portal/staff/reports", { notice: accept ? "corrected" : "resolved" });
      } catch (thrown) {
        if (!CodedError.isInstance(thrown) || !["conflict", "invalid_request"].includes(thrown.code)) throw thrown;
        c.status(409);
        return await show(c, thrown.message);
      }
    }),
  );
}
