import type {
  AuditEntry,
  CandidateView,
  DayStatistics,
  ListProblem,
  ListView,
  SheetDetails,
  SheetView,
  StatusCounts,
} from "./sheet-views.ts";
import type { Access, Actor } from "../access.ts";
import type { ReviewOutcome, ReviewReason, SheetField, WorkflowStatus } from "../schema.ts";

/** A file that arrives. */
export interface NewSheet {
  bytes: Uint8Array;
  /** Name the sender gave it, with or without folders. */
  name: string;
  /** Default: the first of EXAM_TYPES. */
  examType?: string | undefined;
  /** Uploads that belong together; see {@link SheetService.batch}. */
  batchId?: string | undefined;
}

/** What became of a file that arrived. */
export interface UploadOutcome {
  sheet: SheetView;
  /** false: the same bytes were here already, and `sheet` is the one they are in. */
  isNew: boolean;
}

/** What a list of sheets is narrowed to. */
export interface SheetFilter {
  /** Part of a register number, subject code or file name. */
  search?: string | undefined;
  status?: readonly WorkflowStatus[] | undefined;
  examType?: string | undefined;
  subjectCode?: string | undefined;
  registerNumber?: string | undefined;
  attemptNumber?: number | undefined;
  reason?: ReviewReason | undefined;
  outcome?: ReviewOutcome | undefined;
  batchId?: string | undefined;
  /** Uploaded from this moment on, and before that one. */
  from?: Date | undefined;
  until?: Date | undefined;
}

/** A page of a list. */
export interface Paging {
  /** Default 50, at most 500. */
  limit?: number | undefined;
  offset?: number | undefined;
}

/** A page of sheets and how many there are in all. */
export interface SheetPage {
  sheets: SheetView[];
  total: number;
}

/** What a person says is right. What is left out stays as it is. */
export interface Correction {
  registerNumber?: string | undefined;
  subjectCode?: string | undefined;
  examType?: string | undefined;
}

/** Which change of a sheet the person was looking at; another one since then is a conflict. */
export interface Change {
  version: number;
  actor: Actor;
}

/** How far the uploads of a batch are; the data of every event of its stream. */
export interface BatchProgress {
  batchId: string;
  total: number;
  /** Waiting to be read. */
  waiting: number;
  accepted: number;
  inReview: number;
  failed: number;
  /** Why the waiting ones wait, for people; null: their turn has not come. */
  waitingFor: string | null;
  /** Sheets that changed since the last event; all of them in the first. */
  changed: SheetView[];
}

/** Everything the app does with sheets. Every change is in the audit log, in the same transaction. */
export interface SheetService {
  /**
   * Stores a file and starts to have it read; the same bytes again are answered with the sheet they are in.
   * @throws CodedError invalid_request (empty, an unknown exam type), payload_too_large, unsupported_media_type
   */
  upload(file: NewSheet, actor: Actor): Promise<UploadOutcome>;
  /** Has a sheet read again that failed, or that nobody has looked at yet. @throws CodedError not_found, conflict */
  readAgain(id: string, actor: Actor): Promise<SheetView>;

  /** @throws CodedError not_found, also for another student's sheet */
  get(id: string, access: Access): Promise<SheetDetails>;
  /** Newest first. A student's are limited to accepted ones of their own. */
  list(filter: SheetFilter, paging: Paging, access: Access): Promise<SheetPage>;
  /** What a person must look at: lowest confidence first, then the oldest. */
  reviewQueue(filter: Pick<SheetFilter, "examType" | "reason" | "subjectCode">, paging: Paging): Promise<SheetPage>;
  /** Readings with their boxes, best first; the crop of each is at {@link SheetService.crop}. */
  candidates(id: string): Promise<CandidateView[]>;
  /** Piece of the page that a candidate was read from. @throws CodedError not_found */
  crop(id: string, field: SheetField, rank: number): Promise<{ bytes: Uint8Array; type: string }>;
  /** The file as it arrived, in pieces. @throws CodedError not_found, also for another student's */
  file(id: string, access: Access): Promise<{ name: string; type: string; sizeBytes: number; bytes: AsyncIterable<Uint8Array> }>;
  /** Every change of a sheet, oldest first; also of a deleted one. */
  history(id: string): Promise<AuditEntry[]>;
  batch(batchId: string, since?: Date): Promise<BatchProgress>;

  /** The reading is right as it stands. @throws CodedError not_found, conflict, invalid_request (a field is missing) */
  accept(id: string, change: Change): Promise<SheetView>;
  /** The reading is this. @throws CodedError not_found, conflict, invalid_request (not what such a value looks like) */
  correct(id: string, correction: Correction, change: Change): Promise<SheetView>;
  /**
   * Opens or closes the second attempt of a sheet's student, subject and exam type.
   * @throws CodedError not_found, conflict when the first attempt is not submitted yet
   */
  setAttemptLock(id: string, isLocked: boolean, change: Change): Promise<SheetView>;
  /** Takes a sheet out; its file is kept until it is purged. @throws CodedError not_found, conflict */
  remove(id: string, change: Change): Promise<void>;
  /** Deletes every sheet and file for good; the audit log stays. @returns how many sheets there were */
  purge(actor: Actor): Promise<number>;

  lists(): Promise<ListView[]>;
  /**
   * Reads a CSV of subject codes (columns subject_code, subject_name) or register numbers (register_number, student_name).
   * All or nothing: with problems nothing is stored.
   */
  importList(request: ListImport, actor: Actor): Promise<{ list: ListView | undefined; problems: ListProblem[] }>;
  /** @throws CodedError not_found */
  removeList(id: string, actor: Actor): Promise<void>;
  /**
   * Starts to hold every reading that no person has decided on against the lists as they are now, and to have those that
   * remain in the review queue read again with them, from the stored files. A job: it survives a restart.
   * @returns how many sheets it will look at
   */
  rematch(actor: Actor): Promise<{ queued: number }>;

  counts(): Promise<StatusCounts>;
  /** One row per day of the last `days`, oldest first, days without sheets included. */
  statistics(days: number): Promise<DayStatistics[]>;
  /** Rows as a spreadsheet or a program reads them. */
  exportSheets(format: "csv" | "json", filter: SheetFilter): AsyncIterable<string>;
}

/** A list to import. */
export interface ListImport {
  kind: "course" | "roster";
  name: string;
  /** Exam type it holds for; undefined: every one. */
  examType?: string | undefined;
  csv: Uint8Array;
  /** true: takes the place of the list with the same kind and name. */
  replace?: boolean | undefined;
}
