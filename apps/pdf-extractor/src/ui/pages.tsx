import type { Assets } from "@repo/app-kit/load-assets";
import { createPageResponder, type PageResponder } from "@repo/app-kit/page-responder";
import type { Server } from "@repo/server-kit/server";
import { Shell } from "./shell.tsx";

/** What answers with pdf-extractor's pages. */
export function createPages(server: Server, assets: Assets): PageResponder {
  return createPageResponder(server, {
    Shell: ({ title, children }) => (
      <Shell title={title} assets={assets}>
        {children}
      </Shell>
    ),
    back: "Back to the documents",
  });
}
