import type { submissionBody } from "@repo/contracts/exam-student";
import type { z } from "zod";
import type { SubmissionView } from "./submission-service.ts";

/** A submission as the API answers with it. */
export function toSubmissionBody(view: SubmissionView): z.input<typeof submissionBody> {
  return {
    artifact_uuid: view.artifactUuid,
    workflow_status: view.status,
    retry_count: view.retryCount,
    next_retry_at: view.nextRetryAt?.toISOString() ?? null,
    last_error: view.lastError,
    moodle_submission_id: view.moodleSubmissionId,
    submitted_at: view.submittedAt?.toISOString() ?? null,
  };
}
