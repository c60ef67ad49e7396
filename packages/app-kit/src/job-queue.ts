import { randomUUID } from "node:crypto";
import { EventEmitter } from "node:events";
import { CodedError } from "@repo/contracts/coded-error";
import { sql } from "drizzle-orm";
import {
  type ConstructorOptions,
  type DrizzleTransactionLike,
  fromDrizzle,
  fromPglite,
  type JobResult,
  type JobWithMetadata,
  PgBoss,
  type QueueOptions,
} from "pg-boss";
import type { z } from "zod";
import { explained } from "./database-absence.ts";
import type { FailedJob, JobDefinition, JobHandler, JobProgress } from "./job-definition.ts";
import type { Database, OpenDatabase } from "./open-database.ts";

/** Where the queue writes what went wrong; a pino logger is one. */
export interface JobLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Options of {@link JobKind.enqueue}. */
export interface EnqueueOptions {
  /** The transaction that writes the rows the job is about: there is a job exactly when there are rows. */
  transaction?: Database;
  /** While a job with this key waits or runs, another one is not put in. */
  key?: string;
  /** Not before this moment. Looking for jobs finds it then, every 2 to 4 s. */
  startAfter?: Date;
}

/** One kind of job, ready to be put in. */
export interface JobKind<Data> {
  /** Id of the new job; undefined when one with the same key waits or runs. @throws CodedError invalid_request, database_unavailable */
  enqueue(data: Data, options?: EnqueueOptions): Promise<string | undefined>;
  /** Calls the listener whenever a handler of this process tells its progress; the result ends it. */
  onProgress(listener: (progress: JobProgress) => void): () => void;
  /** Jobs that failed for good in the last two weeks, newest first. */
  failures(): Promise<FailedJob[]>;
}

/** Jobs in the app's own database: they outlast the process, and every process on that database takes part. */
export interface JobQueue {
  /**
   * Declares a kind of job and, where a handler is given, starts to work on it. The name is the queue's in the database:
   * processes of one database share it.
   */
  define<Schema extends z.ZodType>(
    name: string,
    definition: JobDefinition<Schema>,
    handler?: JobHandler<z.output<Schema>>,
  ): Promise<JobKind<z.input<Schema>>>;
  /**
   * Takes no more jobs, tells the handlers to stop and waits for them.
   * @param options.graceMs longest wait; what is not finished by then is given back and done again. Default 15,000.
   */
  close(options?: { graceMs?: number }): Promise<void>;
}

/** Options of {@link createJobQueue}. */
export interface JobQueueOptions {
  database: OpenDatabase;
  log: JobLog;
}

/** Time after which a worker that shows no sign of life is taken for dead, seconds; pg-boss allows no less than 10. */
const heartbeatSeconds = 10;
/** Pause between two looks for dead workers, seconds. Together: a killed process's job is taken over within 15 s. */
const superviseIntervalSeconds = 3;
/**
 * Pause between two looks for jobs, seconds. New jobs are announced by NOTIFY; looking finds retries and what was given back.
 * In the embedded database a look costs 8 ms of this process's time; on a server it is part of how fast a takeover is.
 */
const pollingIntervalSeconds = { pglite: 4, postgres: 2 };
const hour = 3_600;

function toBossOptions({ source }: OpenDatabase): ConstructorOptions {
  const options = { schedule: false, flowIntervalSeconds: hour, useListenNotify: true, monitorVacuum: false } as const;
  if ("client" in source) return { ...options, backend: "pglite", db: fromPglite(source.client) };
  return {
    ...options,
    // Connections of its own: it keeps one for LISTEN, and its heartbeat must not wait for the app's queries.
    connectionString: source.url,
    max: 3,
    application_name: "job queue",
    superviseIntervalSeconds,
    monitorIntervalSeconds: superviseIntervalSeconds,
  };
}

function toQueueOptions(definition: JobDefinition<z.ZodType>, database: OpenDatabase): QueueOptions {
  return {
    retryLimit: definition.retryLimit ?? 5,
    retryDelay: definition.retryDelaySeconds ?? 1,
    retryBackoff: true,
    retryDelayMax: definition.retryDelayMaxSeconds ?? 60,
    expireInSeconds: definition.expireInSeconds ?? hour,
    deleteAfterSeconds: 24 * hour,
    // The embedded database has one process, and it is this one: see reclaim().
    ...(database.kind === "postgres" ? { heartbeatSeconds } : {}),
  };
}

/** pg-boss goes on without a pause while it finds as many jobs as it asked for, if that is more than one. */
function toPace({ concurrency = 1, isShort = false }: JobDefinition<z.ZodType>) {
  return isShort
    ? { localConcurrency: Math.ceil(concurrency / 2), batchSize: 2, burstWhenBatchFull: true }
    : { localConcurrency: concurrency, batchSize: 1 };
}

const toFailedName = (name: string): string => `${name}.failed`;

function toReason(output: unknown): { reason: string; code: string | undefined } {
  const { message, code, value } = (output ?? {}) as { message?: unknown; code?: unknown; value?: { message?: unknown } };
  const text = message ?? value?.message;
  return { reason: typeof text === "string" ? text : "unknown", code: typeof code === "string" ? code : undefined };
}

function toOutput(thrown: unknown): { message: string; code?: string } {
  if (CodedError.isInstance(thrown)) return { message: thrown.message, code: thrown.code };
  return { message: thrown instanceof Error ? thrown.message : String(thrown) };
}

/** Jobs that a killed process of the embedded database left behind: it held the directory alone, so nobody does them. */
async function reclaim(boss: PgBoss, name: string): Promise<void> {
  const left = (await boss.findJobs(name)).filter(({ state }) => state === "active").map(({ id }) => id);
  if (left.length === 0) return;
  await boss.fail(name, left, { message: "The process that worked on it was killed." });
  for (const id of left) await boss.update(name, undefined, { id, startAfter: new Date() });
}

/**
 * Opens the job queue of a database; its tables are made in a schema of their own (pgboss).
 *
 * On PostgreSQL a process that was killed shows no more heartbeat, and another one has its jobs within 15 seconds. The
 * embedded database serves one process: its jobs go on when it starts again.
 * @throws the driver's error when the database does not answer
 */
export async function createJobQueue({ database, log }: JobQueueOptions): Promise<JobQueue> {
  const boss = new PgBoss(toBossOptions(database));
  boss.on("error", (error) => log.error({ err: error }, "the job queue's database failed"));
  boss.on("warning", ({ message, data }) => log.warn({ warning: message, data }, "the job queue warns"));
  await boss.start();
  const stopping = new AbortController();
  const listeners = new EventEmitter<Record<string, [JobProgress]>>().setMaxListeners(0);

  async function runJob<Schema extends z.ZodType>(
    job: JobWithMetadata<unknown>,
    definition: JobDefinition<Schema>,
    handler: JobHandler<z.output<Schema>>,
  ): Promise<JobResult> {
    const { id, name, retryCount: attempt } = job;
    const signal = AbortSignal.any([job.signal, stopping.signal]);
    const progress = (value: unknown): void => void listeners.emit(name, { id, value });
    try {
      const data = definition.schema.safeParse(job.data);
      if (!data.success) throw new CodedError("invalid_request", "The job's data is not what this version of the app understands.");
      const result = await handler(data.data, { id, attempt, signal, progress });
      return result === "again" ? { id, status: "failed", output: { message: "Given back." } } : { id, status: "completed" };
    } catch (thrown) {
      if (signal.aborted) return { id, status: "failed", output: { message: "Interrupted." } };
      log.error({ job: name, id, attempt, err: thrown }, "a job failed");
      const isFinal = CodedError.isInstance(thrown) && !thrown.retryable;
      return { id, status: isFinal ? "deadletter" : "failed", output: toOutput(thrown) };
    }
  }

  const workOptions = {
    pollingIntervalSeconds: pollingIntervalSeconds[database.kind],
    notifyPollingIntervalSeconds: pollingIntervalSeconds[database.kind],
    includeMetadata: true,
  } as const;

  async function work<Schema extends z.ZodType>(name: string, definition: JobDefinition<Schema>, handler: JobHandler<z.output<Schema>>) {
    if (database.kind === "pglite") await reclaim(boss, name);
    await boss.work(
      name,
      { ...workOptions, perJobResults: true, ...toPace(definition) },
      async (jobs: JobWithMetadata<unknown>[]) => await Promise.all(jobs.map(async (job) => await runJob(job, definition, handler))),
    );
    const { onFailed } = definition;
    if (onFailed === undefined) return;
    if (database.kind === "pglite") await reclaim(boss, toFailedName(name));
    await boss.work(toFailedName(name), workOptions, async (jobs: JobWithMetadata<unknown>[]) => {
      for (const job of jobs) {
        const data = definition.schema.safeParse(job.data);
        if (data.success) await onFailed(data.data, toReason(job.sourceOutput).reason);
      }
    });
  }

  return {
    define: async (name, definition, handler) => {
      const options = toQueueOptions(definition, database);
      const failedName = toFailedName(name);
      await boss.createQueue(failedName, { retryLimit: 1_000, retryBackoff: true, retryDelayMax: 60 });
      // exclusive: one job per key waits or runs; a job without a key gets one that nobody else has.
      await boss.createQueue(name, { ...options, policy: "exclusive", deadLetter: failedName, notify: true });
      await boss.updateQueue(name, options);
      if (handler !== undefined) await work(name, definition, handler);
      return {
        enqueue: async (data, { transaction, key = randomUUID(), startAfter } = {}) => {
          const parsed = definition.schema.safeParse(data);
          if (!parsed.success) throw new CodedError("invalid_request", `The data of a job ${name} is not valid.`, { cause: parsed.error });
          const connection = transaction === undefined ? {} : { db: fromDrizzle(transaction as unknown as DrizzleTransactionLike, sql) };
          const id = await explained(
            boss.send(name, data as object, { singletonKey: key, ...(startAfter && { startAfter }), ...connection }),
          );
          return id ?? undefined;
        },
        onProgress: (listener) => {
          listeners.on(name, listener);
          return () => void listeners.off(name, listener);
        },
        failures: async () => {
          const jobs = await boss.findJobs(failedName);
          const failed = jobs.map(({ id, sourceId, data, sourceOutput, createdOn }) => ({
            id: sourceId ?? id,
            data: data as unknown,
            ...toReason(sourceOutput),
            failedAt: createdOn,
          }));
          return failed.toSorted((a, b) => b.failedAt.getTime() - a.failedAt.getTime());
        },
      };
    },
    close: async ({ graceMs = 15_000 } = {}) => {
      stopping.abort(new CodedError("cancelled", "The app is stopping."));
      await boss.stop({ graceful: true, timeout: graceMs, close: true });
      listeners.removeAllListeners();
    },
  };
}
