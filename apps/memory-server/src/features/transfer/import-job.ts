import { setTimeout as sleep } from "node:timers/promises";
import type { Database } from "@repo/app-kit/open-database";
import { CodedError } from "@repo/contracts/coded-error";
import { inArray } from "drizzle-orm";
import type { MemoryService, NewMemory } from "../../memories/memory-service.ts";
import type { MemoryScope } from "../../memory-scope.ts";
import { memories } from "../../schema.ts";
import {
  finishImport,
  ImportStateError,
  moveImport,
  type Problem,
  readWaitingLines,
  settleLines,
  tellImport,
  type WaitingLine,
} from "./import-store.ts";
import { toNameBasedUuid } from "./name-based-uuid.ts";
import type { StagedMemory } from "./parse-memory-line.ts";

/** Lines per request to the Space, and per transaction: what a kill makes the next attempt do again. */
const linesPerBatch = 64;
/** Characters of a batch, so that a request stays far below the 8 MiB that a Space accepts. */
const charactersPerBatch = 1_000_000;
/** Batches at once: two at the Space while one is written. */
const lanes = 3;
/** A batch that takes longer waits for a Space that wakes up or is away, milliseconds; the import says so. */
const slowAfterMs = 3_000;
/** Pause before another try, milliseconds; doubles up to the maximum. */
const pauseMs = { first: 500, most: 10_000 };
/** Times in a row that a batch may fail by a fault that waiting does not explain. */
const maxFaults = 5;

/** The Space, or the store's server, is not there right now: waiting helps, however long it takes. */
const isAway = (thrown: unknown): boolean =>
  CodedError.isInstance(thrown) && ["model_unavailable", "overloaded", "deadline_exceeded"].includes(thrown.code);
/** What one bad text among many can cause; the batch is divided until it is found. */
const mayBeTheText = (thrown: unknown): boolean =>
  CodedError.isInstance(thrown) && ["invalid_request", "input_too_long", "payload_too_large", "inference_failed"].includes(thrown.code);

/** What {@link runImport} works with. */
export interface ImportJobParts {
  db: Database;
  memories: Pick<MemoryService, "insertBatch">;
  /** What keeps the Space from answering, for people; null when nothing is known. */
  explainWait?: (() => string | null) | undefined;
  log: { warn(fields: object, message: string): void; error(fields: object, message: string): void };
}

interface Batch {
  lines: readonly WaitingLine[];
  rows: NewMemory[];
  skipped: number;
  problems: Problem[];
}

const toDate = (moment: string | undefined): Date | undefined => (moment === undefined ? undefined : new Date(moment));

function toNewMemory(
  id: string,
  { text, userId, agentId, runId, metadata, role, expiresOn, createdAt, updatedAt }: StagedMemory,
): NewMemory {
  const scope = { userId, agentId, runId };
  return { id, text, scope, metadata, role, expiresOn, createdAt: toDate(createdAt), updatedAt: toDate(updatedAt ?? createdAt) };
}

type Owner = { [Id in keyof MemoryScope]?: string | null | undefined };
const isSameOwner = (a: Owner, b: Owner): boolean =>
  (a.userId ?? null) === (b.userId ?? null) &&
  (typeof a.userId === "string" || ((a.agentId ?? null) === (b.agentId ?? null) && (a.runId ?? null) === (b.runId ?? null)));

/**
 * Which of the lines become memories, and which are there already.
 * @param underWay owners of the memories that other lanes are making
 */
async function sortLines(
  db: Database,
  importId: string,
  lines: readonly WaitingLine[],
  underWay: ReadonlyMap<string, Owner> = new Map(),
): Promise<Batch> {
  const withIds = lines.map(({ line, memory }) => ({ line, memory, id: memory.id ?? toNameBasedUuid(importId, String(line)) }));
  const { id, userId, agentId, runId } = memories;
  const found = await db
    .select({ id, userId, agentId, runId })
    .from(memories)
    .where(
      inArray(
        id,
        withIds.map((line) => line.id),
      ),
    );
  const owners = new Map<string, Owner>([...underWay, ...found.map((memory) => [memory.id, memory] as const)]);
  const batch: Batch = { lines, rows: [], skipped: 0, problems: [] };
  for (const { line, memory, id: memoryId } of withIds) {
    const owner = owners.get(memoryId);
    if (owner === undefined) {
      batch.rows.push(toNewMemory(memoryId, memory));
      owners.set(memoryId, memory);
    } else if (isSameOwner(owner, memory)) batch.skipped += 1;
    else batch.problems.push({ line, message: "The id belongs to a memory of somebody else." });
  }
  return batch;
}

/** Hands out the waiting lines batch by batch, to one lane at a time. */
function createBatchReader(db: Database, importId: string): { next(): Promise<Batch | undefined>; written(batch: Batch): void } {
  let last = 0;
  let turn: Promise<unknown> = Promise.resolve();
  const underWay = new Map<string, Owner>();
  const read = async (): Promise<Batch | undefined> => {
    const waiting = await readWaitingLines(db, importId, last, linesPerBatch);
    let characters = 0;
    const lines = waiting.filter((line, position) => {
      characters += line.memory.text.length;
      return position === 0 || characters <= charactersPerBatch;
    });
    const end = lines.at(-1);
    if (end === undefined) return undefined;
    last = end.line;
    const batch = await sortLines(db, importId, lines, underWay);
    for (const { id, scope } of batch.rows) underWay.set(id, scope);
    return batch;
  };
  return {
    next: async () => {
      const mine = turn.then(read);
      turn = mine.catch(() => undefined);
      return await mine;
    },
    written: ({ rows }) => {
      for (const { id } of rows) underWay.delete(id);
    },
  };
}

/** Makes memories of a batch, in one transaction with everything that says so. */
async function writeBatch(parts: ImportJobParts, importId: string, batch: Batch, signal: AbortSignal): Promise<void> {
  const { db, memories: service, explainWait } = parts;
  const lines = batch.lines.map(({ line }) => line);
  const counts = { done: batch.rows.length, skipped: batch.skipped, problems: batch.problems };
  const settle = async (transaction: Database): Promise<void> => await settleLines(transaction, importId, lines, counts);
  if (batch.rows.length === 0) {
    await db.transaction(settle);
    return;
  }
  const slow = setInterval(() => {
    tellImport(db, importId, `Waiting: ${explainWait?.() ?? "The Space has not answered yet."}`).catch((error: unknown) =>
      parts.log.warn({ importId, err: error }, "an import cannot say why it waits"),
    );
  }, slowAfterMs);
  try {
    await service.insertBatch(batch.rows, { signal }, settle);
  } finally {
    clearInterval(slow);
  }
}

/** Writes a batch, waiting while the Space is away; a batch that fails for its texts is divided until the bad one is found. */
async function writePatiently(parts: ImportJobParts, importId: string, batch: Batch, signal: AbortSignal): Promise<void> {
  let faults = 0;
  for (let pause = pauseMs.first; ; pause = Math.min(pause * 2, pauseMs.most)) {
    try {
      await writeBatch(parts, importId, batch, signal);
      return;
    } catch (thrown) {
      if (signal.aborted || thrown instanceof ImportStateError) throw thrown;
      if (isAway(thrown)) await tellImport(parts.db, importId, `Waiting: ${toMessage(thrown)}`);
      else if (mayBeTheText(thrown)) {
        await writeDivided(parts, importId, batch, { signal, thrown });
        return;
      } else {
        faults += 1;
        parts.log.warn({ importId, err: thrown, faults }, "a batch of an import failed");
        if (faults >= maxFaults || (CodedError.isInstance(thrown) && !thrown.retryable)) throw thrown;
      }
    }
    await sleep(pause, undefined, { signal });
  }
}

/** Writes a batch that failed in two halves; of a single line it says what is wrong with it. */
async function writeDivided(
  parts: ImportJobParts,
  importId: string,
  { lines }: Batch,
  { signal, thrown }: { signal: AbortSignal; thrown: unknown },
): Promise<void> {
  if (lines.length === 1) {
    parts.log.warn({ importId, err: thrown }, "a line of an import cannot be embedded");
    const problems = lines.map(({ line }) => ({ line, message: `The text cannot be embedded: ${toMessage(thrown)}` }));
    await writePatiently(parts, importId, { lines, rows: [], skipped: 0, problems }, signal);
    return;
  }
  const middle = Math.ceil(lines.length / 2);
  for (const half of [lines.slice(0, middle), lines.slice(middle)]) {
    await writePatiently(parts, importId, await sortLines(parts.db, importId, half), signal);
  }
}

const toMessage = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));

/**
 * Makes memories of an import's waiting lines until none is left. What is done stays done: killed at any moment and started
 * again, it goes on with the lines that are left.
 *
 * @returns "again" when the signal fired before the end
 */
export async function runImport(parts: ImportJobParts, importId: string, signal: AbortSignal): Promise<void | "again"> {
  const row = await moveImport(parts.db, importId, ["queued", "running"], { state: "running" });
  if (row === undefined) return;
  const failed = new AbortController();
  const stop = AbortSignal.any([signal, failed.signal]);
  const reader = createBatchReader(parts.db, importId);
  const work = async (): Promise<void> => {
    try {
      while (!stop.aborted) {
        const batch = await reader.next();
        if (batch === undefined) return;
        await writePatiently(parts, importId, batch, stop);
        reader.written(batch);
      }
    } catch (thrown) {
      // The first one counts; what the other lanes throw then is its echo.
      failed.abort(thrown);
    }
  };
  await Promise.all(Array.from({ length: lanes }, work));
  if (signal.aborted) return "again";
  const thrown: unknown = failed.signal.reason;
  if (failed.signal.aborted) {
    // Cancelled, or done by another process: what is left is theirs to say.
    if (thrown instanceof ImportStateError) return;
    await failImport(parts, importId, thrown);
    return;
  }
  // Lines are left when another process took some and was killed since.
  if (!(await finishImport(parts.db, importId))) return "again";
}

async function failImport({ db, log }: ImportJobParts, importId: string, thrown: unknown): Promise<void> {
  log.error({ importId, err: thrown }, "an import failed");
  const message = CodedError.isInstance(thrown) ? thrown.message : "The server made a mistake; its log says which.";
  await moveImport(db, importId, ["running"], { state: "failed", message });
}
