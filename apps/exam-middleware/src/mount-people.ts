import type { Database } from "@repo/app-kit/open-database";
import { parseFieldPattern } from "@repo/contracts/field-pattern";
import type { Server } from "@repo/server-kit/server";
import type { Config } from "./config.ts";
import { mountMoodleApi } from "./features/moodle-api/routes.ts";
import { mountPeopleApi } from "./features/people-api/routes.ts";
import { mountStudentApi } from "./features/student-api/routes.ts";
import type { People } from "./people/open-people.ts";
import type { ReportService } from "./reports/report-service.ts";
import type { SheetService } from "./sheets/sheet-service.ts";
import type { SubmissionService } from "./submissions/submission-service.ts";

/** What {@link mountPeople} needs of the app. */
export interface MountPeopleParts {
  config: Config;
  db: Database;
  people: People;
  sheets: SheetService;
  reports: ReportService;
  /** Undefined where no Moodle is configured. */
  submissions: SubmissionService | undefined;
}

/** Mounts the API about people: signing in, students' papers, Moodle. The pages are mount-sign-in's. */
export function mountPeople(server: Server, { config, db, people, sheets, reports, submissions }: MountPeopleParts): void {
  mountPeopleApi(server, { people, sheets });
  mountStudentApi(server, { people, sheets, reports, submissions });
  mountMoodleApi(server, {
    db,
    moodle: people.moodle,
    submissions,
    adminToken: config.MOODLE_ADMIN_TOKEN,
    examTypes: config.EXAM_TYPES,
    registerPattern: parseFieldPattern(config.REGISTER_PATTERN),
  });
}
