import { readSpan } from "@repo/app-kit/days";
import type { Assets } from "@repo/app-kit/load-assets";
import type { Database } from "@repo/app-kit/open-database";
import type { PageResponder } from "@repo/app-kit/page-responder";
import type { Server } from "@repo/server-kit/server";
import { readCallDays, readCalls, readCallsByModel } from "../../ai-calls/call-statistics.ts";
import { CallsPage } from "./calls-page.tsx";

const callsShown = 100;
const idFormat = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
const dayFormat = /^\d{4}-\d{2}-\d{2}$/;

/** Mounts the page of calls. @param parts.budget US dollars per day; undefined: no limit */
export function mountCallPages(
  server: Server,
  { db, assets, pages, budget }: { db: Database; assets: Assets; pages: PageResponder; budget: number | undefined },
): void {
  server.app.get("/calls", (c) =>
    pages.page(c, async () => {
      const span = readSpan(c.req.query("days"));
      const [documentId, day] = [c.req.query("document"), c.req.query("day")];
      const about = {
        documentId: documentId !== undefined && idFormat.test(documentId) ? documentId : undefined,
        day: day !== undefined && dayFormat.test(day) ? day : undefined,
      };
      const [days, models, calls] = await Promise.all([
        readCallDays(db, span),
        readCallsByModel(db),
        readCalls(db, { limit: callsShown, jobId: about.documentId, day: about.day }),
      ]);
      return <CallsPage {...{ assets, days, models, calls, span, budget, about }} />;
    }),
  );
}
