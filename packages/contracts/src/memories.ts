/**
 * The memory API: Mem0's open-source REST server and the older one it grew from, as one set of routes.
 * @source server/main.py and server/routers of https://github.com/mem0ai/mem0
 */
import { z } from "zod";
import { defineRoute } from "./route.ts";

/** Longest text of one memory, characters. A model reads some hundred words of it; the rest is kept and shown. */
export const maxMemoryCharacters = 100_000;
/** Longest user, agent or run id, characters: an index entry of PostgreSQL must hold it. */
export const maxOwnerIdCharacters = 256;
/** Largest metadata of one memory as JSON, characters. */
export const maxMetadataCharacters = 64_000;
/** Most messages of one request. */
export const maxMessages = 500;
/** Most memories of one answer. */
export const maxMemoriesPerAnswer = 1_000;
/** Memories of an answer when the request does not say how many, as Mem0. */
export const defaultMemoriesPerAnswer = 20;

const hasNul = (value: string): boolean => value.includes("\0");
const noNul = { error: "must not contain the character U+0000, which databases do not store." };

/**
 * Text as a database can store it: without U+0000, and with halves of surrogate pairs (a cut emoji) replaced by U+FFFD.
 */
export const storableText = z
  .string()
  .refine((value) => !hasNul(value), noNul)
  .transform((value) => value.toWellFormed());

/** Text to remember; not empty. */
export const memoryText = storableText
  .refine((value) => value.trim() !== "", { error: "must not be empty." })
  .refine((value) => value.length <= maxMemoryCharacters, { error: `must not be longer than ${maxMemoryCharacters} characters.` });

/** Id of a user, agent or run. Numbers are taken as their digits, as Mem0 does; spaces around are dropped. */
export const ownerId = z
  .union([z.string(), z.number().transform(String)], { error: "must be a string." })
  .refine((value) => !hasNul(value), noNul)
  .transform((value) => value.trim().toWellFormed())
  .refine((value) => value !== "", { error: "must not be empty." })
  .refine((value) => value.length <= maxOwnerIdCharacters, { error: `must not be longer than ${maxOwnerIdCharacters} characters.` });

function hasNulInside(value: unknown): boolean {
  if (typeof value === "string") return hasNul(value);
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).some(([key, item]) => hasNul(key) || hasNulInside(item));
}

function toWellFormedJson(value: unknown): unknown {
  if (typeof value === "string") return value.toWellFormed();
  if (Array.isArray(value)) return value.map(toWellFormedJson);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key.toWellFormed(), toWellFormedJson(item)]));
}

/** Anything a caller wants to keep with a memory, as a JSON object. */
export const memoryMetadata = z
  .record(z.string(), z.unknown(), { error: "must be an object." })
  .refine((value) => !hasNulInside(value), noNul)
  .transform((value) => toWellFormedJson(value) as Record<string, unknown>)
  .refine((value) => JSON.stringify(value).length <= maxMetadataCharacters, {
    error: `must not be longer than ${maxMetadataCharacters} characters of JSON.`,
  });

/** Last day on which a memory is shown. */
export const expirationDate = z.iso.date({ error: "must be a date such as 2026-12-31." });

const owner = {
  user_id: ownerId.nullish().describe("User the memories belong to."),
  agent_id: ownerId.nullish().describe("Agent they belong to."),
  run_id: ownerId.nullish().describe("Run or session they belong to."),
};

const contentPart = z.looseObject({ type: z.string().optional(), text: z.string().optional() });

/** One message of a conversation; of content in parts the text is read. */
export const memoryMessage = z.object({
  role: z.string().min(1).max(100).default("user").describe("user, assistant or system; what the system says is not remembered."),
  content: z
    .union([z.string(), z.array(contentPart), contentPart], { error: "must be a string." })
    .nullish()
    .transform((content) => {
      if (typeof content === "string") return content;
      const parts = content === null || content === undefined ? [] : Array.isArray(content) ? content : [content];
      return parts.flatMap(({ text }) => text ?? []).join("\n");
    })
    .pipe(storableText)
    .refine((value) => value.length <= maxMemoryCharacters, { error: `must not be longer than ${maxMemoryCharacters} characters.` })
    .describe("What was said. Messages without text are skipped."),
  name: storableText.nullish().describe("Who said it; kept as actor_id."),
});

const messages = z
  .union([
    memoryText.transform((content) => [{ role: "user", content, name: undefined }]),
    memoryMessage.transform((message) => [message]),
    z.array(memoryMessage).min(1).max(maxMessages),
  ])
  .describe("The conversation: a list of {role, content}, one of them, or a text.");

/** `POST /memories`. */
export const addMemoriesRequest = z.object({
  messages,
  ...owner,
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

const message = z.object({ message: z.string() });
const flag = z.stringbool({ error: "must be true or false." });
const count = (minimum: number) => z.coerce.number().int().min(minimum).max(maxMemoriesPerAnswer);

const id = "A memory that does not exist, or belongs to somebody else, is not_found.";

/**
 * Paths under which Mem0's client for its hosted service (`MemoryClient`) looks for the same routes, with and without a
 * slash at the end.
 * @source mem0-ts/src/client/mem0.ts of https://github.com/mem0ai/mem0
 */
export const hostedPaths = {
  add: ["/v3/memories/add", "/v1/memories"],
  search: ["/v3/memories/search", "/v2/memories/search", "/v1/memories/search"],
  list: ["/v1/memories"],
  one: ["/v1/memories/:id"],
  history: ["/v1/memories/:id/history"],
  deleteEntity: ["/v2/entities/:type/:id", "/v1/entities/:type/:id"],
} as const;

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
    ...owner,
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
  response: message,
});

/** `DELETE /memories/{id}`. */
export const deleteMemoryRoute = defineRoute({
  method: "DELETE",
  path: "/memories/:id",
  family: "fastapi",
  summary: "Forget one memory",
  description: `Its history stays. ${id}`,
  response: message,
});

/** `DELETE /memories`. */
export const deleteMemoriesRoute = defineRoute({
  method: "DELETE",
  path: "/memories",
  family: "fastapi",
  summary: "Forget everything of a user, agent or run",
  description: "Needs at least one id.",
  request: z.object(owner),
  response: message,
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
    ...owner,
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

/** `POST /reset`. */
export const resetMemoriesRoute = defineRoute({
  method: "POST",
  path: "/reset",
  family: "fastapi",
  summary: "Forget everything of everybody, histories too",
  description: "For administrators.",
  response: message,
});

/** `GET /configure`. */
export const getConfigurationRoute = defineRoute({
  method: "GET",
  path: "/configure",
  family: "fastapi",
  summary: "The configuration in use, without keys",
  description: "For administrators.",
  response: z.record(z.string(), z.unknown()),
});

/** `POST /configure`. */
export const setConfigurationRoute = defineRoute({
  method: "POST",
  path: "/configure",
  family: "fastapi",
  summary: "Not possible here: the configuration is a file",
  description: "Answers 403 and says where the configuration is.",
  request: z.record(z.string(), z.unknown()),
  response: message,
});

/** `GET /entities`. */
export const listEntitiesRoute = defineRoute({
  method: "GET",
  path: "/entities",
  family: "fastapi",
  summary: "Users, agents and runs that have memories",
  response: z.array(
    z.object({
      id: z.string(),
      type: z.enum(["user", "agent", "run"]),
      total_memories: z.number().int(),
      created_at: z.string().describe("When the oldest of them was made."),
      updated_at: z.string().describe("When the newest change was."),
    }),
  ),
});

/** `DELETE /entities/{type}/{id}`. */
export const deleteEntityRoute = defineRoute({
  method: "DELETE",
  path: "/entities/:type/:id",
  family: "fastapi",
  summary: "Forget everything of one user, agent or run",
  response: message,
});

/** `GET /v1/ping`, by which Mem0's hosted client checks its key. */
export const pingRoute = defineRoute({
  method: "GET",
  path: "/v1/ping",
  family: "fastapi",
  summary: "Whether the key is good",
  response: z.object({ status: z.literal("ok"), org_id: z.null(), project_id: z.null(), user_email: z.null() }),
});

/** `POST /v3/memories`, Mem0's hosted client's way to list: conditions in the body, the page in the query. */
export const listFilteredRoutes = (["/v3/memories", "/v2/memories"] as const).map((path) =>
  defineRoute({
    method: "POST",
    path,
    family: "fastapi",
    summary: "Memories that fulfil conditions, newest first",
    description: "Pages are chosen in the query: page (from 1) and page_size (default 100).",
    request: z.object({
      ...owner,
      filters: z.record(z.string(), z.unknown()).nullish().describe("Conditions, as in POST /search."),
      show_expired: z.boolean().nullish().describe("Also memories whose last day is over."),
    }),
    response: z.object({
      count: z.number().int().describe("How many there are."),
      next: z.string().nullable().describe("Address of the next page."),
      previous: z.string().nullable(),
      results: z.array(memoryAnswer),
    }),
  }),
);

/** Page of `POST /v3/memories`. */
export const pageQuery = z.object({
  page: z.coerce.number().int().min(1).max(1_000_000).default(1),
  page_size: z.coerce.number().int().min(1).max(maxMemoriesPerAnswer).default(100),
});

/** `GET /v1/entities`, as Mem0's hosted client reads it. */
export const listHostedEntitiesRoute = defineRoute({
  method: "GET",
  path: "/v1/entities",
  family: "fastapi",
  summary: "Users, agents and runs that have memories, as Mem0's hosted client reads them",
  response: z.object({
    count: z.number().int(),
    next: z.null(),
    previous: z.null(),
    results: z.array(
      z.object({
        id: z.string(),
        name: z.string(),
        type: z.enum(["user", "agent", "run"]),
        total_memories: z.number().int(),
        created_at: z.string(),
        updated_at: z.string(),
      }),
    ),
  }),
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

/** One step of the round trip of `GET /status`. */
export const statusStep = z.object({
  name: z.enum(["embed", "store", "search"]),
  ok: z.boolean(),
  ms: z.number().describe("How long it took, milliseconds."),
  message: z.string().optional().describe("What went wrong."),
});

/** `GET /status`: does what the API is for, and says how it went. */
export const memoryStatusRoute = defineRoute({
  method: "GET",
  path: "/status",
  family: "fastapi",
  summary: "A real round trip: embed, store, search",
  description: "503 with the same body when a step fails; `diagnosis` says what is wrong with the Space and what to do.",
  response: z.object({
    status: z.enum(["ok", "broken"]),
    service: z.literal("memory-server"),
    steps: z.array(statusStep).describe("Up to the first that failed."),
    model: z.object({ model: z.string(), revision: z.string(), dimensions: z.number().int() }).nullable(),
    store: z.enum(["pgvector", "qdrant"]),
    memories: z.number().int().describe("Memories that the caller may see."),
    space: z.object({
      mode: z.enum(["space", "local"]).describe("space: a server makes the vectors; local: this process does."),
      state: z.string().describe("awake, warming, down or unknown."),
      answeredBy: z.enum(["primary", "fallback", "none"]),
      message: z.string().nullable(),
    }),
    facts: z.boolean().describe("Whether facts are extracted from messages."),
    diagnosis: z
      .object({ condition: z.string(), title: z.string(), fix: z.string(), evidence: z.array(z.string()) })
      .optional()
      .describe("What is wrong with the Space."),
  }),
});

const apiKey = z.object({
  id: z.uuid(),
  label: z.string(),
  key_prefix: z.string().describe("First characters, to tell keys apart."),
  user_id: z.string().nullable().describe("Whose memories it opens; null: everybody's."),
  created_at: z.string(),
  last_used_at: z.string().nullable(),
});

/** `POST /api-keys`. */
export const createApiKeyRoute = defineRoute({
  method: "POST",
  path: "/api-keys",
  family: "fastapi",
  summary: "Make a key",
  description: "A user's key makes keys of the same user only. The key is in this answer and nowhere else.",
  request: z.object({
    label: storableText.pipe(z.string().trim().min(1).max(100)).describe("What it is for."),
    user_id: ownerId.nullish().describe("Whose memories it opens; an administrator who leaves it out makes an administrator's key."),
  }),
  response: apiKey.omit({ last_used_at: true }).extend({ key: z.string().describe("The key; shown this once.") }),
  status: 201,
});

/** `GET /api-keys`. */
export const listApiKeysRoute = defineRoute({
  method: "GET",
  path: "/api-keys",
  family: "fastapi",
  summary: "Keys in use, newest first",
  response: z.array(apiKey),
});

/** `DELETE /api-keys/{id}`. */
export const revokeApiKeyRoute = defineRoute({
  method: "DELETE",
  path: "/api-keys/:id",
  family: "fastapi",
  summary: "Revoke a key",
  response: message,
});

export type MemoryAnswer = z.infer<typeof memoryAnswer>;
export type MemoryStatus = z.infer<typeof memoryStatusRoute.response>;
export type AddMemoriesRequest = z.output<typeof addMemoriesRequest>;
