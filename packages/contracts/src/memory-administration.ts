/** The part of the memory API around the memories: owners, configuration, status and keys. */
import { z } from "zod";
import { messageAnswer } from "./memories.ts";
import { ownerId, storableText } from "./memory-fields.ts";
import { defineRoute } from "./route.ts";

/** `POST /reset`. */
export const resetMemoriesRoute = defineRoute({
  method: "POST",
  path: "/reset",
  family: "fastapi",
  summary: "Forget everything of everybody, histories too",
  description: "For administrators.",
  response: messageAnswer,
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
  response: messageAnswer,
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
  response: messageAnswer,
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
  response: messageAnswer,
});

export type MemoryStatus = z.infer<typeof memoryStatusRoute.response>;
