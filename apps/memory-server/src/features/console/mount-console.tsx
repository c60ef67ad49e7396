import { createPageResponder } from "@repo/app-kit/page-responder";
import { isSameOrigin } from "@repo/app-kit/same-origin";
import { mountStateStream } from "@repo/app-kit/state-stream";
import { CodedError } from "@repo/contracts/coded-error";
import type { Server } from "@repo/server-kit/server";
import { Shell } from "../../ui/shell.tsx";
import type { ConsoleParts } from "./console-parts.ts";
import { limitConsoleForms, readViewer } from "./console-request.ts";
import { createDeletedMemories } from "./deleted-memories.ts";
import { mountKeyPages } from "./key-pages.tsx";
import { mountMemoryForms } from "./memory-forms.tsx";
import { mountMemoryPages } from "./memory-pages.tsx";
import { mountSignIn } from "./sign-in.tsx";
import { mountTransferPages } from "./transfer-pages.tsx";

/** Mounts the console: GET / and everything under /console. The app's /assets route serves its scripts and styles. */
export function mountConsole(server: Server, parts: ConsoleParts): void {
  const { app } = server;
  const pages = createPageResponder(server, {
    Shell: ({ title, children }) => (
      <Shell title={title} assets={parts.assets} viewer={undefined}>
        {children}
      </Shell>
    ),
    back: "Back to the memories",
    answerInstead: (c, error) => {
      if (error.code !== "unauthorized" || parts.access.mode !== "keys") return undefined;
      const { pathname, search } = new URL(c.req.url);
      const next = c.req.method === "GET" ? `${pathname}${search}` : "/";
      return c.redirect(`/console/sign-in?next=${encodeURIComponent(next)}`, 303);
    },
  });
  app.use("/console/*", async (c, next) => {
    // What people remember is not kept by browsers, nor shown by Back after signing out.
    c.header("cache-control", "no-store");
    if (c.req.method !== "GET" && !isSameOrigin(c.req.raw.headers)) {
      throw new CodedError("forbidden", "This form was sent by a page of another origin.");
    }
    await next();
  });
  for (const path of ["/console/memories/*", "/console/keys/*", "/console/sign-in", "/console/sign-out"]) app.use(path, limitConsoleForms);
  const deleted = createDeletedMemories();
  mountSignIn(server, parts, pages);
  mountMemoryPages(server, parts, pages, deleted);
  mountMemoryForms(server, parts, pages, deleted);
  mountKeyPages(server, parts, pages);
  mountTransferPages(server, parts, pages);
  app.use("/console/events", async (c, next) => {
    await readViewer(parts, c);
    await next();
  });
  mountStateStream(server, {
    path: "/console/events",
    read: async () => await Promise.resolve(parts.spaceStatus()),
    isBusy: ({ state }) => state === "warming",
  });
}
