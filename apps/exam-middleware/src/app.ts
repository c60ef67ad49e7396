import type { OpenDatabase } from "@repo/app-kit/open-database";
import type { ReadyResponse } from "@repo/contracts/health";
import { createServer } from "@repo/server-kit/create-server";
import type { Logger } from "@repo/server-kit/log";
import type { Server } from "@repo/server-kit/server";
import manifest from "../package.json" with { type: "json" };
import type { AccessControl } from "./access.ts";
import { type Config, toMaxFileBytes } from "./config.ts";
import { mountAdminApi } from "./features/admin-api/routes.ts";
import { mountExtractApi } from "./features/extract-api/routes.ts";
import { mountLists } from "./features/sheets-api/list-routes.ts";
import { mountSheetsApi } from "./features/sheets-api/routes.ts";
import { mountUploadApi } from "./features/upload-api/routes.ts";
import type { ReportService } from "./reports/report-service.ts";
import type { SheetService } from "./sheets/sheet-service.ts";
import type { Spaces } from "./spaces.ts";

/** What {@link createApp} puts together. */
export interface AppParts {
  config: Config;
  database: OpenDatabase;
  access: AccessControl;
  sheets: SheetService;
  reports: ReportService;
  spaces: Spaces;
  ready: () => ReadyResponse;
  log?: Logger;
}

const megabyte = 1024 * 1024;
/** What a form has besides its file, bytes. */
const formBytes = 64 * 1024;

/** The web app: intake, reading and review of answer sheets. */
export function createApp(parts: AppParts): Server {
  const { config, database, access, sheets, reports, spaces, ready, log } = parts;
  const { db } = database;
  const maxArrivingBytes = config.MAX_ARRIVING_MB * megabyte;
  const maxFileBytes = toMaxFileBytes(config);
  const server = createServer({
    name: "exam-middleware",
    version: manifest.version,
    description: "Scanned answer sheets go in; register number and subject code come out, and a person looks at what is not certain.",
    ready,
    authenticate: access.authorize,
    needsKey: true,
    corsOrigins: config.CORS_ORIGINS,
    limits: {
      maxTimeoutMs: config.REQUEST_TIMEOUT_MS,
      maxFileBytes,
      // Many files may come in one body.
      maxBodyBytes: Math.max(maxFileBytes + formBytes, maxArrivingBytes / 2),
      maxArrivingBytes: Math.max(maxFileBytes + formBytes, maxArrivingBytes),
    },
    ...(log === undefined ? {} : { log }),
  });
  mountExtractApi(server, { sheets, spaces, registerPattern: config.REGISTER_PATTERN, subjectPattern: config.SUBJECT_PATTERN });
  mountUploadApi(server, { db, sheets, examTypes: config.EXAM_TYPES });
  mountAdminApi(server, { db, access, sheets, reports });
  mountSheetsApi(server, { access, sheets });
  mountLists(server, { sheets });
  return server;
}
