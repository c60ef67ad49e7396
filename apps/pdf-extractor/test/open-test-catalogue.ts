import type { Assets } from "@repo/app-kit/load-assets";
import { type OpenDatabase, openDatabase } from "@repo/app-kit/open-database";
import { createSilentLogger } from "@repo/server-kit/log";
import type { Server } from "@repo/server-kit/server";
import { testDatabase } from "@repo/testing/test-database";
import { createApp } from "../src/app.ts";
import { configSchema } from "../src/config.ts";
import type { DocumentView } from "../src/documents/document-views.ts";
import { migrationsFolder } from "../src/open-catalogue.ts";
import { openServices, type Services } from "../src/open-services.ts";
import type { DocumentStatus } from "../src/schema.ts";
import { startVisualSpace, type VisualSpace } from "./visual-space.ts";

/** The whole app without its port: a real database, real HTTP to a small Space. */
export interface TestCatalogue extends Services {
  server: Server;
  database: OpenDatabase;
  space: VisualSpace;
  /** The document once it is in one of these states. Default: completed, stopped, failed. */
  settled(id: string, states?: readonly DocumentStatus[]): Promise<DocumentView>;
  close(): Promise<void>;
}

const nameOnlyAssets: Assets = { url: (name) => `/assets/${name}`, respond: () => undefined };
const lookMs = 40;
const settleMs = 240_000;

/**
 * Opens one.
 * @param variables environment variables beyond the Space's address
 * @param directory of the database; default in memory
 */
export async function openTestCatalogue(
  variables: Record<string, string> = {},
  { directory = "memory", space: given }: { directory?: string; space?: VisualSpace } = {},
): Promise<TestCatalogue> {
  const space = given ?? (await startVisualSpace());
  const config = configSchema.parse({ SIGLIP_SPACE_URL: space.url, LOCAL_FALLBACK: "false", SPACE_WAKE_BUDGET_MS: "1000", ...variables });
  const log = createSilentLogger();
  const database = await openDatabase({ ...testDatabase(directory), migrationsFolder });
  const services = await openServices(config, database, log);
  const { queue, spaces, documents } = services;
  const ready = () => ({ ready: true, stage: "ready" }) as const;
  return {
    ...services,
    server: createApp({ config, database, ...services, assets: nameOnlyAssets, ready }),
    database,
    space,
    settled: async (id, states = ["completed", "stopped", "failed"]) => {
      for (const until = Date.now() + settleMs; ; await new Promise((resolve) => setTimeout(resolve, lookMs))) {
        const document = await documents.get(id);
        if (states.includes(document.status)) return document;
        if (Date.now() > until) throw new Error(`The document is still ${document.status}: ${document.waitingFor ?? "no reason"}`);
      }
    },
    close: async () => {
      await queue.close({ graceMs: 1_000 });
      await spaces.close();
      if (given === undefined) await space.close();
      await database.close();
    },
  };
}
