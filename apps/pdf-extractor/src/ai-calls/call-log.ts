import type { Database } from "@repo/app-kit/open-database";
import type { CodedError } from "@repo/contracts/coded-error";
import { gte, sum } from "drizzle-orm";
import { aiCalls } from "../schema.ts";

/** What calls are made for. */
export interface CallPurpose {
  /** visual_embedding_generation for pictures, as the original names it, or visual_search. */
  task: string;
  /** The document it is made for. */
  jobId?: string | undefined;
}

/** One attempt at a call of the model. */
export interface CallAttempt extends CallPurpose {
  callId: string;
  model: string;
  batchSize: number;
  /** From 1. */
  number: number;
  latencyMs: number;
  /** US dollars, of an attempt that succeeds. */
  cost: number;
  /** Undefined when it succeeded. */
  error?: CodedError | undefined;
}

/** The log of calls: one row per attempt, whatever became of it. */
export interface CallLog {
  record(attempt: CallAttempt): Promise<void>;
  /** US dollars of the calls from this moment on. */
  spentSince(moment: Date): Promise<number>;
}

const maxMessageCharacters = 1_000;

/** Writes the log into the app's database. */
export function createCallLog(db: Database): CallLog {
  return {
    async record({ callId, jobId, task, model, batchSize, number, latencyMs, cost, error }) {
      await db.insert(aiCalls).values({
        callId,
        jobId: jobId ?? null,
        task,
        model,
        batchSize,
        attempt: number,
        status: error === undefined ? "succeeded" : "failed",
        errorCode: error?.code ?? null,
        errorMessage: error?.message.slice(0, maxMessageCharacters) ?? null,
        latencyMs,
        cost: error === undefined ? cost : 0,
      });
    },
    async spentSince(moment) {
      const [row] = await db
        .select({ spent: sum(aiCalls.cost) })
        .from(aiCalls)
        .where(gte(aiCalls.createdAt, moment));
      return Number(row?.spent ?? 0);
    },
  };
}
