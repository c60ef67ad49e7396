import { saveMemoryRoute } from "@repo/contracts/memories";
import { mountRoute } from "@repo/server-kit/mount-route";
import type { Server } from "@repo/server-kit/server";
import { accessOf } from "../../access.ts";
import { toAddMemories } from "../../memories/memory-requests.ts";
import type { MemoryService } from "../../memories/memory-service.ts";

/** Mounts `POST /memory`, which older programs call; `POST /search` and `GET /status` they share with everybody. */
export function mountSeedApi(server: Server, { service }: { service: MemoryService }): void {
  mountRoute(server, saveMemoryRoute, async (body, context) => {
    const added = await service.add(toAddMemories(accessOf(context), body), context);
    return {
      status: "memory saved" as const,
      results: added.map(({ id, text, event }) => ({ id, memory: text, event })),
      ...(added.warnings === undefined ? {} : { warnings: added.warnings }),
    };
  });
}
