import { setTimeout as sleep } from "node:timers/promises";
import {
  extractSheetRoute,
  extractSheetShortRoute,
  extractionStatusRoute,
  scanLogRoute,
  type scanUploadAnswer,
  scanUploadRoute,
} from "@repo/contracts/exam-extraction";
import type { UploadedFile } from "@repo/contracts/uploaded-file";
import type { HandlerContext } from "@repo/server-kit/mount-route";
import type { Server } from "@repo/server-kit/server";
import type { z } from "zod";
import { type Access, accessOf } from "../../access.ts";
import { mountFor } from "../../mount-guarded.ts";
import { actorOf } from "../../request-actor.ts";
import type { SheetService } from "../../sheets/sheet-service.ts";
import type { SheetView } from "../../sheets/sheet-views.ts";
import type { Spaces } from "../../spaces.ts";

/** What {@link mountExtractApi} needs. */
export interface ExtractApiParts {
  sheets: SheetService;
  spaces: Spaces;
  registerPattern: string;
  subjectPattern: string;
}

/** Time between two looks at a sheet that is being read, milliseconds. */
const lookMs = 150;
/** Time that is kept to answer before the caller's runs out, milliseconds. */
const reserveMs = 1_500;
/** Longest wait for a reading, milliseconds: scanners' programs give up after 180 s, and the file is stored anyway. */
const maxWaitMs = 120_000;
const logEntries = 100;

type ScanAnswer = z.input<typeof scanUploadAnswer>;

function toScanAnswer(sheet: SheetView, isNew: boolean): ScanAnswer {
  return {
    success: true,
    duplicate: !isNew,
    original_filename: sheet.originalFilename,
    renamed_filename: sheet.renamedFilename,
    register_number: sheet.registerNumber ?? "",
    register_confidence: sheet.registerConfidence ?? 0,
    subject_code: sheet.subjectCode ?? "",
    subject_confidence: sheet.subjectConfidence ?? 0,
    exam_type: sheet.examType,
    artifact_uuid: sheet.id,
    attempt_number: sheet.attemptNumber,
    workflow_status: sheet.status,
    review_reasons: sheet.reasons,
    message: sheet.errorMessage ?? sheet.waitingFor,
  };
}

/** The sheet once it is read; as it is when that takes too long. */
async function waitForReading(
  sheets: SheetService,
  id: string,
  access: Access,
  { signal, deadlineAt }: HandlerContext,
): Promise<SheetView> {
  const until = Math.min(deadlineAt - reserveMs, Date.now() + maxWaitMs);
  while (true) {
    const sheet = await sheets.get(id, access);
    if (sheet.status !== "PENDING" || Date.now() >= until) return sheet;
    await sleep(lookMs, undefined, { signal });
  }
}

/** Mounts the routes under /extract. */
export function mountExtractApi(server: Server, { sheets, spaces, registerPattern, subjectPattern }: ExtractApiParts): void {
  mountFor(server, "public", extractionStatusRoute, async () => {
    const { available, mode, spaceUrl, reached, state, message } = await spaces.status();
    return {
      extraction_available: available,
      mode,
      hf_space_url: spaceUrl,
      space_reached: reached,
      space_state: state,
      error: message,
    };
  });
  const read = async ({ file, exam_type }: { file: UploadedFile; exam_type?: string | undefined }, context: HandlerContext) => {
    const options = { exam_type, register_pattern: registerPattern, subject_pattern: subjectPattern };
    const { answer, mode } = await spaces.reader.read(file, options, context);
    return { ...answer, mode };
  };
  for (const route of [extractSheetRoute, extractSheetShortRoute]) mountFor(server, "staff", route, read);
  mountFor(server, "staff", scanUploadRoute, async ({ file, exam_type: examType, batch_id: batchId }, context) => {
    const { sheet, isNew } = await sheets.upload({ bytes: file.bytes, name: file.name ?? "", examType, batchId }, actorOf(context));
    const scanned = await waitForReading(sheets, sheet.id, accessOf(context), context);
    if (scanned.status === "PENDING") context.status = 202;
    if (scanned.status === "FAILED") context.status = 422;
    const answer = toScanAnswer(scanned, isNew);
    // The original's field names of a failure, beside the sheet that staff will look at.
    return scanned.status === "FAILED" ? { ...answer, success: false, stage: "extraction", error: scanned.errorMessage } : answer;
  });
  mountFor(server, "staff", scanLogRoute, async (_body, context) => {
    const { sheets: latest, total } = await sheets.list({}, { limit: logEntries }, accessOf(context));
    return { entries: latest.map((sheet) => ({ ...toScanAnswer(sheet, true), timestamp: sheet.uploadedAt.toISOString() })), total };
  });
}
