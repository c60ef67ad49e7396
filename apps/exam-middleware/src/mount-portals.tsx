import { html } from "hono/html";
import type { Assets } from "@repo/app-kit/load-assets";
import { pageHeaders } from "@repo/app-kit/page-headers";
import type { Server } from "@repo/server-kit/server";
import type { AccessControl } from "./access.ts";
import { type Config, toMaxFileBytes } from "./config.ts";
import { mountStaffPortal } from "./features/staff-portal/mount-staff-portal.tsx";
import { mountStudentPortal } from "./features/student-portal/mount-student-portal.tsx";
import type { ReportService } from "./reports/report-service.ts";
import type { SheetService } from "./sheets/sheet-service.ts";
import type { Spaces } from "./spaces.ts";
import type { SubmissionService } from "./submissions/submission-service.ts";
import { StartPage } from "./ui/start-page.tsx";

/** What {@link mountPortals} needs. */
export interface PortalParts {
  config: Pick<Config, "EXAM_TYPES" | "REGISTER_PATTERN" | "SUBJECT_PATTERN" | "MAX_FILE_SIZE_MB" | "ALLOWED_EXTENSIONS">;
  assets: Assets;
  access: AccessControl;
  sheets: SheetService;
  reports: ReportService;
  /** Undefined where no Moodle is configured. */
  submissions: SubmissionService | undefined;
  spaces: Pick<Spaces, "stateNow" | "wake">;
}

/** Mounts the pages for people: both portals, the way to them from /, and their scripts and styles. */
export function mountPortals(server: Server, parts: PortalParts): void {
  const { config, assets, access, spaces } = parts;
  const shared = { ...parts, registerPattern: config.REGISTER_PATTERN, subjectPattern: config.SUBJECT_PATTERN };
  mountStaffPortal(server, {
    ...shared,
    readerStatus: spaces.stateNow,
    wake: spaces.wake,
    examTypes: config.EXAM_TYPES,
    maxFileBytes: toMaxFileBytes(config),
    extensions: config.ALLOWED_EXTENSIONS,
  });
  mountStudentPortal(server, shared);
  server.app.get("/assets/:name", (c) => assets.respond(c.req.param("name")) ?? c.notFound());
  server.app.get("/", async (c) => {
    if (!(c.req.header("accept") ?? "").includes("text/html")) {
      const endpoints = [...new Set(server.routes.map(({ path }) => path))];
      return c.json({ service: server.name, version: server.version, docs: "/docs", endpoints });
    }
    const who = await access.authorize(c.req.raw.headers).catch(() => undefined);
    if (who !== undefined) return c.redirect(who.kind === "student" ? "/portal/student" : "/portal/staff", 303);
    return c.html(html`<!DOCTYPE html>${<StartPage assets={assets} />}`, 200, pageHeaders);
  });
}
