import type { Database } from "@repo/app-kit/open-database";
import { CodedError } from "@repo/contracts/coded-error";
import {
  allUploadsRoute,
  autoProcessedRoute,
  checkDuplicatesRoute,
  type fileUploadResponse,
  pendingUploadsRoute,
  uploadBulkRoute,
  uploadSingleRoute,
  uploadStatsRoute,
  validateMappingsRoute,
} from "@repo/contracts/exam-uploads";
import type { UploadedFile } from "@repo/contracts/uploaded-file";
import type { Server } from "@repo/server-kit/server";
import type { z } from "zod";
import { accessOf, type Actor } from "../../access.ts";
import { mountFor } from "../../mount-guarded.ts";
import { actorOf } from "../../request-actor.ts";
import { toSheetBody } from "../../sheets/sheet-bodies.ts";
import type { SheetFilter, SheetService, UploadOutcome } from "../../sheets/sheet-service.ts";
import { findAttempts, findMappings, toAsked } from "./find-identities.ts";

/** What {@link mountUploadApi} needs. */
export interface UploadApiParts {
  db: Database;
  sheets: SheetService;
  /** The first is the default. */
  examTypes: readonly string[];
}

type UploadAnswer = z.input<typeof fileUploadResponse>;

function toUploadAnswer({ sheet, isNew }: UploadOutcome): UploadAnswer {
  return {
    success: true,
    message: isNew ? "Stored; it will be read now." : "This file is here already.",
    filename: sheet.originalFilename,
    artifact_uuid: sheet.id,
    parsed_register_number: sheet.registerNumber,
    parsed_subject_code: sheet.subjectCode,
    exam_type: sheet.examType,
    attempt_number: sheet.attemptNumber,
    attempt_2_locked: sheet.attempt2Locked,
    workflow_status: sheet.status,
    duplicate: !isNew,
    errors: [],
  };
}

function toRefusal(filename: string, message: string): UploadAnswer {
  return {
    success: false,
    message,
    filename,
    artifact_uuid: null,
    parsed_register_number: null,
    parsed_subject_code: null,
    exam_type: null,
    attempt_number: null,
    attempt_2_locked: null,
    workflow_status: null,
    duplicate: false,
    errors: [message],
  };
}

/** Files the caller sent wrongly; what is wrong with us ends the request. */
const isTheirs = (thrown: unknown): thrown is CodedError => CodedError.isInstance(thrown) && thrown.status < 500;

async function uploadOne(
  sheets: SheetService,
  file: UploadedFile,
  { examType, batchId, actor }: { examType: string | undefined; batchId: string | undefined; actor: Actor },
): Promise<UploadAnswer> {
  const name = file.name ?? "";
  try {
    return toUploadAnswer(await sheets.upload({ bytes: file.bytes, name, examType, batchId }, actor));
  } catch (thrown) {
    if (!isTheirs(thrown)) throw thrown;
    return toRefusal(name, thrown.message);
  }
}

/** Mounts the routes that take files. */
function mountIntake(server: Server, { sheets }: UploadApiParts): void {
  mountFor(server, "staff", uploadSingleRoute, async ({ file, exam_type: examType, batch_id: batchId }, context) =>
    toUploadAnswer(await sheets.upload({ bytes: file.bytes, name: file.name ?? "", examType, batchId }, actorOf(context))),
  );
  mountFor(server, "staff", uploadBulkRoute, async ({ files, exam_type: examType, batch_id: batchId }, context) => {
    const results: UploadAnswer[] = [];
    for (const file of files) results.push(await uploadOne(sheets, file, { examType, batchId, actor: actorOf(context) }));
    const successful = results.filter(({ success }) => success).length;
    return { total_files: files.length, successful, failed: files.length - successful, results };
  });
}

/** Mounts the routes that say what is here. */
function mountQuestions(server: Server, { db, examTypes }: UploadApiParts): void {
  const defaultType = examTypes[0] ?? "";
  mountFor(server, "staff", checkDuplicatesRoute, async ({ items }) => {
    const known = await findAttempts(
      db,
      items.map((item) => toAsked(item, defaultType)),
    );
    return {
      results: items.map((item, index) => {
        const { latest, maxAttempt } = known[index] ?? { latest: undefined, maxAttempt: 0 };
        return {
          reg_no: item.reg_no,
          subject_code: item.subject_code,
          exam_type: item.exam_type ?? defaultType,
          exists: latest !== undefined,
          status: latest?.status ?? null,
          uploaded_at: latest?.uploadedAt.toISOString() ?? null,
          attempt_2_locked: latest?.attempt2Locked ?? null,
          max_attempt: maxAttempt,
          can_upload_as_attempt_2: maxAttempt === 1 && latest?.attempt2Locked === false,
        };
      }),
    };
  });
  mountFor(server, "staff", validateMappingsRoute, async ({ items }) => {
    const asked = items.map((item) => toAsked(item, defaultType));
    const { hasSubject, hasStudent } = await findMappings(db, asked);
    return {
      results: asked.map((identity, index) => ({
        reg_no: items[index]?.reg_no ?? "",
        subject_code: items[index]?.subject_code ?? "",
        subject_mapped: hasSubject(identity),
        student_mapped: hasStudent(identity),
      })),
    };
  });
}

/** Mounts the routes under /upload. */
export function mountUploadApi(server: Server, parts: UploadApiParts): void {
  const { sheets } = parts;
  mountIntake(server, parts);
  mountQuestions(server, parts);
  const lists = [
    [allUploadsRoute, {}],
    [pendingUploadsRoute, { status: ["PENDING", "PENDING_REVIEW", "VALIDATED", "QUEUED", "UPLOADING", "SUBMITTING"] }],
  ] as const satisfies [unknown, SheetFilter][];
  for (const [route, filter] of lists) {
    mountFor(server, "staff", route, async ({ limit, offset, exam_type: examType, search }, context) => {
      const page = await sheets.list({ ...filter, examType, search }, { limit, offset }, accessOf(context));
      return { artifacts: page.sheets.map(toSheetBody), total: page.total };
    });
  }
  mountFor(server, "staff", autoProcessedRoute, async ({ limit, offset, exam_type: examType, search }, context) => {
    const page = await sheets.list({ outcome: "automatic", examType, search }, { limit, offset }, accessOf(context));
    return { auto_processed: page.sheets.map(toSheetBody), count: page.total };
  });
  mountFor(server, "staff", uploadStatsRoute, async () => {
    const stats = await sheets.counts();
    return { stats, total: Object.values(stats).reduce((sum, number) => sum + number, 0) };
  });
}
