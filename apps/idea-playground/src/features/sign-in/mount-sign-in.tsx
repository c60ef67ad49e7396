import { readForm, redirectWithNotice, toLocalPath } from "@repo/app-kit/page-forms";
import { toCookieOptions } from "@repo/app-kit/session-cookie";
import type { Server } from "@repo/server-kit/server";
import { deleteCookie, setCookie } from "hono/cookie";
import type { AccessControl } from "../../access/access-control.ts";
import { sessionCookie, sessionLifetimeMs, type Sessions } from "../../access/sessions.ts";
import type { Pages } from "../../ui/pages.tsx";
import { SignInPage } from "./sign-in-page.tsx";

/** What {@link mountSignIn} needs. */
export interface SignInParts {
  pages: Pages;
  access: AccessControl;
  sessions: Sessions;
}

/** Mounts signing in and out. The browser gets an opaque value that stands for the key, in a cookie that no script reads. */
export function mountSignIn(server: Server, { pages, access, sessions }: SignInParts): void {
  const { assets } = pages;

  server.app.get("/sign-in", (c) =>
    pages.page(c, () => {
      if (access.mode !== "keys") return c.redirect("/", 303);
      const hasSignedOut = c.req.query("notice") === "signed-out";
      return <SignInPage assets={assets} next={toLocalPath(c.req.query("next"))} isWrong={false} hasSignedOut={hasSignedOut} />;
    }),
  );

  server.app.post("/sign-in", (c) =>
    pages.page(c, async () => {
      const read = await readForm(c);
      const next = toLocalPath(read("next"));
      const key = read("key")?.trim() ?? "";
      if (!access.isKey(key)) {
        c.status(401);
        return <SignInPage assets={assets} next={next} isWrong hasSignedOut={false} />;
      }
      await sessions.end(c.req.raw.headers);
      setCookie(c, sessionCookie, await sessions.start(key), toCookieOptions(c, sessionLifetimeMs / 1000));
      return c.redirect(next, 303);
    }),
  );

  server.app.post("/sign-out", (c) =>
    pages.page(c, async () => {
      await sessions.end(c.req.raw.headers);
      deleteCookie(c, sessionCookie, { path: "/" });
      return redirectWithNotice(c, "/sign-in", { notice: "signed-out" });
    }),
  );
}
