import type { Assets } from "@repo/app-kit/load-assets";
import { limitForms, readForm, redirectWithNotice, toLocalPath } from "@repo/app-kit/page-forms";
import { createPageResponder, type PageResponder } from "@repo/app-kit/page-responder";
import { isSameOrigin } from "@repo/app-kit/same-origin";
import { toCookieOptions } from "@repo/app-kit/session-cookie";
import { CodedError } from "@repo/contracts/coded-error";
import type { Server, ServerEnvironment } from "@repo/server-kit/server";
import type { Context } from "hono";
import { deleteCookie, setCookie } from "hono/cookie";
import { readSessionToken, sessionCookie } from "../../people/create-access-control.ts";
import type { People } from "../../people/open-people.ts";
import { maxStaffSessionMs } from "../../people/staff-sessions.ts";
import { Shell } from "../../ui/shell.tsx";
import { SetUpOverPage, SetUpPage } from "./set-up-page.tsx";
import { type SignInPageProps, StaffSignInPage, StudentSignInPage } from "./sign-in-page.tsx";

/** What {@link mountSignIn} needs of the app. */
export interface SignInParts {
  assets: Assets;
  people: People;
}

const maxFormBytes = 16 * 1024;
const notices: Readonly<Record<string, string>> = {
  "signed-out": "You are signed out.",
  "password-changed": "The password is changed; sign in with the new one.",
};
/** Errors that somebody at the keyboard can mend; they are said beside the form. */
const mendable = new Set(["invalid_request", "conflict", "forbidden", "not_found", "overloaded", "model_unavailable", "deadline_exceeded"]);

const forms = ["/portal/staff/sign-in", "/portal/staff/sign-out", "/portal/student/sign-in", "/portal/student/sign-out", "/set-up"];

/** Mounts the pages with which people come in and go: both portals' sign-in, sign-out, and /set-up. */
export function mountSignIn(server: Server, parts: SignInParts): void {
  const { app } = server;
  const { assets, people } = parts;
  const pages = createPageResponder(server, {
    Shell: ({ title, children }) => (
      <Shell title={title} assets={assets} access={undefined}>
        {children}
      </Shell>
    ),
    back: "Back to the start",
  });
  for (const path of forms) {
    app.use(path, limitForms(maxFormBytes), async (c, next) => {
      // Without this a page elsewhere could sign its visitor in as somebody else, and collect what they do.
      if (c.req.method !== "GET" && !isSameOrigin(c.req.raw.headers)) {
        throw new CodedError("forbidden", "This form was sent by a page of another origin.");
      }
      await next();
      c.header("cache-control", "no-store");
    });
  }
  app.get("/sign-in", (c) => c.redirect("/portal/staff/sign-in", 303));
  mountStaffSignIn(server, parts, pages);
  mountStudentSignIn(server, parts, pages);
  mountSetUp(server, parts, pages);

  for (const portal of ["staff", "student"]) {
    app.post(`/portal/${portal}/sign-out`, (c) =>
      pages.page(c, async () => {
        await endSession(c, people);
        deleteCookie(c, sessionCookie, { path: "/" });
        return redirectWithNotice(c, `/portal/${portal}/sign-in`, { notice: "signed-out" });
      }),
    );
  }
}

/** Whoever signs in gets a new session, and the one that was there ends: a token planted before is worth nothing. */
async function endSession(c: Context, { staffSessions, studentSessions }: People): Promise<void> {
  const given = readSessionToken(c.req.raw.headers);
  if (given === undefined) return;
  await Promise.all([staffSessions.end(given.token), studentSessions.end(given.token)]);
}

async function enterAsStaff(c: Context, people: People, staffId: string, next: string): Promise<Response> {
  await endSession(c, people);
  const { token } = await people.staffSessions.start(staffId);
  setCookie(c, sessionCookie, token, toCookieOptions(c, maxStaffSessionMs / 1_000));
  return c.redirect(next, 303);
}

/** Where a form leads to: a page of its own portal. */
const toNext = (value: string | undefined, portal: "staff" | "student"): string => {
  const path = toLocalPath(value);
  return path.startsWith(`/portal/${portal}`) && !path.startsWith(`/portal/${portal}/sign-`) ? path : `/portal/${portal}`;
};

/** Runs a sign-in; what a person can mend is given back as text, with the status set. */
async function orProblem<Result>(c: Context, work: () => Promise<Result>): Promise<{ result: Result } | { problem: string }> {
  try {
    return { result: await work() };
  } catch (thrown) {
    if (!CodedError.isInstance(thrown) || !mendable.has(thrown.code)) throw thrown;
    c.status(thrown.status as 400);
    if (thrown.retryAfterMs !== undefined) c.header("retry-after", String(Math.ceil(thrown.retryAfterMs / 1_000)));
    return { problem: thrown.message };
  }
}

function readProps(c: Context<ServerEnvironment>, assets: Assets, portal: "staff" | "student"): SignInPageProps {
  return { assets, next: toNext(c.req.query("next"), portal), notice: notices[c.req.query("notice") ?? ""] };
}

function mountStaffSignIn({ app }: Server, { assets, people }: SignInParts, pages: PageResponder): void {
  app.get("/portal/staff/sign-in", (c) => pages.page(c, () => <StaffSignInPage {...readProps(c, assets, "staff")} />));
  app.post("/portal/staff/sign-in", (c) =>
    pages.page(c, async () => {
      const read = await readForm(c);
      const username = read("username") ?? "";
      const next = toNext(read("next"), "staff");
      const tried = await orProblem(c, async () => await people.accounts.check(username, read("password") ?? ""));
      if ("problem" in tried) return <StaffSignInPage {...{ assets, next, username }} problem={tried.problem} />;
      if (tried.result !== undefined) return await enterAsStaff(c, people, tried.result.id, next);
      c.status(401);
      return <StaffSignInPage {...{ assets, next, username }} problem="The user name or the password is wrong." />;
    }),
  );
}

function mountStudentSignIn({ app }: Server, { assets, people }: SignInParts, pages: PageResponder): void {
  const hasMoodle = people.moodle !== undefined;
  app.get("/portal/student/sign-in", (c) =>
    pages.page(c, () => <StudentSignInPage {...readProps(c, assets, "student")} hasMoodle={hasMoodle} />),
  );
  app.post("/portal/student/sign-in", (c) =>
    pages.page(c, async () => {
      const read = await readForm(c);
      const username = (read("username") ?? "").trim();
      const registerNumber = (read("register_number") ?? "").trim();
      const next = toNext(read("next"), "student");
      const credentials = { username, password: read("password") ?? "", registerNumber };
      const tried = await orProblem(c, async () => await people.studentSignIn.signIn(credentials));
      const props = { assets, next, username, registerNumber, hasMoodle };
      if ("problem" in tried) return <StudentSignInPage {...props} problem={tried.problem} />;
      if (tried.result === undefined) {
        c.status(401);
        return <StudentSignInPage {...props} problem="Moodle does not accept this user name and password." />;
      }
      await endSession(c, people);
      const { token, session } = tried.result;
      setCookie(c, sessionCookie, token, toCookieOptions(c, Math.round((session.expiresAt.getTime() - Date.now()) / 1_000)));
      return c.redirect(next, 303);
    }),
  );
}

function mountSetUp({ app }: Server, { assets, people }: SignInParts, pages: PageResponder): void {
  const show = async (c: Context<ServerEnvironment>, token: string, given?: { username: string; problem: string }) => {
    const staff = await people.setup.find(token);
    if (staff === undefined) {
      c.status(404);
      return <SetUpOverPage assets={assets} />;
    }
    return <SetUpPage {...{ assets, token, staff }} username={given?.username ?? staff.username} problem={given?.problem} />;
  };
  app.get("/set-up", (c) => pages.page(c, async () => await show(c, c.req.query("token") ?? "")));
  app.post("/set-up", (c) =>
    pages.page(c, async () => {
      const read = await readForm(c);
      const token = read("token") ?? "";
      const password = read("password") ?? "";
      const username = (read("username") ?? "").trim();
      const tried = await orProblem(c, async () => {
        if (password !== read("password_again")) throw new CodedError("invalid_request", "The two passwords differ.");
        return await people.setup.use(token, { password, username });
      });
      if ("problem" in tried) return await show(c, token, { username, problem: tried.problem });
      return await enterAsStaff(c, people, tried.result.id, "/portal/staff");
    }),
  );
}
