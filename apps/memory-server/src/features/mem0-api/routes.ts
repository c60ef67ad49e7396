import { CodedError } from "@repo/contracts/coded-error";
import { hostedPaths } from "@repo/contracts/mem0-hosted";
import {
  addMemoriesRoute,
  deleteMemoriesRoute,
  deleteMemoryRoute,
  getMemoryRoute,
  listMemoriesRoute,
  memoryHistoryRoute,
  searchMemoriesRoute,
  updateMemoryRoute,
} from "@repo/contracts/memories";
import {
  deleteEntityRoute,
  getConfigurationRoute,
  listEntitiesRoute,
  resetMemoriesRoute,
  setConfigurationRoute,
} from "@repo/contracts/memory-administration";
import { defaultMemoriesPerAnswer, maxMemoriesPerAnswer } from "@repo/contracts/memory-fields";
import type { Route } from "@repo/contracts/route";
import { type Handler, type HandlerContext, mountRoute } from "@repo/server-kit/mount-route";
import type { Server } from "@repo/server-kit/server";
import type { z } from "zod";
import { accessOf, assertAdministrator, narrowScope } from "../../access.ts";
import { isEmptyScope } from "../../memory-scope.ts";
import { toAddMemories, toScope, toSearchScope } from "../../memories/memory-requests.ts";
import type { MemoryService } from "../../memories/memory-service.ts";
import { mountHostedApi } from "./hosted-routes.ts";
import { toChangeAnswer, toHistoryAnswer, toMemoryAnswer } from "./memory-answers.ts";

/** Lowest score of a search that names none, as Mem0. */
const defaultThreshold = 0.1;

const idOf = ({ params }: HandlerContext): string => params["id"] ?? "";

/** Mounts a route under its own path and under those that Mem0's hosted client knows. */
function mountEverywhere<Body extends z.ZodType, Answer extends z.ZodType>(
  server: Server,
  route: Route<Body, Answer>,
  otherPaths: readonly string[],
  handler: Handler<Body, Answer>,
): void {
  for (const path of [route.path, ...otherPaths]) mountRoute(server, { ...route, path }, handler);
}

/**
 * Mounts the routes of Mem0's open-source REST server.
 * @param parts.describeConfiguration what GET /configure tells, without keys
 */
export function mountMem0Api(
  server: Server,
  parts: { service: MemoryService; describeConfiguration: () => Record<string, unknown>; configurationPlace: string },
): void {
  const { service } = parts;
  mountEverywhere(server, addMemoriesRoute, hostedPaths.add, async (body, context) => {
    const added = await service.add(toAddMemories(accessOf(context), body), context);
    return { results: added.map(toChangeAnswer), ...(added.warnings === undefined ? {} : { warnings: added.warnings }) };
  });
  mountEverywhere(server, listMemoriesRoute, hostedPaths.list, async (query, context) => {
    const scope = toScope(accessOf(context), query);
    const limit = query.top_k ?? query.limit ?? (isEmptyScope(scope) ? maxMemoriesPerAnswer : defaultMemoriesPerAnswer);
    const found = await service.list({ scope, limit, offset: query.offset, includeExpired: query.show_expired });
    return { results: found.memories.map(toMemoryAnswer), total: found.total };
  });
  mountEverywhere(server, deleteMemoriesRoute, hostedPaths.list, async (query, context) => {
    // Checked before it is narrowed: a user who names nothing must not lose everything by that.
    if (isEmptyScope(toScope({ kind: "administrator" }, query)))
      throw new CodedError("invalid_request", "At least one of user_id, agent_id and run_id is needed.");
    await service.removeMany(toScope(accessOf(context), query));
    return { message: "All relevant memories deleted" };
  });
  mountEverywhere(server, searchMemoriesRoute, hostedPaths.search, async (body, context) => {
    const found = await service.search(
      {
        ...toSearchScope(accessOf(context), body),
        text: body.query,
        limit: body.top_k ?? body.limit ?? defaultMemoriesPerAnswer,
        minScore: body.threshold ?? defaultThreshold,
        includeExpired: body.show_expired ?? false,
      },
      context,
    );
    return { results: found.map(({ memory, score }) => ({ ...toMemoryAnswer(memory), score })) };
  });
  mountOneMemory(server, service);
  mountHostedApi(server, service);
  mountAdministration(server, parts);
}

function mountOneMemory(server: Server, service: MemoryService): void {
  mountEverywhere(server, getMemoryRoute, hostedPaths.one, async (_body, context) =>
    toMemoryAnswer(await service.get(idOf(context), narrowScope(accessOf(context)))),
  );
  mountEverywhere(server, updateMemoryRoute, hostedPaths.one, async (body, context) => {
    const change = { text: body.text ?? body.memory ?? body.data, metadata: body.metadata ?? undefined, expiresOn: body.expiration_date };
    await service.update(idOf(context), change, narrowScope(accessOf(context)), context);
    return { message: "Memory updated successfully!" };
  });
  mountEverywhere(server, deleteMemoryRoute, hostedPaths.one, async (_body, context) => {
    await service.remove(idOf(context), narrowScope(accessOf(context)));
    return { message: "Memory deleted successfully" };
  });
  mountEverywhere(server, memoryHistoryRoute, hostedPaths.history, async (_body, context) =>
    (await service.history(idOf(context), narrowScope(accessOf(context)))).map(toHistoryAnswer),
  );
}

function mountAdministration(
  server: Server,
  parts: { service: MemoryService; describeConfiguration: () => Record<string, unknown>; configurationPlace: string },
): void {
  const { service } = parts;
  mountRoute(server, resetMemoriesRoute, async (_body, context) => {
    assertAdministrator(accessOf(context));
    await service.reset();
    return { message: "All memories reset" };
  });
  mountRoute(server, getConfigurationRoute, (_body, context) => {
    assertAdministrator(accessOf(context));
    return parts.describeConfiguration();
  });
  mountRoute(server, setConfigurationRoute, (_body, context) => {
    assertAdministrator(accessOf(context));
    throw new CodedError(
      "forbidden",
      `The configuration is read at start and cannot be changed over HTTP: ${parts.configurationPlace}. Change it there and restart the server.`,
    );
  });
  mountRoute(server, listEntitiesRoute, async (_body, context) =>
    (await service.entities(narrowScope(accessOf(context)))).map(({ id, type, memories, createdAt, updatedAt }) => ({
      id,
      type,
      total_memories: memories,
      created_at: createdAt.toISOString(),
      updated_at: updatedAt.toISOString(),
    })),
  );
  mountEverywhere(server, deleteEntityRoute, hostedPaths.deleteEntity, async (_body, context) => {
    const { type = "", id = "" } = context.params;
    if (type !== "user" && type !== "agent" && type !== "run")
      throw new CodedError("invalid_request", "The type of an entity is user, agent or run.", { details: { field: "type" } });
    await service.removeMany(toScope(accessOf(context), { [`${type}_id`]: id }));
    return { message: "Entity deleted" };
  });
}
