import { listFilteredRoutes, listHostedEntitiesRoute, pageQuery, pingRoute } from "@repo/contracts/mem0-hosted";
import { mountRoute } from "@repo/server-kit/mount-route";
import type { Server } from "@repo/server-kit/server";
import { parseBody } from "@repo/server-kit/validation";
import { accessOf, narrowScope } from "../../access.ts";
import { toSearchScope } from "../../memories/memory-requests.ts";
import type { MemoryService } from "../../memories/memory-service.ts";
import { toMemoryAnswer } from "./memory-answers.ts";

/** Mounts what Mem0's client for its hosted service calls and the open-source server does not have. */
export function mountHostedApi(server: Server, service: MemoryService): void {
  mountRoute(server, pingRoute, () => ({ status: "ok" as const, org_id: null, project_id: null, user_email: null }));
  for (const route of listFilteredRoutes) {
    mountRoute(server, route, async (body, context) => {
      const url = new URL(context.request.url);
      const { page, page_size: pageSize } = parseBody(pageQuery, Object.fromEntries(url.searchParams));
      const scope = toSearchScope(accessOf(context), body);
      const offset = (page - 1) * pageSize;
      const { memories, total } = await service.list({ ...scope, limit: pageSize, offset, includeExpired: body.show_expired ?? false });
      const toAddress = (number: number): string => {
        url.searchParams.set("page", String(number));
        return `${url.pathname}${url.search}`;
      };
      return {
        count: total,
        next: offset + memories.length < total ? toAddress(page + 1) : null,
        previous: page > 1 ? toAddress(page - 1) : null,
        results: memories.map(toMemoryAnswer),
      };
    });
  }
  mountRoute(server, listHostedEntitiesRoute, async (_body, context) => {
    const entities = await service.entities(narrowScope(accessOf(context)));
    const results = entities.map(({ id, type, memories, createdAt, updatedAt }) => ({
      id,
      name: id,
      type,
      total_memories: memories,
      created_at: createdAt.toISOString(),
      updated_at: updatedAt.toISOString(),
    }));
    return { count: results.length, next: null, previous: null, results };
  });
}
