import { z } from "zod";
import { defineRoute } from "./route.ts";

/** Most problems an import tells about; more are counted only. */
export const maxImportProblems = 20;

/** Lines of a file of memories: a moment with or without an offset; without one it is UTC, as Python writes it. */
const moment = z.iso
  .datetime({ offset: true, local: true, error: "is not an ISO 8601 moment such as 2026-01-31T12:00:00Z" })
  .nullish()
  .describe("ISO 8601; UTC where no offset is given.");
const scopeId = z.union([z.string().trim().max(1_000), z.number()]).nullish();

/**
 * One line of a JSON Lines file of memories: what an export gives and what Mem0's get_all answers. Other fields are ignored.
 * Exactly one of memory, text and data holds the text.
 */
export const memoryLine = z.object({
  id: z.uuid("is not a UUID; leave it out to get a new one").nullish().describe("Kept; a memory that is there already is skipped."),
  memory: z.string().nullish().describe("The text to remember."),
  text: z.string().nullish().describe("Alias of memory."),
  data: z.string().nullish().describe("Alias of memory."),
  user_id: scopeId.describe("Whose memory it is; default the import's user_id."),
  agent_id: scopeId,
  run_id: scopeId,
  metadata: z.record(z.string(), z.unknown()).nullish(),
  role: z.string().max(100).nullish().describe("Who said it."),
  expiration_date: z.iso.date("is not a date such as 2026-01-31").nullish().describe("Last day on which it is shown."),
  created_at: moment,
  updated_at: moment,
});

/** States an import ends in; the stream of its events ends there too. */
export const finishedImportStates = ["done", "failed", "cancelled"] as const;

/**
 * An import as the API tells about it, and the data of every event of `GET /imports/{id}/events`.
 * `done + skipped + failed` grows up to `total`.
 */
export const importView = z.object({
  id: z.uuid(),
  user_id: z.string().nullable().describe("Whose memories it brings; null: the lines say."),
  file_name: z.string(),
  state: z
    .enum(["uploading", "queued", "running", ...finishedImportStates])
    .describe("uploading: lines are arriving; queued and running: memories are being made; done, failed, cancelled: over."),
  total: z.number().int().describe("Lines, empty ones not counted."),
  done: z.number().int().describe("Lines that became memories."),
  skipped: z.number().int().describe("Lines whose memory was there already."),
  failed: z.number().int().describe("Lines that cannot become memories."),
  problems: z
    .array(z.object({ line: z.number().int().describe("From 1."), message: z.string().describe("For people.") }))
    .describe(`The first ${maxImportProblems} lines that failed, and why.`),
  message: z.string().nullable().describe("For people: why it waits (running) or why it ended (failed); null otherwise."),
  created_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
});

/** See {@link importView}. */
export type ImportView = z.infer<typeof importView>;

/** True when nothing will change any more. */
export function isFinishedImport({ state }: Pick<ImportView, "state">): boolean {
  return (finishedImportStates as readonly string[]).includes(state);
}

/**
 * `POST /imports` is no JSON route: its body is the file itself (application/x-ndjson, gzip by Content-Encoding or
 * application/gzip) or a form with one file (multipart/form-data). Query: `user_id`, the owner of lines that name none, and
 * `file_name`. It answers 202 with an {@link importView}; with the header Idempotency-Key the same upload sent twice is one
 * import.
 */
export const importsPath = "/imports";

/** `GET /imports`: newest first, the last 100. */
export const listImportsRoute = defineRoute({
  method: "GET",
  path: importsPath,
  family: "outpost",
  summary: "Imports and how far they are",
  response: z.object({ imports: z.array(importView) }),
});

/** `GET /imports/{id}`. Its events are at `/imports/{id}/events`, as server-sent events whose data is an {@link importView}. */
export const getImportRoute = defineRoute({
  method: "GET",
  path: `${importsPath}/:id`,
  family: "outpost",
  summary: "One import and how far it is",
  response: importView,
});

/** `GET /exports`: streams memories, oldest first, as application/x-ndjson (or one JSON object with `format=json`). */
export const exportQuery = z.object({
  user_id: z.string().min(1).optional().describe("Only this user's memories."),
  agent_id: z.string().min(1).optional(),
  run_id: z.string().min(1).optional(),
  format: z.enum(["jsonl", "json"]).default("jsonl").describe('json: one object {"results": [...]}, as Mem0\'s get_all answers.'),
});

/** Path of {@link exportQuery}. */
export const exportsPath = "/exports";
