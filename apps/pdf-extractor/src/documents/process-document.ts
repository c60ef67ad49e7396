import { setTimeout as sleep } from "node:timers/promises";
import type { Database } from "@repo/app-kit/open-database";
import { CodedError } from "@repo/contracts/coded-error";
import { eq } from "drizzle-orm";
import { documents } from "../schema.ts";
import { changeDocument } from "./change-document.ts";
import { type EmbedParts, embedPictures } from "./embed-pictures.ts";
import { type ExtractParts, extractPages } from "./extract-pages.ts";

/** What {@link processDocument} works with. */
export interface ProcessParts extends ExtractParts, Omit<EmbedParts, "embedder"> {
  /** The embedder whose calls are logged for this document. */
  embedderFor: (documentId: string) => EmbedParts["embedder"];
  /** What keeps the Space from answering, for people; null when nothing is known. */
  explainWait: () => string | null;
  log: { warn(fields: object, message: string): void };
}

/** Pause before another try, milliseconds; doubles up to the maximum. */
const pauseMs = { first: 500, most: 15_000 };
/** Looks whether the Space wakes up, so that the page can say what a slow call waits for, milliseconds. */
const slowAfterMs = 3_000;
/** Times in a row that work may fail by a fault that waiting does not explain. */
const maxFaults = 4;

/** The Space is not there right now: waiting helps, however long it takes. */
const isAway = ({ code }: CodedError): boolean => ["model_unavailable", "overloaded", "deadline_exceeded"].includes(code);
/** What is wrong with the way to the Space or with its model: people mend it, and the document waits. */
const isMisconfigured = ({ code, details }: CodedError): boolean =>
  ["unauthorized", "forbidden", "not_found", "method_not_allowed", "model_mismatch"].includes(code) || details?.["cause"] === "contract";
/** What is wrong with the file. */
const isTheFile = ({ code }: CodedError): boolean =>
  ["invalid_request", "unsupported_media_type", "payload_too_large", "input_too_long"].includes(code);

/** Says what a slow call waits for while it waits. */
async function tellingWait(parts: ProcessParts, id: string, work: () => Promise<string | undefined>): Promise<string | undefined> {
  const timer = setInterval(() => {
    const waitingFor = parts.explainWait();
    if (waitingFor === null) return;
    changeDocument(parts.db, id, { waitingFor }).catch((error: unknown) =>
      parts.log.warn({ document: id, err: error }, "a document cannot say what it waits for"),
    );
  }, slowAfterMs);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}

const readStatus = async (db: Database, id: string) =>
  (await db.select({ status: documents.status }).from(documents).where(eq(documents.id, id)))[0]?.status;

/** One way through all steps; each begins where it was left. */
async function processOnce(parts: ProcessParts, document: typeof documents.$inferSelect, signal: AbortSignal): Promise<void> {
  const { db, embedderFor } = parts;
  const { id } = document;
  await extractPages(parts, document, signal);
  await changeDocument(db, id, { status: "embedding", errorMessage: null, waitingFor: null });
  const embedder = embedderFor(id);
  const stopped = await tellingWait(parts, id, async () => await embedPictures({ ...parts, embedder }, id, signal));
  if (stopped === undefined) await changeDocument(db, id, { status: "completed", waitingFor: null, completedAt: new Date() });
  else await changeDocument(db, id, { status: "stopped", waitingFor: stopped });
}

/**
 * Extracts a document's pictures and has them embedded. Waits while the Space is away, saying why, for as long as it takes;
 * what is wrong with the file fails the document; a used-up budget stops it. Killed at any moment, it goes on where it was.
 *
 * @returns "again" when the signal fired before the end
 */
export async function processDocument(parts: ProcessParts, id: string, signal: AbortSignal): Promise<void | "again"> {
  const { db, log } = parts;
  let faults = 0;
  for (let pause = pauseMs.first; ; pause = Math.min(pause * 2, pauseMs.most)) {
    const [document] = await db.select().from(documents).where(eq(documents.id, id));
    // Deleted in the meantime.
    if (document === undefined) return;
    try {
      await processOnce(parts, document, signal);
      // Somebody let it go on, or has all vectors made anew, while it was ending.
      if ((await readStatus(db, id)) !== "queued") return;
      continue;
    } catch (thrown) {
      if (signal.aborted) return "again";
      const coded = CodedError.isInstance(thrown) ? thrown : undefined;
      if (coded !== undefined && (isAway(coded) || isMisconfigured(coded))) {
        await changeDocument(db, id, { waitingFor: parts.explainWait() ?? coded.message });
      } else if (coded !== undefined && isTheFile(coded)) {
        return await changeDocument(db, id, { status: "failed", errorMessage: coded.message, waitingFor: null });
      } else {
        faults += 1;
        log.warn({ document: id, err: thrown, faults }, "work on a document failed");
        const errorMessage = coded?.message ?? "The server made a mistake; its log says which.";
        if (faults >= maxFaults) return await changeDocument(db, id, { status: "failed", errorMessage, waitingFor: null });
      }
    }
    await sleep(pause, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return "again";
  }
}
