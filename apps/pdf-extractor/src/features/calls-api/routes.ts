import type { Database } from "@repo/app-kit/open-database";
import { callStatisticsRoute } from "@repo/contracts/visual-catalogue";
import { mountRoute } from "@repo/server-kit/mount-route";
import type { Server } from "@repo/server-kit/server";
import { readCallDays, readCallsByModel } from "../../ai-calls/call-statistics.ts";

/** Mounts the API of the log of calls. */
export function mountCallsApi(server: Server, { db }: { db: Database }): void {
  mountRoute(server, callStatisticsRoute, async ({ days }) => ({
    days: (await readCallDays(db, days)).map(({ p50Ms, p95Ms, p99Ms, ...day }) => ({
      ...day,
      p50_ms: p50Ms,
      p95_ms: p95Ms,
      p99_ms: p99Ms,
    })),
    models: await readCallsByModel(db),
  }));
}
