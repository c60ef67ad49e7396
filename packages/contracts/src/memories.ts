/**
 * The memory API: Mem0's open-source REST server and the older one it grew from, as one set of routes.
 * @source server/main.py and server/routers of https://github.com/mem0ai/mem0
 */
import { z } from "zod";
import {
  defaultMemoriesPerAnswer,
  expirationDate,
  maxMemoriesPerAnswer,
  memoryMetadata,
  memoryText,
  messagesField,
  ownerFields,
  storableText,
} from "./memory-fields.ts";
import { defineRoute } from "./route.ts";

/** `POST /memories`. */
export const addMemoriesRequest = z.object({
  messages: messagesField,
  ...ownerFields,
  metadata: memoryMetadata.nullish().describe("Kept with every memory of this request."),
  infer: z
    .boolean()
    .nullish()
    .describe("false: store the messages as they are. Default true: extract facts where a language model is configured."),
  expiration_date: expirationDate.nullish().describe("Last day on which they are shown, YYYY-MM-DD (UTC)."),
  prompt: storableText.nullish().describe("Instructions for the extraction of facts."),
  memory_type: z.string().nullish().describe("Accepted; every memory is of the same type here."),
});

/** A memory in answers. */
export const memoryAnswer = z.object({
  id: z.uuid(),
  memory: z.string().describe("What is remembered."),
  hash: z.string().describe("MD5 of the text."),
  metadata: z.record(z.string(), z.unknown()).nullable(),
  user_id: z.string().nullable(),
  agent_id: z.string().nullable(),
  run_id: z.string().nullable(),
  actor_id: z.string().nullable().describe("Name of who said it."),
  role: z.string().nullable().describe("Role of who said it; null for an extracted fact."),
  expiration_date: z.string().nullable(),
  created_at: z.string().describe("ISO 8601."),
  updated_at: z.string().describe("ISO 8601."),
});

/** A memory that a search found. */
export const foundMemoryAnswer = memoryAnswer.extend({ score: z.number().describe("0..1, best first: cosine of query and memory.") });

const change = z.object({
  id: z.uuid(),
  memory: z.string(),
  event: z.enum(["ADD", "UPDATE", "DELETE", "NONE"]).describe("NONE: the same text was there already."),
  previous_memory: z.string().optional(),
  role: z.string().nullable().optional(),
});

const warnings = z.array(z.string()).optional().describe("What was less than perfect, for people; absent when nothing was.");

/** Answer of `POST /memories`. */
export const addMemoriesResponse = z.object({ results: z.array(change), warnings });

/** Answer of routes that only do something. */
export const messageAnswer = z.object({ message: z.string() });
const flag = z.stringbool({ error: "must be true or false." });
const count = (minimum: number) => z.coerce.number().int().min(minimum).max(maxMemoriesPerAnswer);

const id = "A memory that does not exist, or belongs to somebody else, is not_found.";

/** `POST /memories`. */
export const addMemoriesRoute = defineRoute({
  method: "POST",
  path: "/memories",
  family: "fastapi",
  summary: "Remember a conversation",
  description:
    "Needs user_id, agent_id or run_id; a user's key fills user_id in. Stores facts where a language model is configured, otherwise the messages. The same text for the same owner is stored once.",
  request: addMemoriesRequest,
  response: addMemoriesResponse,
});

/** `GET /memories`. */
export const listMemoriesRoute = defineRoute({
  method: "GET",
  path: "/memories",
  family: "fastapi",
  summary: "Memories of a user, agent or run, newest first",
  description: "Without an id: everybody's, for administrators.",
  request: z.object({
    ...ownerFields,
    top_k: count(0)
      .optional()
      .describe(`Most memories to give; default ${defaultMemoriesPerAnswer}, without an id ${maxMemoriesPerAnswer}.`),
    limit: count(0).optional().describe("Older name of top_k."),
    offset: z.coerce.number().int().min(0).max(100_000_000).default(0).describe("How many to skip."),
    show_expired: flag.default(false).describe("Also memories whose last day is over."),
  }),
  response: z.object({ results: z.array(memoryAnswer), total: z.number().int().describe("How many there are.") }),
});

/** `GET /memories/{id}`. */
export const getMemoryRoute = defineRoute({
  method: "GET",
  path: "/memories/:id",
  family: "fastapi",
  summary: "One memory",
  description: id,
  response: memoryAnswer,
});

/** `PUT /memories/{id}`. */
export const updateMemoryRoute = defineRoute({
  method: "PUT",
  path: "/memories/:id",
  family: "fastapi",
  summary: "Change a memory",
  description: `The text is embedded again only when it is another one; metadata are merged into what is there. ${id}`,
  request: z
    .object({
      text: memoryText.optional().describe("New text."),
      memory: memoryText.optional().describe("Older name of text."),
      data: memoryText.optional().describe("Older name of text."),
      metadata: memoryMetadata.nullish().describe("Fields to set."),
      expiration_date: expirationDate.nullish().describe("New last day; null: for ever."),
    })
    .refine((body) => Object.values(body).some((value) => value !== undefined), {
      error: "Send at least one of text, metadata and expiration_date.",
    }),
  response: messageAnswer,
});

/** `DELETE /memories/{id}`. */
export const deleteMemoryRoute = defineRoute({
  method: "DELETE",
  path: "/memories/:id",
  family: "fastapi",
  summary: "Forget one memory",
  description: `Its history stays. ${id}`,
  response: messageAnswer,
});

/** `DELETE /memories`. */
export const deleteMemoriesRoute = defineRoute({
  method: "DELETE",
  path: "/memories",
  family: "fastapi",
  summary: "Forget everything of a user, agent or run",
  description: "Needs at least one id.",
  request: z.object(ownerFields),
  response: messageAnswer,
});

/** `GET /memories/{id}/history`. */
export const memoryHistoryRoute = defineRoute({
  method: "GET",
  path: "/memories/:id/history",
  family: "fastapi",
  summary: "What happened to a memory, oldest first",
  description: `Also of a deleted one. ${id}`,
  response: z.array(
    z.object({
      id: z.uuid(),
      memory_id: z.uuid(),
      old_memory: z.string().nullable(),
      new_memory: z.string().nullable(),
      event: z.enum(["ADD", "UPDATE", "DELETE"]),
      created_at: z.string(),
      updated_at: z.string(),
      is_deleted: z.boolean(),
      actor_id: z.string().nullable(),
      role: z.string().nullable(),
    }),
  ),
});

/** `POST /search`. */
export const searchMemoriesRoute = defineRoute({
  method: "POST",
  path: "/search",
  family: "fastapi",
  summary: "Memories that are near to a text in meaning",
  description: "Needs user_id, agent_id or run_id, in the body or in filters; a user's key fills user_id in.",
  request: z.object({
    query: memoryText.describe("What to look for."),
    ...ownerFields,
    filters: z
      .record(z.string(), z.unknown())
      .nullish()
      .describe('Conditions on ids and metadata: {"user_id": "ada", "topic": "food", "stars": {"gte": 4}, "OR": [{...}]}.'),
    top_k: count(0).nullish().describe(`Most memories to give; default ${defaultMemoriesPerAnswer}.`),
    limit: count(0).nullish().describe("Older name of top_k."),
    threshold: z.number().min(0).max(1).nullish().describe("Lowest score to give, 0..1; default 0.1, as Mem0."),
    explain: z.boolean().nullish().describe("Accepted; the score is the cosine and has no parts."),
    rerank: z.boolean().nullish().describe("Accepted; there is no second model to rank with."),
    show_expired: z.boolean().nullish().describe("Also memories whose last day is over."),
  }),
  response: z.object({ results: z.array(foundMemoryAnswer) }),
});

/** `POST /memory`, the older server's way to add. */
export const saveMemoryRoute = defineRoute({
  method: "POST",
  path: "/memory",
  family: "fastapi",
  summary: "Remember a conversation, the older way",
  request: addMemoriesRequest,
  response: z.object({ status: z.literal("memory saved"), results: z.array(change), warnings }),
});

export type MemoryAnswer = z.infer<typeof memoryAnswer>;
export type AddMemoriesRequest = z.output<typeof addMemoriesRequest>;
