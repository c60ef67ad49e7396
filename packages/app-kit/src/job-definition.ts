import type { z } from "zod";

/** What a handler gets besides the job's data. */
export interface JobContext {
  /** Id of the job; the same in every attempt. */
  id: string;
  /** 0 in the first attempt. */
  attempt: number;
  /**
   * Fires when the work must stop: the queue is closing, another process has taken the job over, or its time is up.
   * Return "again" then; an error thrown after it fired means the same.
   */
  signal: AbortSignal;
  /** Tells the listeners of this process how far the job is. What must outlast the process belongs into the app's tables. */
  progress(value: unknown): void;
}

/**
 * Does one job. Resolves when it is done; with "again" when it should be given to whoever is free, now or after a restart.
 *
 * It may run more than once: a process can be killed after the work and before the queue knows. A CodedError that is not
 * retryable fails the job at once, everything else after `retryLimit` more attempts.
 */
export type JobHandler<Data> = (data: Data, context: JobContext) => Promise<void | "again">;

/** What the queue knows of one kind of job. */
export interface JobDefinition<Schema extends z.ZodType> {
  /** Data of a job: JSON. Checked when it is put in and when it is taken out, since an older version may have put it in. */
  schema: Schema;
  /** Jobs at once in this process. Default 1. */
  concurrency?: number;
  /**
   * Jobs take seconds at most and come by the dozen: the next ones are taken as soon as these are done, two at a time,
   * which makes an odd concurrency even. Default false: the queue is looked at every few seconds.
   */
  isShort?: boolean;
  /**
   * Attempts after the first. Default 5. An attempt ends by an error, by "again", and when its process is killed: a long job
   * that survives many restarts wants a large number and counts its real faults itself.
   */
  retryLimit?: number;
  /** Pause before the second attempt, seconds; it doubles with each further one, with some chance in it. Default 1. */
  retryDelaySeconds?: number;
  /** Longest pause, seconds. Default 60. */
  retryDelayMaxSeconds?: number;
  /** Longest attempt, seconds, up to a day. Default 3,600. */
  expireInSeconds?: number;
  /** Called once, by one process, when a job has failed for good. It is retried like a job when it throws. */
  onFailed?: (data: z.output<Schema>, reason: string) => Promise<void>;
}

/** A job that failed for good. */
export interface FailedJob {
  /** The job as it was put in. */
  id: string;
  data: unknown;
  /** The last error's message. */
  reason: string;
  /** Error code, where the last error was a CodedError. */
  code: string | undefined;
  failedAt: Date;
}

/** How far a job is, as its handler told. */
export interface JobProgress {
  id: string;
  value: unknown;
}
