import type { Database } from "@repo/app-kit/open-database";
import { lt } from "drizzle-orm";
import { llmQueryLogs } from "../schema.ts";

/** A question to a language model and how it ended. */
type QueryRecord = Omit<typeof llmQueryLogs.$inferInsert, "id" | "createdAt">;

/** The log of questions. */
export interface QueryLog {
  /** Writes in the background: a log that cannot be written fails nobody's question. */
  record(query: QueryRecord): void;
  /** Waits for what is being written. */
  flush(): Promise<void>;
  /** Forgets what is older than the days that are kept. @returns how many rows */
  purge(now?: Date): Promise<number>;
}

/** What of a question and of an error is kept, characters. */
const maxTextLength = 500;
const dayMs = 24 * 60 * 60 * 1000;

/** @param options.keepDays how long queries are kept */
export function createQueryLog(db: Database, options: { keepDays: number; onError: (error: unknown) => void }): QueryLog {
  const writing = new Set<Promise<unknown>>();
  const cut = (text: string): string => text.slice(0, maxTextLength).replaceAll("\0", "").toWellFormed();
  const cutIfThere = (text: string | null | undefined): string | null => (typeof text === "string" ? cut(text) : null);
  return {
    record(query) {
      const row = {
        ...query,
        queryText: cut(query.queryText),
        errorMessage: cutIfThere(query.errorMessage),
        fallbackPath: (query.fallbackPath ?? []).map((attempt) => ({ ...attempt, reason: cut(attempt.reason) })),
        caller: cutIfThere(query.caller),
      };
      const written = db
        .insert(llmQueryLogs)
        .values(row)
        .then(() => undefined, options.onError)
        .finally(() => writing.delete(written));
      writing.add(written);
    },
    flush: async () => void (await Promise.all(writing)),
    purge: async (now = new Date()) => {
      const before = new Date(now.getTime() - options.keepDays * dayMs);
      const gone = await db.delete(llmQueryLogs).where(lt(llmQueryLogs.createdAt, before)).returning({ id: llmQueryLogs.id });
      return gone.length;
    },
  };
}
