import { redirectWithNotice } from "@repo/app-kit/page-forms";
import type { Server } from "@repo/server-kit/server";
import type { OpenPlayground } from "./playground-parts.ts";
import { idPattern } from "./playground-request.ts";
import { VariationsPage } from "./variations-page.tsx";

const ideaPath = `/ideas/:id{${idPattern}}`;

/** Mounts the page of an idea's variations, and what becomes of them. */
export function mountVariations(server: Server, parts: OpenPlayground): void {
  const { canvases, ideas, pages, authorize, readTiers, toPage } = parts;
  const { app } = server;

  app.get(`${ideaPath}/variations`, (c) =>
    pages.page(c, async () => {
      await authorize(c);
      const idea = await ideas.get(c.req.param("id"));
      const [canvas, variations, tiers] = await Promise.all([canvases.get(idea.canvasId), ideas.listVariations(idea.id), readTiers()]);
      return await toPage(c, {
        title: `Variations of ${idea.content.title}`,
        children: <VariationsPage {...{ canvas, idea, variations, tiers }} notice={c.req.query("notice")} />,
      });
    }),
  );

  app.post(`${ideaPath}/variations/discard`, (c) =>
    pages.page(c, async () => {
      await authorize(c);
      const id = c.req.param("id");
      await ideas.removeVariations(id);
      return redirectWithNotice(c, `/ideas/${id}/variations`, { notice: "discarded" });
    }),
  );

  app.post(`/variations/:id{${idPattern}}/keep`, (c) =>
    pages.page(c, async () => {
      await authorize(c);
      const { id, canvasId } = await ideas.keepVariation(c.req.param("id"));
      return redirectWithNotice(c, `/canvases/${canvasId}`, { notice: "kept" }, `#i-${id}`);
    }),
  );
}
