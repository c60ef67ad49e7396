import { createPageResponder, type PageResponder } from "@repo/app-kit/page-responder";
import type { Assets } from "@repo/app-kit/load-assets";
import type { Server, ServerEnvironment } from "@repo/server-kit/server";
import type { Context } from "hono";
import type { Child } from "hono/jsx";
import type { JSX } from "hono/jsx/jsx-runtime";
import { type AccessControl, assertAdministrator } from "../access/access-control.ts";
import { Shell, type Viewer } from "./shell.tsx";

/** What answers with pages, and who may see them. */
export interface Pages extends PageResponder {
  assets: Assets;
  /** Who looks. @throws CodedError unauthorized, forbidden; a page leads a browser to the sign-in page */
  readViewer(c: Context<ServerEnvironment>): Promise<Viewer>;
  /** A page's frame for whoever looks. */
  toPage(c: Context<ServerEnvironment>, page: { title: string; current?: string; children: Child }): Promise<JSX.Element>;
  /** Who looks at a page of the administrator's. @throws CodedError unauthorized, forbidden */
  readAdministrator(c: Context<ServerEnvironment>): Promise<Viewer>;
}

/** Makes idea-playground's pages. */
export function createPages(server: Server, { assets, access }: { assets: Assets; access: AccessControl }): Pages {
  const responder = createPageResponder(server, {
    Shell: ({ title, children }) => (
      <Shell title={title} assets={assets} viewer={undefined}>
        {children}
      </Shell>
    ),
    back: "Back to the canvases",
    answerInstead: (c, error) => {
      if (error.code !== "unauthorized" || access.mode !== "keys") return undefined;
      const { pathname, search } = new URL(c.req.url);
      const next = c.req.method === "GET" ? `${pathname}${search}` : "/";
      return c.redirect(`/sign-in?next=${encodeURIComponent(next)}`, 303);
    },
  });
  const readViewer: Pages["readViewer"] = async (c) => ({ access: await access.authorize(c.req.raw.headers), mode: access.mode });
  return {
    ...responder,
    assets,
    readViewer,
    toPage: async (c, page) => <Shell {...page} assets={assets} viewer={await readViewer(c)} />,
    readAdministrator: async (c) => {
      const viewer = await readViewer(c);
      assertAdministrator(viewer.access);
      return viewer;
    },
  };
}
