import { redirectWithNotice } from "@repo/app-kit/page-forms";
import { CodedError } from "@repo/contracts/coded-error";
import type { Server } from "@repo/server-kit/server";
import { CanvasPage } from "./canvas-page.tsx";
import { CanvasesPage } from "./canvases-page.tsx";
import { comparable, ComparePage } from "./compare-page.tsx";
import { toExportJson, toFileName, toMarkdown } from "./export-canvas.ts";
import type { OpenPlayground } from "./playground-parts.ts";
import { idPattern, readCanvasName, readIdeaIds, readMode, readPlaygroundForm } from "./playground-request.ts";

const canvasPath = `/canvases/:id{${idPattern}}`;
const uuid = new RegExp(`^${idPattern}$`);

/** The address that brings back what an address says was deleted. */
function toUndo(kind: "canvases" | "ideas", id: string | undefined): string | undefined {
  return id !== undefined && uuid.test(id) ? `/${kind}/${id}/restore` : undefined;
}

/** Mounts the pages of canvases and what their forms send. */
export function mountCanvases(server: Server, parts: OpenPlayground): void {
  const { canvases, ideas, pages, authorize, readTiers, toPage } = parts;
  const { app } = server;

  app.get("/", (c) =>
    pages.page(c, async () => {
      await authorize(c);
      const list = await canvases.list();
      const undo = toUndo("canvases", c.req.query("undo"));
      return await toPage(c, {
        title: "Canvases",
        current: "/",
        children: <CanvasesPage canvases={list} notice={c.req.query("notice")} undo={undo} />,
      });
    }),
  );

  app.post("/canvases", (c) =>
    pages.page(c, async () => {
      await authorize(c);
      const { id } = await canvases.create(readCanvasName(await readPlaygroundForm(c)));
      return redirectWithNotice(c, `/canvases/${id}`, { notice: "created" });
    }),
  );

  app.get(canvasPath, (c) =>
    pages.page(c, async () => {
      await authorize(c);
      const canvas = await canvases.get(c.req.param("id"));
      const [list, held, tiers] = await Promise.all([canvases.list(), ideas.list(canvas.id), readTiers()]);
      return await toPage(c, {
        title: canvas.name,
        children: (
          <CanvasPage
            canvas={canvas}
            canvases={list}
            mode={readMode(c)}
            tiers={tiers}
            ideas={held}
            onlySaved={c.req.query("show") === "saved"}
            chosen={c.req.query("idea")}
            notice={c.req.query("notice")}
            undo={toUndo("ideas", c.req.query("undo"))}
          />
        ),
      });
    }),
  );

  app.post(`${canvasPath}/rename`, (c) =>
    pages.page(c, async () => {
      await authorize(c);
      const id = c.req.param("id");
      await canvases.rename(id, readCanvasName(await readPlaygroundForm(c)));
      return redirectWithNotice(c, `/canvases/${id}`, { notice: "renamed" });
    }),
  );

  app.post(`${canvasPath}/delete`, (c) =>
    pages.page(c, async () => {
      await authorize(c);
      const id = c.req.param("id");
      await canvases.remove(id);
      return redirectWithNotice(c, "/", { notice: "deleted", undo: id });
    }),
  );

  app.post(`${canvasPath}/restore`, (c) =>
    pages.page(c, async () => {
      await authorize(c);
      const id = c.req.param("id");
      const isBack = await canvases.restore(id);
      return redirectWithNotice(c, isBack ? `/canvases/${id}` : "/", { notice: isBack ? "restored" : "expired" });
    }),
  );

  app.get(`${canvasPath}/compare`, (c) =>
    pages.page(c, async () => {
      await authorize(c);
      const canvas = await canvases.get(c.req.param("id"));
      const chosen = await ideas.getMany(canvas.id, readIdeaIds(c.req.queries("idea") ?? [], comparable));
      return await toPage(c, { title: `Compare ideas of ${canvas.name}`, children: <ComparePage canvas={canvas} ideas={chosen} /> });
    }),
  );

  app.get(`${canvasPath}/export`, (c) =>
    pages.page(c, async () => {
      await authorize(c);
      const format = c.req.query("format");
      if (format !== "markdown" && format !== "json") throw new CodedError("invalid_request", "format is markdown or json.");
      const canvas = await canvases.get(c.req.param("id"));
      const chosen = await ideas.list(canvas.id, { onlySaved: c.req.query("show") === "saved" });
      const isJson = format === "json";
      const text = isJson ? `${JSON.stringify(toExportJson(canvas, chosen), null, 2)}\n` : toMarkdown(canvas, chosen);
      return c.body(text, 200, {
        "content-type": isJson ? "application/json; charset=utf-8" : "text/markdown; charset=utf-8",
        "content-disposition": `attachment; filename="${toFileName(canvas.name, isJson ? "json" : "md")}"`,
        "x-content-type-options": "nosniff",
      });
    }),
  );
}
