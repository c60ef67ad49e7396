import { setTimeout as sleep } from "node:timers/promises";
import type { FileStore } from "@repo/app-kit/file-store";
import { inTransaction } from "@repo/app-kit/in-transaction";
import type { Database } from "@repo/app-kit/open-database";
import { CodedError } from "@repo/contracts/coded-error";
import { maxListEntries } from "@repo/contracts/answer-sheet-options";
import { eq } from "drizzle-orm";
import { systemActor } from "../access.ts";
import type { ListStore } from "../lists/list-store.ts";
import { artifacts } from "../schema.ts";
import type { SheetReader } from "../spaces.ts";
import { applyAnswer, isOpenToMachine } from "./apply-reading.ts";
import { changeSheet } from "./change-sheet.ts";
import type { ReadingRules } from "./judge-reading.ts";
import type { SheetRow } from "./sheet-rows.ts";

/** What {@link readSheetJob} works with. */
export interface ReadSheetParts {
  db: Database;
  files: FileStore;
  lists: ListStore;
  reader: SheetReader;
  rules: ReadingRules;
  log: { warn(fields: object, message: string): void; error(fields: object, message: string): void };
}

/** Pause before another try, milliseconds; doubles up to the maximum. */
const pauseMs = { first: 500, most: 15_000 };
/** A reading that takes longer waits for a Space that wakes up or is away, milliseconds; the sheet says so. */
const slowAfterMs = 3_000;
/** Times in a row that a reading may fail by a fault that waiting does not explain. */
const maxFaults = 4;

/** The Space is not there right now: waiting helps, however long it takes. */
const isAway = (thrown: CodedError): boolean => ["model_unavailable", "overloaded", "deadline_exceeded"].includes(thrown.code);
/** What is wrong with the way to the Space and not with the sheet: people mend it, and the sheets wait. */
const isMisconfigured = (thrown: CodedError): boolean =>
  ["unauthorized", "forbidden", "not_found", "method_not_allowed"].includes(thrown.code) || thrown.details?.["cause"] === "contract";
/** What is wrong with the file. */
const isTheFile = (thrown: CodedError): boolean =>
  ["invalid_request", "unsupported_media_type", "payload_too_large", "input_too_long"].includes(thrown.code);

const findRow = async (db: Database, id: string): Promise<SheetRow | undefined> =>
  (await db.select().from(artifacts).where(eq(artifacts.artifactUuid, id)))[0];

/** Says what a sheet waits for. No change of the sheet, so neither version nor log. */
async function tellWait(db: Database, id: string, waitingFor: string): Promise<void> {
  await db.update(artifacts).set({ waitingFor, updatedAt: new Date() }).where(eq(artifacts.artifactUuid, id));
}

async function failSheet(db: Database, id: string, errorMessage: string): Promise<void> {
  await inTransaction(db, async (transaction) => {
    await changeSheet(transaction, id, { actor: systemActor, action: "read-failed" }, (row) =>
      // A sheet that was read before and is only read again keeps what it has.
      row.workflowStatus === "PENDING" || row.workflowStatus === "FAILED"
        ? { workflowStatus: "FAILED", reviewReasons: ["unreadable"], confidence: 0, errorMessage, waitingFor: null }
        : { waitingFor: null },
    );
  });
}

/** One reading, with the lists as they are now. */
async function readOnce({ db, files, lists, reader, rules, log }: ReadSheetParts, row: SheetRow, signal: AbortSignal): Promise<void> {
  const { artifactUuid: id, examType, fileHash, originalFilename: name } = row;
  const bytes = await files.read(fileHash);
  const known = await lists.known(examType);
  // A longer list is held against the readings here; the Space would refuse it.
  const toOption = (entries: ReadonlySet<string> | undefined) =>
    entries === undefined || entries.size > maxListEntries ? undefined : [...entries];
  const slow = setInterval(() => {
    tellWait(db, id, reader.explainWait() ?? "The Space has not answered yet.").catch((error: unknown) =>
      log.warn({ sheet: id, err: error }, "a sheet cannot say what it waits for"),
    );
  }, slowAfterMs);
  try {
    const { answer, mode } = await reader.read(
      { bytes, name },
      {
        exam_type: examType,
        register_pattern: rules.registerPattern.source,
        subject_pattern: rules.subjectPattern.source,
        course_list: toOption(known.subjectCodes),
        class_roster: toOption(known.registerNumbers),
        crops: true,
      },
      { signal },
    );
    clearInterval(slow);
    await applyAnswer(db, id, { answer, mode, known, rules });
  } finally {
    clearInterval(slow);
  }
}

const toMessage = (thrown: unknown): string =>
  CodedError.isInstance(thrown) ? thrown.message : "The server made a mistake; its log says which.";

/**
 * Has a sheet read and puts the answer in force. Waits while the Space is away, saying why, for as long as it takes; what is
 * wrong with the file fails the sheet. Killed at any moment, it starts again from the stored file.
 *
 * @returns "again" when the signal fired before the end
 */
export async function readSheetJob(parts: ReadSheetParts, id: string, signal: AbortSignal): Promise<void | "again"> {
  const { db, log } = parts;
  let faults = 0;
  for (let pause = pauseMs.first; ; pause = Math.min(pause * 2, pauseMs.most)) {
    const row = await findRow(db, id);
    // Deleted, or decided by a person in the meantime.
    if (row === undefined || !isOpenToMachine(row)) return;
    try {
      return await readOnce(parts, row, signal);
    } catch (thrown) {
      if (signal.aborted) return "again";
      const coded = CodedError.isInstance(thrown) ? thrown : undefined;
      if (coded !== undefined && (isAway(coded) || isMisconfigured(coded))) {
        await tellWait(db, id, coded.message);
      } else if (coded !== undefined && isTheFile(coded)) {
        return await failSheet(db, id, coded.message);
      } else {
        faults += 1;
        log.warn({ sheet: id, err: thrown, faults }, "reading a sheet failed");
        if (faults >= maxFaults) return await failSheet(db, id, toMessage(thrown));
      }
    }
    await sleep(pause, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return "again";
  }
}
