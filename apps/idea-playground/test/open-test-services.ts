import { openDatabase, type OpenDatabase } from "@repo/app-kit/open-database";
import { appSettings, llmQueryLogs, sessions } from "../src/schema.ts";
import { createSilentLogger } from "@repo/server-kit/log";
import { testDatabase } from "@repo/testing/test-database";
import type { TestContext } from "vitest";
import { type Config, configSchema } from "../src/config.ts";
import { openServices, type Services } from "../src/open-services.ts";
import { migrationsFolder } from "../src/open-playground-database.ts";
import { startTextSpace, type TextSpace } from "./start-text-space.ts";

/** Everything behind the pages, on a database in memory. */
export interface TestServices extends Services {
  config: Config;
  database: OpenDatabase;
}

/** Time that a database may take to open on a busy machine, milliseconds; for beforeAll. */
export const openDatabaseTimeoutMs = 180_000;

let shared: OpenDatabase | undefined;

/** For beforeAll: opens the database of all tests of a file, since one takes seconds to open, and gives what closes it again. */
export async function openSharedDatabase(): Promise<() => Promise<void>> {
  shared = await openDatabase({ ...testDatabase(), migrationsFolder });
  return shared.close;
}

/** Opens it with empty tables; it ends with the test. @param variables of the environment, beyond those that make failures quick on a busy machine too */
export async function openTestServices(
  context: Pick<TestContext, "onTestFinished">,
  variables: Record<string, string> = {},
): Promise<TestServices> {
  const config = configSchema.parse({
    DATA_DIRECTORY: "memory",
    LOCAL_FALLBACK: "false",
    TIER_TIMEOUT_MS: "30000",
    SPACE_TIMEOUT_MS: "30000",
    SPACE_WAKE_BUDGET_MS: "1000",
    HUB_URL: "http://127.0.0.1:9",
    ...variables,
  });
  const database = shared;
  if (database === undefined) throw new Error("Call beforeAll(openSharedDatabase, openDatabaseTimeoutMs) first.");
  for (const table of [appSettings, llmQueryLogs, sessions]) await database.db.delete(table);
  const services = await openServices(config, database, createSilentLogger());
  context.onTestFinished(async () => {
    await services.spaces.close();
    await services.queryLog.flush();
  });
  return { ...services, config, database };
}

/** {@link startTextSpace} that ends with the test. */
export async function useTextSpace(
  context: Pick<TestContext, "onTestFinished">,
  options?: Parameters<typeof startTextSpace>[0],
): Promise<TextSpace> {
  const space = await startTextSpace(options);
  context.onTestFinished(async () => await space.close());
  return space;
}
