import { readSpan } from "@repo/app-kit/days";
import { limitForms } from "@repo/app-kit/page-forms";
import { createPageResponder } from "@repo/app-kit/page-responder";
import type { Server } from "@repo/server-kit/server";
import { answerSignIn } from "../../ui/answer-sign-in.ts";
import { Shell } from "../../ui/shell.tsx";
import { mountListPages } from "./list-pages.tsx";
import { mountReportPages } from "./report-pages.tsx";
import { mountReviewPages } from "./review-pages.tsx";
import { mountSheetPages } from "./sheet-pages.tsx";
import type { StaffPortalParts } from "./staff-portal-parts.ts";
import { readStaff } from "./staff-request.ts";
import { StatisticsPage } from "./statistics-page.tsx";
import { mountUploadPages } from "./upload-pages.tsx";

/** Largest form without files, bytes. */
const maxFormBytes = 64 * 1024;

/**
 * Mounts everything under /portal/staff but signing in and out. The app's /assets route serves its scripts and styles.
 * The access control refuses forms of other origins, so the pages need not.
 */
export function mountStaffPortal(server: Server, parts: StaffPortalParts): void {
  const { app } = server;
  const pages = createPageResponder(server, {
    Shell: ({ title, children }) => (
      <Shell title={title} assets={parts.assets} access={undefined}>
        {children}
      </Shell>
    ),
    back: "Back to the start",
    answerInstead: answerSignIn("staff"),
  });
  app.use("/portal/staff/*", async (c, next) => {
    await next();
    // People's data is not kept by browsers, nor shown by Back after signing out; files and crops say so themselves.
    if (!c.res.headers.has("cache-control")) c.header("cache-control", "no-store");
  });
  for (const path of ["/portal/staff/review", "/portal/staff/sheets/*", "/portal/staff/reports/*"]) app.use(path, limitForms(maxFormBytes));
  const context = { parts, pages };
  mountUploadPages(server, context);
  mountReviewPages(server, context);
  mountSheetPages(server, context);
  mountListPages(server, context);
  mountReportPages(server, context);

  app.get("/portal/staff/statistics", (c) =>
    pages.page(c, async () => {
      const { access } = await readStaff(parts, c);
      const span = readSpan(c.req.query("days"));
      const [counts, days] = await Promise.all([parts.sheets.counts(), parts.sheets.statistics(span)]);
      return <StatisticsPage {...{ parts, access, counts, days, span }} />;
    }),
  );
}
