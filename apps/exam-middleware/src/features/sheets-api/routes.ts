import { Readable } from "node:stream";
import { answerFile } from "@repo/app-kit/answer-file";
import { sheetFields, type SheetField } from "@repo/contracts/answer-sheets";
import { CodedError } from "@repo/contracts/coded-error";
import {
  acceptSheetRoute,
  attemptLockRoute,
  correctSheetRoute,
  getSheetRoute,
  listSheetsRoute,
  readSheetAgainRoute,
  removeSheetRoute,
  reviewQueueRoute,
  sheetFilterFields,
  sheetHistoryRoute,
  sheetStatisticsRoute,
  uploadSheetRoute,
} from "@repo/contracts/exam-sheets";
import type { Server } from "@repo/server-kit/server";
import { parseBody } from "@repo/server-kit/validation";
import { z } from "zod";
import { type AccessControl, accessOf } from "../../access.ts";
import { mountFor, mountOpenFor } from "../../mount-guarded.ts";
import { actorOf, idOf, parseId } from "../../request-actor.ts";
import { toAuditBody, toSheetBody, toSheetDetailsBody } from "../../sheets/sheet-bodies.ts";
import type { SheetFilter, SheetService } from "../../sheets/sheet-service.ts";
import { answerCrop } from "../../ui/answer-crop.ts";
import { streamBatch } from "./batch-events.ts";

/** What {@link mountSheetsApi} needs. */
export interface SheetsApiParts {
  access: AccessControl;
  sheets: SheetService;
}

const exportQuery = z.object({ ...sheetFilterFields, format: z.enum(["csv", "json"]).default("csv") });
type FilterFields = Partial<z.output<z.ZodObject<typeof sheetFilterFields>>>;

/** A filter as it stands in an address. */
function toFilter(query: FilterFields): SheetFilter {
  return {
    search: query.search,
    status: query.status,
    examType: query.exam_type,
    subjectCode: query.subject_code,
    registerNumber: query.register_number,
    attemptNumber: query.attempt_number,
    batchId: query.batch_id,
    from: query.from === undefined ? undefined : new Date(query.from),
    until: query.until === undefined ? undefined : new Date(query.until),
  };
}

/** Mounts the routes that look at sheets. */
function mountLooks(server: Server, { sheets }: SheetsApiParts): void {
  mountFor(server, "anyone", listSheetsRoute, async ({ limit, offset, ...query }, context) => {
    const page = await sheets.list(toFilter(query), { limit, offset }, accessOf(context));
    return { sheets: page.sheets.map(toSheetBody), total: page.total };
  });
  mountFor(server, "staff", reviewQueueRoute, async ({ limit, offset, exam_type: examType, subject_code: subjectCode }) => {
    const page = await sheets.reviewQueue({ examType, subjectCode }, { limit, offset });
    return { sheets: page.sheets.map(toSheetBody), total: page.total };
  });
  mountFor(server, "staff", sheetStatisticsRoute, async ({ days }) => ({
    days: (await sheets.statistics(days)).map(({ meanConfidence, correctionRate, ...day }) => ({
      ...day,
      mean_confidence: meanConfidence,
      correction_rate: correctionRate,
    })),
  }));
}

/** Mounts the routes whose answers are no JSON. */
function mountFiles(server: Server, { access, sheets }: SheetsApiParts): void {
  mountOpenFor(server, { access, role: "staff", method: "GET", path: "/sheets/export" }, async (c) => {
    const { format, ...query } = parseBody(exportQuery, c.req.query());
    const text = Readable.from(sheets.exportSheets(format, toFilter(query)), { objectMode: false, encoding: "utf8" });
    return c.body(Readable.toWeb(text) as ReadableStream<Uint8Array>, 200, {
      "content-type": format === "csv" ? "text/csv; charset=utf-8" : "application/json",
      "content-disposition": `attachment; filename="sheets-${new Date().toISOString().slice(0, 10)}.${format}"`,
      "cache-control": "no-store",
    });
  });
  mountOpenFor(server, { access, role: "anyone", method: "GET", path: "/sheets/:id/file" }, async (c, who) =>
    answerFile(await sheets.file(parseId(c.req.param("id")), who)),
  );
  mountOpenFor(server, { access, role: "staff", method: "GET", path: "/sheets/:id/crops/:field/:rank" }, async (c) => {
    const { field = "", rank = "" } = c.req.param() as Record<string, string>;
    if (!(sheetFields as readonly string[]).includes(field) || !/^\d{1,3}$/.test(rank))
      throw new CodedError("not_found", "There is no picture of this reading.");
    return answerCrop(await sheets.crop(parseId(c.req.param("id")), field as SheetField, Number(rank)));
  });
  mountOpenFor(server, { access, role: "staff", method: "GET", path: "/batches/:id/events" }, async (c) => {
    const id = parseId(c.req.param("id"));
    return await Promise.resolve(streamBatch(c, async (since) => await sheets.batch(id, since), server.log));
  });
}

/** Mounts the routes that change sheets. */
function mountChanges(server: Server, { sheets }: SheetsApiParts): void {
  mountFor(server, "staff", uploadSheetRoute, async ({ file, exam_type: examType, batch_id: batchId, name }, context) => {
    const upload = { bytes: file.bytes, name: file.name ?? name ?? "", examType, batchId };
    const { sheet, isNew } = await sheets.upload(upload, actorOf(context));
    return { ...toSheetBody(sheet), is_new: isNew };
  });
  mountFor(server, "staff", acceptSheetRoute, async ({ version }, context) =>
    toSheetBody(await sheets.accept(idOf(context), { version, actor: actorOf(context) })),
  );
  mountFor(server, "staff", correctSheetRoute, async (body, context) => {
    const correction = { registerNumber: body.register_number, subjectCode: body.subject_code, examType: body.exam_type };
    return toSheetBody(await sheets.correct(idOf(context), correction, { version: body.version, actor: actorOf(context) }));
  });
  mountFor(server, "staff", readSheetAgainRoute, async (_body, context) =>
    toSheetBody(await sheets.readAgain(idOf(context), actorOf(context))),
  );
  mountFor(server, "staff", attemptLockRoute, async ({ version, locked }, context) =>
    toSheetBody(await sheets.setAttemptLock(idOf(context), locked, { version, actor: actorOf(context) })),
  );
  mountFor(server, "staff", removeSheetRoute, async ({ version }, context) => {
    await sheets.remove(idOf(context), { version, actor: actorOf(context) });
    return { success: true };
  });
}

/** Mounts the API of sheets. */
export function mountSheetsApi(server: Server, parts: SheetsApiParts): void {
  // Fixed paths before those with an id.
  mountLooks(server, parts);
  mountFiles(server, parts);
  mountChanges(server, parts);
  mountFor(server, "anyone", getSheetRoute, async (_body, context) =>
    toSheetDetailsBody(await parts.sheets.get(idOf(context), accessOf(context))),
  );
  mountFor(server, "staff", sheetHistoryRoute, async (_body, context) => ({
    entries: (await parts.sheets.history(idOf(context))).map(toAuditBody),
  }));
}
