import { readSpan } from "@repo/app-kit/days";
import type { Database } from "@repo/app-kit/open-database";
import type { Server } from "@repo/server-kit/server";
import type { Context } from "hono";
import { isTier } from "../../language-models/tiers.ts";
import { type QueryFilter, readQueries, readUsageDays, readUsageOfTiers } from "../../query-log/query-statistics.ts";
import type { Pages } from "../../ui/pages.tsx";
import { Shell } from "../../ui/shell.tsx";
import { UsagePage } from "./usage-page.tsx";

const perPage = 25;
const maxPage = 100_000;

function readFilter(c: Context): QueryFilter {
  const [day, tier] = [c.req.query("day"), c.req.query("tier")];
  const isDay = /^\d{4}-\d\d-\d\d$/.test(day ?? "") && !Number.isNaN(Date.parse(`${day ?? ""}T00:00:00Z`));
  return { day: isDay ? day : undefined, tier: isTier(tier) ? tier : undefined, onlyFailed: c.req.query("failed") === "on" };
}

/** Mounts GET /usage, for the administrator only. */
export function mountUsage(server: Server, { db, pages }: { db: Database; pages: Pages }): void {
  server.app.get("/usage", (c) =>
    pages.page(c, async () => {
      const viewer = await pages.readAdministrator(c);
      const span = readSpan(c.req.query("days"));
      const page = Math.min(maxPage, Math.max(1, Math.trunc(Number(c.req.query("page") ?? 1)) || 1));
      const filter = readFilter(c);
      const [days, tiers] = [await readUsageDays(db, span), await readUsageOfTiers(db, span)];
      const { queries, total } = await readQueries(db, filter, { page, perPage });
      return (
        <Shell title="Usage" assets={pages.assets} viewer={viewer} current="/usage">
          <UsagePage span={span} days={days} tiers={tiers} filter={filter} queries={queries} total={total} page={page} perPage={perPage} />
        </Shell>
      );
    }),
  );
}
