import { redirectWithNotice } from "@repo/app-kit/page-forms";
import type { Server, ServerEnvironment } from "@repo/server-kit/server";
import type { Context } from "hono";
import type { OpenPlayground } from "./playground-parts.ts";
import { idPattern, readPlaygroundForm, wantsNothing } from "./playground-request.ts";

const ideaPath = `/ideas/:id{${idPattern}}`;

/** Mounts what a card's buttons send. */
export function mountIdeas(server: Server, parts: OpenPlayground): void {
  const { ideas, pages, authorize } = parts;
  const { app } = server;

  /** Answers the script with nothing to show, and a form with the canvas's page. */
  const back = (c: Context<ServerEnvironment>, path: string, parameters: Record<string, string>, hash = ""): Response =>
    wantsNothing(c) ? c.body(null, 204) : redirectWithNotice(c, path, parameters, hash);

  app.post(`${ideaPath}/save`, (c) =>
    pages.page(c, async () => {
      await authorize(c);
      const { id, canvasId } = await ideas.get(c.req.param("id"));
      const isSaved = (await readPlaygroundForm(c)).fields["saved"] !== "off";
      await ideas.setSaved(id, isSaved);
      return back(c, `/canvases/${canvasId}`, { notice: isSaved ? "saved" : "unsaved" }, `#i-${id}`);
    }),
  );

  app.post(`${ideaPath}/delete`, (c) =>
    pages.page(c, async () => {
      await authorize(c);
      const { id, canvasId } = await ideas.get(c.req.param("id"));
      await ideas.remove(id);
      return back(c, `/canvases/${canvasId}`, { notice: "deleted", undo: id });
    }),
  );

  app.post(`${ideaPath}/restore`, (c) =>
    pages.page(c, async () => {
      await authorize(c);
      const id = c.req.param("id");
      if (!(await ideas.restore(id))) return redirectWithNotice(c, "/", { notice: "expired" });
      const { canvasId } = await ideas.get(id);
      return back(c, `/canvases/${canvasId}`, { notice: "restored" }, `#i-${id}`);
    }),
  );
}
