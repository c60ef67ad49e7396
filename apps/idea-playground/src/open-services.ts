import type { OpenDatabase } from "@repo/app-kit/open-database";
import type { Logger } from "@repo/server-kit/log";
import type { Config } from "./config.ts";
import { createAnswerCache } from "./language-models/answer-cache.ts";
import { createTieredLanguageModel } from "./language-models/create-tiered-language-model.ts";
import type { TieredLanguageModel } from "./language-models/language-model.ts";
import { createQueryLog, type QueryLog } from "./query-log/query-log.ts";
import { loadSecretKey } from "./settings/secret-key.ts";
import { createSettingsStore, type SettingsStore } from "./settings/settings-store.ts";
import { createSpaces, type Spaces } from "./spaces.ts";

/** Everything behind the pages. */
export interface Services {
  store: SettingsStore;
  spaces: Spaces;
  queryLog: QueryLog;
  model: TieredLanguageModel;
}

/** Puts together what answers questions. */
export async function openServices(config: Config, database: OpenDatabase, log: Logger): Promise<Services> {
  const { db } = database;
  const store = createSettingsStore(db, await loadSecretKey(config));
  const spaces = createSpaces(config);
  const queryLog = createQueryLog(db, {
    keepDays: config.QUERY_LOG_DAYS,
    onError: (error) => log.error({ err: error }, "a query cannot be logged"),
  });
  const model = createTieredLanguageModel({
    config,
    store,
    spaces,
    queryLog,
    cache: createAnswerCache(config.ANSWER_CACHE_ENTRIES),
    onDefect: (error) => log.error({ err: error }, "a question to a language model failed by a defect"),
  });
  return { store, spaces, queryLog, model };
}
