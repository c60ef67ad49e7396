import type { Assets } from "@repo/app-kit/load-assets";
import type { PageResponder } from "@repo/app-kit/page-responder";
import type { AccessControl } from "../../access.ts";
import type { ReportService } from "../../reports/report-service.ts";
import type { SheetService } from "../../sheets/sheet-service.ts";
import type { SubmissionService } from "../../submissions/submission-service.ts";

/** How what reads the sheets is. */
interface ReaderStatus {
  /** awake, asleep, warming, down, local, off … as the connection names it. */
  state: string;
  /** For people; null: nothing to say. */
  message: string | null;
}

/** What {@link mountStaffPortal} needs of the app. */
export interface StaffPortalParts {
  assets: Assets;
  access: AccessControl;
  sheets: SheetService;
  reports: ReportService;
  /** Undefined where no Moodle is configured. */
  submissions: SubmissionService | undefined;
  readerStatus: () => ReaderStatus;
  /** Starts waking the Space; called when somebody opens the page for uploads. */
  wake: () => void;
  /** The first is the default. */
  examTypes: readonly string[];
  registerPattern: string;
  subjectPattern: string;
  maxFileBytes: number;
  /** Beginning with a point, lower case. */
  extensions: readonly string[];
}

/** What every group of pages is mounted with. */
export interface PageContext {
  parts: StaffPortalParts;
  pages: PageResponder;
}
