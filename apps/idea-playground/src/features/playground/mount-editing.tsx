import { redirectWithNotice } from "@repo/app-kit/page-forms";
import { CodedError } from "@repo/contracts/coded-error";
import { toCodedError } from "@repo/server-kit/error-response";
import type { Server, ServerEnvironment } from "@repo/server-kit/server";
import { parseBody } from "@repo/server-kit/validation";
import type { Context } from "hono";
import { EditPage } from "./edit-page.tsx";
import { type IdeaContent, ideaContent, ideaFieldNames, ideaFields, type PartialIdea } from "./idea-content.ts";
import type { OpenPlayground } from "./playground-parts.ts";
import { idPattern, type PlaygroundForm, readPlaygroundForm } from "./playground-request.ts";

const ideaPath = `/ideas/:id{${idPattern}}`;
const canvasPath = `/canvases/:id{${idPattern}}`;

/** An idea as it was typed; fields that may be left out and are empty are left out. */
function toTyped({ fields }: PlaygroundForm): PartialIdea {
  const typed: PartialIdea = {};
  for (const name of ideaFieldNames) {
    const { kind, isOptional } = ideaFields[name];
    const value = (fields[name] ?? "").trim();
    if (isOptional && value === "") continue;
    typed[name] =
      kind === "text"
        ? value
        : value
            .split("\n")
            .map((line) => line.replace(/^\s*[-*•]\s+/, "").trim())
            .filter((line) => line !== "");
  }
  return typed;
}

/** Mounts the pages on which ideas are written and edited by hand. */
export function mountEditing(server: Server, parts: OpenPlayground): void {
  const { canvases, ideas, pages, authorize, toPage } = parts;
  const { app } = server;

  /** Keeps a form's idea, or shows the form again with what is wrong, and all that was typed. */
  async function keepTyped(
    c: Context<ServerEnvironment>,
    canvasId: string,
    idea: { id: string; version: number } | undefined,
    keep: (content: IdeaContent, form: PlaygroundForm) => Promise<Response>,
  ) {
    const form = await readPlaygroundForm(c);
    const typed = toTyped(form);
    try {
      return await keep(parseBody(ideaContent, typed), form);
    } catch (thrown) {
      const error = toCodedError(thrown);
      if (error.code !== "invalid_request" && error.code !== "conflict") throw thrown;
      c.status(error.status as 400);
      const problem =
        error.code === "conflict" && idea !== undefined
          ? `${error.message} What you typed is below; sending it again puts it in place of the other version.`
          : error.message;
      const canvas = await canvases.get(canvasId);
      return await toPage(c, {
        title: "Edit",
        children: <EditPage canvas={canvas} idea={idea} content={typed} problem={problem} />,
      });
    }
  }

  app.get(`${canvasPath}/new`, (c) =>
    pages.page(c, async () => {
      await authorize(c);
      const canvas = await canvases.get(c.req.param("id"));
      return await toPage(c, { title: "Write an idea", children: <EditPage canvas={canvas} content={{}} /> });
    }),
  );

  app.post(`${canvasPath}/new`, (c) =>
    pages.page(c, async () => {
      await authorize(c);
      const { id } = await canvases.get(c.req.param("id"));
      return await keepTyped(c, id, undefined, async (content) => {
        const idea = await ideas.add({ canvasId: id, content, origin: "hand", request: "", authorship: null });
        return redirectWithNotice(c, `/canvases/${id}`, { notice: "added" }, `#i-${idea.id}`);
      });
    }),
  );

  app.get(`${ideaPath}/edit`, (c) =>
    pages.page(c, async () => {
      await authorize(c);
      const idea = await ideas.get(c.req.param("id"));
      const canvas = await canvases.get(idea.canvasId);
      return await toPage(c, {
        title: `Edit ${idea.content.title}`,
        children: <EditPage canvas={canvas} idea={idea} content={idea.content} />,
      });
    }),
  );

  app.post(`${ideaPath}/edit`, (c) =>
    pages.page(c, async () => {
      await authorize(c);
      const { id, canvasId, version: current } = await ideas.get(c.req.param("id"));
      return await keepTyped(c, canvasId, { id, version: current }, async (content, { fields }) => {
        const version = Number(fields["version"]);
        if (!Number.isInteger(version)) throw new CodedError("invalid_request", "The form does not say which version it changes.");
        await ideas.edit(id, content, version);
        return redirectWithNotice(c, `/canvases/${canvasId}`, { notice: "edited" }, `#i-${id}`);
      });
    }),
  );
}
