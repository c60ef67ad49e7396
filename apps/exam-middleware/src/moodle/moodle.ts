/** A person as Moodle knows them. */
export interface MoodleUser {
  userId: number;
  username: string;
  fullName: string;
  /** The institution's own number of the person; null: Moodle has none or does not tell. */
  idNumber: string | null;
}

/** A file as it is handed in. */
export interface MoodleFile {
  name: string;
  type: string;
  bytes: Uint8Array;
}

/** How a student's submission to an assignment stands. */
export interface MoodleSubmission {
  /** null: nothing was handed in yet. */
  submissionId: number | null;
  /** Moodle's own word: new, draft, submitted, reopened; null: nothing yet. */
  status: string | null;
  files: { name: string; sizeBytes: number }[];
  /** Whether the student may still change it. */
  canEdit: boolean;
  /** Whether there is a draft that the student may submit for grading. */
  canSubmit: boolean;
}

/** An assignment as an activity of a course. */
export interface MoodleAssignment {
  courseId: number;
  assignmentId: number;
  name: string;
}

/**
 * What the app needs of Moodle. Every call is in the name of the token's owner.
 *
 * Errors of all calls, as CodedError with Moodle's own code in details.moodle: unauthorized (the token is no longer good),
 * forbidden, conflict (Moodle refuses for good), model_unavailable, overloaded, deadline_exceeded (Moodle is away or busy).
 */
export interface Moodle {
  /** @throws CodedError unauthorized for a wrong user name or password */
  signIn(username: string, password: string): Promise<string>;
  /** Whose token it is. */
  readUser(token: string): Promise<MoodleUser>;
  /** Puts a file into a new draft area of the token's owner. @returns the area's id */
  uploadDraft(token: string, file: MoodleFile): Promise<number>;
  /** Makes the files of a draft area the submission, in place of what it held. */
  saveSubmission(token: string, assignmentId: number, draftItemId: number): Promise<void>;
  submitForGrading(token: string, assignmentId: number): Promise<void>;
  readSubmission(token: string, assignmentId: number): Promise<MoodleSubmission>;
  /** The assignment behind the id in the address of its page (course module id). @throws CodedError not_found when it is none */
  findAssignment(token: string, courseModuleId: number): Promise<MoodleAssignment>;
}
