import { readForm, redirectWithNotice, toLocalPath } from "@repo/app-kit/page-forms";
import type { PageResponder } from "@repo/app-kit/page-responder";
import { toCookieOptions } from "@repo/app-kit/session-cookie";
import type { Server } from "@repo/server-kit/server";
import { deleteCookie, setCookie } from "hono/cookie";
import { sessionCookie } from "../../access.ts";
import { sessionLifetimeMs } from "../../console-sessions.ts";
import type { ConsoleParts } from "./console-parts.ts";
import { SignInPage } from "./sign-in-page.tsx";

/** Mounts signing in and out. The browser gets an opaque value that stands for the key, in a cookie that no script reads. */
export function mountSignIn(server: Server, parts: ConsoleParts, pages: PageResponder): void {
  const { assets, access, sessions } = parts;

  server.app.get("/console/sign-in", (c) =>
    pages.page(c, () => {
      if (access.mode !== "keys") return c.redirect("/", 303);
      return <SignInPage assets={assets} next={toLocalPath(c.req.query("next"))} isWrong={false} notice={c.req.query("notice")} />;
    }),
  );

  server.app.post("/console/sign-in", (c) =>
    pages.page(c, async () => {
      const read = await readForm(c);
      const next = toLocalPath(read("next"));
      const key = read("key")?.trim() ?? "";
      if (key === "" || (await access.check(key)) === undefined) {
        c.status(401);
        return <SignInPage assets={assets} next={next} isWrong notice={undefined} />;
      }
      await sessions.end(c.req.raw.headers);
      const options = toCookieOptions(c, sessionLifetimeMs / 1000);
      setCookie(c, sessionCookie, await sessions.start(key), options);
      return c.redirect(next, 303);
    }),
  );

  server.app.post("/console/sign-out", (c) =>
    pages.page(c, async () => {
      await sessions.end(c.req.raw.headers);
      deleteCookie(c, sessionCookie, { path: "/" });
      return redirectWithNotice(c, "/console/sign-in", { notice: "signed-out" });
    }),
  );
}
