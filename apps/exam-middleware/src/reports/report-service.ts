import type { Access, Actor } from "../access.ts";

/** What a student says is read wrongly on their own sheet. */
export interface ReportView {
  id: string;
  sheetId: string;
  /** The student's. */
  registerNumber: string;
  suggestedRegisterNumber: string | null;
  suggestedSubjectCode: string | null;
  message: string;
  status: "open" | "resolved" | "withdrawn";
  createdAt: Date;
  resolvedAt: Date | null;
  /** What staff answered. */
  resolution: string | null;
}

/** A new report; at least one of the suggestions or a message. */
export interface NewReport {
  registerNumber?: string | undefined;
  subjectCode?: string | undefined;
  message?: string | undefined;
}

/** How staff settle a report. */
export interface ReportDecision {
  /** true: the sheet is corrected as the student suggests. */
  accept: boolean;
  /** Shown to the student. */
  answer?: string | undefined;
}

/** Students' reports of wrong readings. Every change is in the audit log. */
export interface ReportService {
  /**
   * Tells staff that a reading is wrong; an open report of the same sheet is changed instead of made twice.
   * @throws CodedError not_found (also for another student's sheet), invalid_request (nothing said)
   */
  report(sheetId: string, report: NewReport, access: Access): Promise<ReportView>;
  /** A student's own, newest first. */
  ofStudent(registerNumber: string): Promise<ReportView[]>;
  /** @throws CodedError not_found (also for another student's), conflict (settled already) */
  withdraw(id: string, access: Access): Promise<void>;
  /** Everybody's, open ones first, then the newest. */
  list(paging: { limit?: number; offset?: number }): Promise<{ reports: ReportView[]; total: number; open: number }>;
  /**
   * Accepts or turns down what a student says.
   * @throws CodedError not_found, conflict (settled already, or the sheet may not be changed), invalid_request
   */
  resolve(id: string, decision: ReportDecision, actor: Actor): Promise<ReportView>;
}
