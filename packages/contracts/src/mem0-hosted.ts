/**
 * What Mem0's client for its hosted service (`MemoryClient`) calls.
 * @source mem0-ts/src/client/mem0.ts of https://github.com/mem0ai/mem0
 */
import { z } from "zod";
import { memoryAnswer } from "./memories.ts";
import { maxMemoriesPerAnswer, ownerFields } from "./memory-fields.ts";
import { defineRoute } from "./route.ts";

/** Paths under which it looks for routes that the open-source server has elsewhere; with and without a slash at the end. */
export const hostedPaths = {
  add: ["/v3/memories/add", "/v1/memories"],
  search: ["/v3/memories/search", "/v2/memories/search", "/v1/memories/search"],
  list: ["/v1/memories"],
  one: ["/v1/memories/:id"],
  history: ["/v1/memories/:id/history"],
  deleteEntity: ["/v2/entities/:type/:id", "/v1/entities/:type/:id"],
} as const;

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
      ...ownerFields,
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
