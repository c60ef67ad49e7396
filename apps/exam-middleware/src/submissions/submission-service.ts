import type { WorkflowStatus } from "../schema.ts";

/** How far a submission is. */
export interface SubmissionView {
  artifactUuid: string;
  status: WorkflowStatus;
  retryCount: number;
  /** For people. */
  lastError: string | null;
  nextRetryAt: Date | null;
  moodleSubmissionId: number | null;
  submittedAt: Date | null;
}

/** Hands sheets to Moodle in the name of their student. Every change is in the audit log. */
export interface SubmissionService {
  /**
   * Puts an accepted sheet into the queue; a sheet that is in it already is answered as it is.
   * @throws CodedError not_found (also for another student's sheet), conflict (not accepted, or submitted already)
   */
  submit(artifactUuid: string, student: { registerNumber: string; sessionId: string }): Promise<SubmissionView>;
  /** @throws CodedError not_found */
  status(artifactUuid: string, registerNumber?: string): Promise<SubmissionView>;
  /** Everything under way or failed, newest first. */
  list(): Promise<SubmissionView[]>;
  /** Tries a failed one again, with the student's own token. @throws CodedError not_found, conflict */
  retry(artifactUuid: string): Promise<SubmissionView>;
}
