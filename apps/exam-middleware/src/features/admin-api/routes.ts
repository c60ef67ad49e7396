import { answerFile } from "@repo/app-kit/answer-file";
import type { Database } from "@repo/app-kit/open-database";
import { CodedError } from "@repo/contracts/coded-error";
import {
  adminBulkLockRoute,
  adminEditRoute,
  adminRemoveRoute,
  adminResetRoute,
  adminSheetRoute,
  adminStatsRoute,
  adminToggleLockRoute,
  auditLogsRoute,
  purgeRoute,
  resolveReportRoute,
} from "@repo/contracts/exam-administration";
import type { HandlerContext } from "@repo/server-kit/mount-route";
import type { Server } from "@repo/server-kit/server";
import { type AccessControl, accessOf } from "../../access.ts";
import { listAudit } from "../../audit-log.ts";
import { mountFor, mountOpenFor } from "../../mount-guarded.ts";
import type { ReportService } from "../../reports/report-service.ts";
import { actorOf, idOf, parseId } from "../../request-actor.ts";
import { toAuditBody, toSheetBody, toSheetDetailsBody } from "../../sheets/sheet-bodies.ts";
import type { SheetService } from "../../sheets/sheet-service.ts";

/** What {@link mountAdminApi} needs. */
export interface AdminApiParts {
  db: Database;
  access: AccessControl;
  sheets: SheetService;
  reports: ReportService;
}

/** Mounts the routes about one sheet. The original's clients send no version; then the one that is there counts. */
function mountSheetAdministration(server: Server, { access, sheets }: AdminApiParts): void {
  const versionOf = async (context: HandlerContext, given: number | undefined): Promise<number> =>
    given ?? (await sheets.get(idOf(context), accessOf(context))).version;
  mountFor(server, "staff", adminSheetRoute, async (_body, context) =>
    toSheetDetailsBody(await sheets.get(idOf(context), accessOf(context))),
  );
  mountFor(server, "staff", adminRemoveRoute, async ({ version }, context) => {
    await sheets.remove(idOf(context), { version: await versionOf(context, version), actor: actorOf(context) });
    return { success: true, message: "The sheet was taken out." };
  });
  mountFor(server, "staff", adminResetRoute, async (_body, context) =>
    toSheetBody(await sheets.readAgain(idOf(context), actorOf(context))),
  );
  mountFor(server, "staff", adminEditRoute, async (body, context) => {
    const correction = { registerNumber: body.parsed_reg_no, subjectCode: body.parsed_subject_code, examType: body.exam_type };
    const version = await versionOf(context, body.version);
    return toSheetBody(await sheets.correct(idOf(context), correction, { version, actor: actorOf(context) }));
  });
  mountFor(server, "staff", adminToggleLockRoute, async (_body, context) => {
    const { version, attempt2Locked } = await sheets.get(idOf(context), accessOf(context));
    return toSheetBody(await sheets.setAttemptLock(idOf(context), !attempt2Locked, { version, actor: actorOf(context) }));
  });
  mountOpenFor(server, { access, role: "staff", method: "GET", path: "/admin/artifact-file/:id" }, async (c, who) =>
    answerFile(await sheets.file(parseId(c.req.param("id")), who)),
  );
}

/** Mounts the routes under /admin that are about sheets. */
export function mountAdminApi(server: Server, parts: AdminApiParts): void {
  const { db, sheets, reports } = parts;
  mountFor(server, "staff", adminStatsRoute, async () => {
    const counts = await sheets.counts();
    const { open } = await reports.list({ limit: 0 });
    return {
      total_artifacts: Object.values(counts).reduce((sum, number) => sum + number, 0),
      by_status: counts,
      open_reports: open,
      lists: (await sheets.lists()).length,
    };
  });
  mountFor(server, "administrator", auditLogsRoute, async ({ limit, offset, action, actor_id: actorId, from, until }) => {
    const { entries, total } = await listAudit(db, {
      limit,
      offset,
      action,
      actorId,
      from: from === undefined ? undefined : new Date(from),
      until: until === undefined ? undefined : new Date(until),
    });
    return { logs: entries.map(toAuditBody), total };
  });
  mountFor(server, "administrator", purgeRoute, async (_body, context) => {
    const deleted = await sheets.purge(actorOf(context));
    return { success: true, message: `${deleted} sheets were deleted for good.`, deleted };
  });
  mountSheetAdministration(server, parts);
  mountFor(server, "staff", adminBulkLockRoute, async ({ artifact_uuids: ids, locked }, context) => {
    const failed: { artifact_uuid: string; error: string }[] = [];
    for (const id of new Set(ids.map((text) => text.toLowerCase()))) {
      try {
        const { version } = await sheets.get(id, accessOf(context));
        await sheets.setAttemptLock(id, locked, { version, actor: actorOf(context) });
      } catch (thrown) {
        if (!CodedError.isInstance(thrown) || thrown.status >= 500) throw thrown;
        failed.push({ artifact_uuid: id, error: thrown.message });
      }
    }
    return { updated: new Set(ids).size - failed.length, failed };
  });
  mountFor(server, "staff", resolveReportRoute, async ({ accept, answer }, context) => {
    const { resolution } = await reports.resolve(idOf(context), { accept, answer }, actorOf(context));
    return { success: true, message: resolution ?? "" };
  });
}
