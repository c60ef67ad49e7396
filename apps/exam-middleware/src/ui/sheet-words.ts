import type { ReviewOutcome, ReviewReason, SheetField, WorkflowStatus } from "../schema.ts";

/** What a state is called on pages; used by server and browser. */
export const statusNames: Readonly<Record<WorkflowStatus, string>> = {
  PENDING: "Waiting to be read",
  PENDING_REVIEW: "Needs review",
  VALIDATED: "Accepted",
  READY_FOR_REVIEW: "With the student",
  LOCKED_BY_USER: "With the student",
  QUEUED: "Waiting for Moodle",
  UPLOADING: "On its way to Moodle",
  SUBMITTING: "On its way to Moodle",
  SUBMITTED_TO_LMS: "In Moodle",
  COMPLETED: "Handed in",
  FAILED: "Failed",
  DELETED: "Deleted",
  SUPERSEDED: "Replaced by a second attempt",
};

/** Colour of a state: done, under way, somebody must act, went wrong, over. */
export type StatusTone = "good" | "busy" | "look" | "bad" | "over";

const tones: Readonly<Record<WorkflowStatus, StatusTone>> = {
  PENDING: "busy",
  PENDING_REVIEW: "look",
  VALIDATED: "good",
  READY_FOR_REVIEW: "good",
  LOCKED_BY_USER: "good",
  QUEUED: "busy",
  UPLOADING: "busy",
  SUBMITTING: "busy",
  SUBMITTED_TO_LMS: "good",
  COMPLETED: "good",
  FAILED: "bad",
  DELETED: "over",
  SUPERSEDED: "over",
};

/** See {@link StatusTone}. */
export function toTone(status: WorkflowStatus): StatusTone {
  return tones[status];
}

/** Why a person must look at a sheet. */
export const reasonNames: Readonly<Record<ReviewReason, string>> = {
  register_missing: "no register number found",
  subject_missing: "no subject code found",
  register_malformed: "register number of an unusual form",
  subject_malformed: "subject code of an unusual form",
  low_confidence: "not sure enough",
  register_unlisted: "student on no class roster",
  subject_unlisted: "subject on no course list",
  lists_missing: "no list to hold it against",
  duplicate: "same student, subject and exam as another sheet",
  attempt_limit: "no attempt left",
  unreadable: "could not be read",
  warning: "something on the page looks odd",
  reported: "reported by the student",
};

/** The reasons to tell: what was not found is not "not sure enough" besides. */
export function toReasonTexts(reasons: readonly ReviewReason[]): string[] {
  const isMissing = reasons.some((reason) => reason === "register_missing" || reason === "subject_missing");
  return reasons.filter((reason) => reason !== "low_confidence" || !isMissing).map((reason) => reasonNames[reason]);
}

/** Who accepted a reading. */
export const outcomeNames: Readonly<Record<ReviewOutcome, string>> = {
  automatic: "accepted automatically",
  accepted: "accepted by a person",
  corrected: "corrected by a person",
};

/** The two fields as pages name them. */
export const fieldNames: Readonly<Record<SheetField, string>> = { register_number: "Register number", subject_code: "Subject code" };

/** 0.973 -> "97 %"; never "100 %" for what is not certain. */
export function toPercent(share: number | null): string {
  if (share === null) return "–";
  return `${share >= 1 ? 100 : Math.min(99, Math.round(share * 100))} %`;
}

/** 1234567 -> "1.2 MB". */
export function toSize(bytes: number): string {
  return bytes < 1_000_000 ? `${Math.max(1, Math.round(bytes / 1_000))} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
