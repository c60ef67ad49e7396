import type { Actor } from "../access.ts";
import type { ReviewOutcome, ReviewReason, SheetField, WorkflowStatus } from "../schema.ts";

/** A sheet as lists show it. Confidences 0..1. */
export interface SheetView {
  id: string;
  /** Goes up with every change; sent back with the next one. */
  version: number;
  status: WorkflowStatus;
  originalFilename: string;
  /** Name by register number, subject code and exam type; null while one is missing. */
  renamedFilename: string | null;
  examType: string;
  registerNumber: string | null;
  subjectCode: string | null;
  registerConfidence: number | null;
  subjectConfidence: number | null;
  confidence: number | null;
  reasons: ReviewReason[];
  outcome: ReviewOutcome | null;
  attemptNumber: number | null;
  attempt2Locked: boolean;
  duplicateOf: string | null;
  waitingFor: string | null;
  errorMessage: string | null;
  sha256: string;
  sizeBytes: number;
  mimeType: string;
  batchId: string | null;
  uploadedBy: string | null;
  reviewedBy: string | null;
  uploadedAt: Date;
  extractedAt: Date | null;
  reviewedAt: Date | null;
  submittedAt: Date | null;
  updatedAt: Date;
}

/** A reading of a field. */
export interface CandidateView {
  field: SheetField;
  /** From 0, best first. */
  rank: number;
  value: string;
  raw: string;
  /** 0..1. */
  confidence: number;
  detectionConfidence: number;
  /** [x, y, width, height], 0..1 of the upright page. */
  box: [number, number, number, number];
  page: number;
  matched: boolean;
  margin: number | null;
  hasCrop: boolean;
}

/** A sheet with everything that is known of it. */
export interface SheetDetails extends SheetView {
  candidates: CandidateView[];
  extraction: {
    mode: "remote" | "local";
    model: Record<string, unknown>;
    page: number;
    pages: number;
    rotation: number;
    skewDegrees: number;
    regionsFound: { register: number; subject: number };
    warnings: string[];
    timingsMs: Record<string, number>;
    at: Date;
  } | null;
}

/** One change. */
export interface AuditEntry {
  id: number;
  at: Date;
  actor: Pick<Actor, "type" | "id">;
  action: string;
  sheetId: string | null;
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
  requestId: string | null;
}

/** A course list or class roster. */
export interface ListView {
  id: string;
  kind: "course" | "roster";
  name: string;
  examType: string | null;
  entries: number;
  createdAt: Date;
}

/** What is wrong with a line of a list. */
export interface ListProblem {
  /** From 1, the header included. */
  line: number;
  message: string;
}

/** How many sheets are in each state. */
export type StatusCounts = Record<WorkflowStatus, number>;

/** A day's numbers. Rates 0..1; null where nothing was counted. */
export interface DayStatistics {
  /** YYYY-MM-DD, UTC. */
  day: string;
  uploaded: number;
  read: number;
  automatic: number;
  reviewed: number;
  corrected: number;
  failed: number;
  meanConfidence: number | null;
  /** Corrected of those a person looked at. */
  correctionRate: number | null;
}
