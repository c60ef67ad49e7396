import type { WorkflowStatus } from "../../schema.ts";

/** Where a paper is, as its student sees it. */
export type PaperState = "open" | "moving" | "submitted" | "failed" | "replaced";

const states: Readonly<Partial<Record<WorkflowStatus, PaperState>>> = {
  QUEUED: "moving",
  UPLOADING: "moving",
  SUBMITTING: "moving",
  SUBMITTED_TO_LMS: "submitted",
  COMPLETED: "submitted",
  FAILED: "failed",
  SUPERSEDED: "replaced",
};

/** See {@link PaperState}. */
export function toPaperState(status: WorkflowStatus): PaperState {
  return states[status] ?? "open";
}

/** What a state is called, and its colour. */
export const paperStates: Readonly<Record<PaperState, { name: string; tone: string }>> = {
  open: { name: "To hand in", tone: "look" },
  moving: { name: "On its way to Moodle", tone: "busy" },
  submitted: { name: "Handed in", tone: "good" },
  failed: { name: "Not handed in", tone: "bad" },
  replaced: { name: "Replaced by a second attempt", tone: "over" },
};
