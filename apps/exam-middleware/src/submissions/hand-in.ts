import { CodedError } from "@repo/contracts/coded-error";
import type { Moodle, MoodleFile, MoodleSubmission } from "../moodle/moodle.ts";

/** What is handed in, and for whom. */
export interface HandIn {
  /** The student's own. */
  token: string;
  assignmentId: number;
  file: MoodleFile;
  /** Names under which this app may have handed in an earlier attempt; they may be replaced, a student's other files never. */
  earlierNames: readonly string[];
}

/** How far it got; told before the step is taken. */
export type HandInStep = { status: "UPLOADING" } | { status: "SUBMITTING"; draftItemId: number };

/** How it ended. isFinal: handed in for grading; otherwise saved as a draft that Moodle does not let be handed in yet. */
export interface HandInResult {
  submissionId: number | null;
  isFinal: boolean;
}

/**
 * Hands a file in: upload, save, submit for grading where the assignment asks for that.
 *
 * It may be run again after having been cut off anywhere: it looks first at what Moodle has, and takes only the steps that
 * are missing. A draft area of an earlier run is never used again, since Moodle empties old ones, and saving an empty one
 * would delete what was saved.
 * @throws CodedError conflict when Moodle holds something else that must not be overwritten; Moodle's own
 */
export async function handIn(moodle: Moodle, request: HandIn, tell: (step: HandInStep) => Promise<void>): Promise<HandInResult> {
  const { token, assignmentId, file } = request;
  let current = await moodle.readSubmission(token, assignmentId);
  if (!holds(current, file)) {
    assertReplaceable(current, request);
    await tell({ status: "UPLOADING" });
    const draftItemId = await moodle.uploadDraft(token, file);
    await tell({ status: "SUBMITTING", draftItemId });
    await moodle.saveSubmission(token, assignmentId, draftItemId);
    current = await moodle.readSubmission(token, assignmentId);
    if (!holds(current, file)) throw new CodedError("model_unavailable", "Moodle took the file and does not show it yet.");
  }
  if (current.status !== "submitted" && current.canSubmit) {
    await moodle.submitForGrading(token, assignmentId);
    current = await moodle.readSubmission(token, assignmentId);
  }
  return { submissionId: current.submissionId, isFinal: current.status === "submitted" };
}

/** Whether a submission is this file already: Moodle tells names and sizes. */
function holds({ files }: MoodleSubmission, file: MoodleFile): boolean {
  return files.length === 1 && files[0]?.name === file.name && files[0].sizeBytes === file.bytes.byteLength;
}

function assertReplaceable(current: MoodleSubmission, { file, earlierNames }: HandIn): void {
  const foreign = current.files.find(({ name }) => name !== file.name && !earlierNames.includes(name));
  if (foreign !== undefined) {
    const where = current.status === "submitted" ? "was handed in" : "is a draft";
    throw new CodedError("conflict", `In Moodle ${foreign.name} ${where} for this assignment already; it is not overwritten.`);
  }
  if (!current.canEdit) {
    throw new CodedError(
      "conflict",
      current.status === "submitted"
        ? "Moodle has a submission for this assignment already and does not let it be changed."
        : "Moodle takes no submissions for this assignment right now.",
    );
  }
}
