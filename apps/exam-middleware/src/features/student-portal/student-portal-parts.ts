import type { Assets } from "@repo/app-kit/load-assets";
import type { AccessControl } from "../../access.ts";
import type { ReportService } from "../../reports/report-service.ts";
import type { SheetService } from "../../sheets/sheet-service.ts";
import type { SubmissionService } from "../../submissions/submission-service.ts";

/** What {@link mountStudentPortal} needs of the app. */
export interface StudentPortalParts {
  assets: Assets;
  access: AccessControl;
  sheets: SheetService;
  reports: ReportService;
  /** Undefined where no Moodle is configured: nothing can be handed in then. */
  submissions: SubmissionService | undefined;
  registerPattern: string;
  subjectPattern: string;
}
