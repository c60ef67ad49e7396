import { z } from "zod";
import { expirationDate, memoryMetadata, memoryText, ownerId } from "./memory-fields.ts";
import { defineRoute } from "./route.ts";

/** Most problems an import tells about; more are counted only. */
export const maxImportProblems = 20;

/** Lines of a file of memories: a moment with or without an offset; without one it is UTC, as Python writes it. */
const moment = z.iso
  .datetime({ offset: true, local: true, error: "must be a moment such as 2026-01-31T12:00:00Z." })
  .nullish()
  .describe("ISO 8601; UTC where no offset is given.");

/**
 * One line of a JSON Lines file of memories: what an export gives and what Mem0's get_all answers. Other fields are ignored.
 * The text stands in memory, text or data.
 */
export const memoryLine = z.object({
  id: z.uuid({ error: "must be a UUID; leave it out to get a new one." }).nullish().describe("Kept; a memory that is there is skipped."),
  memory: memoryText.nullish().describe("The text to remember."),
  text: memoryText.nullish().describe("Alias of memory."),
  data: memoryText.nullish().describe("Alias of memory."),
  user_id: ownerId.nullish().describe("Whose memory it is; default the import's user_id."),
  agent_id: ownerId.nullish(),
  run_id: ownerId.nullish(),
  metadata: memoryMetadata.nullish(),
  role: z.string().max(100).nullish().describe("Who said it: user, assistant."),
  actor_id: ownerId.nullish().describe("Name of who said it."),
  expiration_date: expirationDate.nullish().describe("Last day on which it is shown."),
  created_at: moment,
  updated_at: moment,
});

/** See {@link memoryLine}, validated. */
export type MemoryLine = z.output<typeof memoryLine>;

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

/** Path of the imports. */
export const importsPath = "/imports";

/**
 * `POST /imports` is no JSON route: its body is the file itself (application/x-ndjson) or a form with one file
 * (multipart/form-data), either of them gzipped or not. It answers 202 with an {@link importView} when every line is stored;
 * with the header Idempotency-Key the same upload sent twice is one import.
 */
export const uploadQuery = z.object({
  user_id: ownerId.optional().describe("Whose memories the file brings: lines that name no user get it, lines that name another fail."),
  file_name: z.string().max(200).optional().describe("Name to show; default that of the form's file, or memories.jsonl."),
});

/** `GET /imports`. */
export const listImportsRoute = defineRoute({
  method: "GET",
  path: importsPath,
  family: "fastapi",
  summary: "The last 100 imports, newest first",
  response: z.object({ imports: z.array(importView) }),
});

/**
 * `GET /imports/{id}`. Its events are at `/imports/{id}/events`: server-sent events whose data is an {@link importView}, one
 * per change; the stream ends with the import.
 */
export const getImportRoute = defineRoute({
  method: "GET",
  path: `${importsPath}/:id`,
  family: "fastapi",
  summary: "One import and how far it is",
  response: importView,
});

/** `DELETE /imports/{id}`. */
export const cancelImportRoute = defineRoute({
  method: "DELETE",
  path: `${importsPath}/:id`,
  family: "fastapi",
  summary: "Stop an import",
  description: "What has become a memory stays. An import that is over stays as it is.",
  response: importView,
});

/** `POST /imports/{id}/retry`. */
export const retryImportRoute = defineRoute({
  method: "POST",
  path: `${importsPath}/:id/retry`,
  family: "fastapi",
  summary: "Go on with a failed import",
  description: "Where it stopped; any other import stays as it is.",
  response: importView,
});

/** Path of the exports. */
export const exportsPath = "/exports";

/** `GET /exports` streams memories, oldest first, as application/x-ndjson or as one JSON object. */
export const exportQuery = z.object({
  user_id: ownerId.optional().describe("Only this user's memories; a user's key fills its own in."),
  agent_id: ownerId.optional().describe("Only this agent's."),
  run_id: ownerId.optional().describe("Only this run's."),
  format: z.enum(["jsonl", "json"]).default("jsonl").describe('json: one object {"results": [...]}, as Mem0\'s get_all answers.'),
});
