import type { Assets } from "@repo/app-kit/load-assets";
import { Page } from "@repo/app-kit/page";
import type { Child } from "hono/jsx";
import type { Access } from "../access.ts";

/** What every page of the portals is given. */
export interface ShellProps {
  title: string;
  assets: Assets;
  /** Undefined before sign-in. */
  access: Access | undefined;
  /** Address of the part of the portal that the page belongs to. */
  current?: string;
  children?: Child;
}

const staffLinks = {
  Upload: "/portal/staff",
  Review: "/portal/staff/review",
  Sheets: "/portal/staff/sheets",
  Lists: "/portal/staff/lists",
  Reports: "/portal/staff/reports",
  Statistics: "/portal/staff/statistics",
  Moodle: "/portal/staff/moodle",
};
const studentLinks = { "My papers": "/portal/student", "My reports": "/portal/student/reports" };

function SignOut({ kind, registerNumber }: Access) {
  const portal = kind === "student" ? "student" : "staff";
  return (
    <form method="post" action={`/portal/${portal}/sign-out`} class="inline">
      {kind === "student" ? null : <a href="/portal/staff/account">Account</a>}{" "}
      <button type="submit" class="link" title={registerNumber === undefined ? `Signed in as ${kind}` : `Signed in as ${registerNumber}`}>
        Sign out
      </button>
    </form>
  );
}

/** The frame of every page of both portals. */
export function Shell({ title, assets, access, current, children }: ShellProps) {
  const links = access === undefined ? {} : access.kind === "student" ? studentLinks : staffLinks;
  return (
    <Page
      title={`${title} – Answer sheets`}
      description="Scanned answer sheets: read, reviewed, handed in."
      brand="Answer sheets"
      links={links}
      {...(access ? { navigationEnd: <SignOut {...access} /> } : {})}
      {...(current === undefined ? {} : { current })}
      stylesheets={["pico.css", "app-kit.css", "console.css", "exam-middleware.css"].map((name) => assets.url(name))}
      scripts={[assets.url("portal.js")]}
    >
      {children}
    </Page>
  );
}
