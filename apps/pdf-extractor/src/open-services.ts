import { createJobQueue, type JobQueue } from "@repo/app-kit/job-queue";
import type { OpenDatabase } from "@repo/app-kit/open-database";
import type { Logger } from "@repo/server-kit/log";
import { createCallLog } from "./ai-calls/call-log.ts";
import { type Config, toMaxFileBytes } from "./config.ts";
import { createDocumentService, type DocumentService } from "./documents/document-service.ts";
import { createSearchService, type SearchService } from "./search/search-service.ts";
import { createSpaces, type Spaces, toCallPrices } from "./spaces.ts";
import { readVectorIndex } from "./vector-index.ts";

/** What works behind the pages. */
export interface Services {
  spaces: Spaces;
  queue: JobQueue;
  documents: DocumentService;
  search: SearchService;
}

/** Opens what works behind the pages; jobs that an earlier process left go on at once. */
export async function openServices(config: Config, database: OpenDatabase, log: Logger): Promise<Services> {
  const { db } = database;
  const calls = createCallLog(db);
  const spaces = createSpaces({ config, log, calls, storedIdentity: async () => (await readVectorIndex(db))?.identity });
  const queue = await createJobQueue({ database, log });
  const documents = await createDocumentService({
    db,
    queue,
    calls,
    log,
    prices: toCallPrices(config),
    batchSize: config.HUGGINGFACE_BATCH_SIZE,
    maxFileBytes: toMaxFileBytes(config),
    jobsAtOnce: config.JOBS_AT_ONCE,
    pdf: {
      limits: { maxFileBytes: toMaxFileBytes(config), maxPages: config.MAX_PAGES },
      output: { minPictureSide: config.MIN_IMAGE_SIDE_PX },
    },
    embedderFor: (jobId) => spaces.embedderFor({ task: "visual_embedding_generation", jobId }),
    explainWait: () => spaces.status().message,
  });
  const search = createSearchService({ db, embedder: spaces.embedderFor({ task: "visual_search" }) });
  return { spaces, queue, documents, search };
}
