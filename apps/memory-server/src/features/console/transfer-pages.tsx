import type { PageResponder } from "@repo/app-kit/page-responder";
import { CodedError, isErrorCode } from "@repo/contracts/coded-error";
import { importsPath, type ImportView, importView, listImportsRoute } from "@repo/contracts/memory-transfer";
import type { Server, ServerEnvironment } from "@repo/server-kit/server";
import type { Context } from "hono";
import { z } from "zod";
import type { ConsoleParts } from "./console-parts.ts";
import { idPattern, readConsoleRequest, readViewer } from "./console-request.ts";
import { ImportPage, ImportProgress, TransferPage } from "./transfer-page.tsx";

const problem = z.object({ code: z.string(), detail: z.string() });

/** Headers that the import's own routes decide by: who sends it, and what. */
const passedHeaders = ["cookie", "authorization", "x-api-key", "origin", "host", "content-type", "content-length"];

/**
 * Asks the import's own routes, in this process: what the console may do is what the API may do.
 * @throws CodedError what they answered
 */
async function ask<Answer extends z.ZodType>(
  server: Server,
  c: Context<ServerEnvironment>,
  request: { path: string; answer: Answer; method?: "GET" | "POST" | "DELETE"; body?: ReadableStream | null },
): Promise<z.output<Answer>> {
  const headers = new Headers(
    passedHeaders.flatMap((name) => (c.req.header(name) === undefined ? [] : [[name, c.req.header(name) ?? ""]])),
  );
  const { path, method = "GET", body: sent = null } = request;
  const init = { method, headers, signal: c.req.raw.signal, ...(sent === null ? {} : { body: sent, duplex: "half" }) };
  const response = await server.app.request(path, init, c.env);
  const body: unknown = await response.json();
  if (response.ok) return request.answer.parse(body);
  const { code, detail } = problem.parse(body);
  throw new CodedError(isErrorCode(code) ? code : "internal", detail);
}

/** Mounts the pages about import and export. */
export function mountTransferPages(server: Server, parts: ConsoleParts, pages: PageResponder): void {
  const { assets, service } = parts;
  const readImport = async (c: Context<ServerEnvironment>): Promise<ImportView> =>
    await ask(server, c, { path: `${importsPath}/${c.req.param("id") ?? ""}`, answer: importView });

  server.app.get("/console/transfer", (c) =>
    pages.page(c, async () => {
      const { viewer, owner, scope } = await readConsoleRequest(parts, c);
      const [{ total }, { imports }] = await Promise.all([
        service.list({ scope, limit: 1, includeExpired: true }),
        ask(server, c, { path: importsPath, answer: listImportsRoute.response }),
      ]);
      const shown = owner?.kind === "user" ? imports.filter(({ user_id: userId }) => userId === owner.id) : imports;
      return <TransferPage {...{ assets, viewer, owner, total }} imports={shown.slice(0, 20)} />;
    }),
  );

  server.app.post("/console/imports", (c) =>
    pages.page(c, async () => {
      const userId = c.req.query("user_id")?.trim();
      const path = userId ? `${importsPath}?user_id=${encodeURIComponent(userId)}` : importsPath;
      const { id } = await ask(server, c, { path, method: "POST", answer: importView, body: c.req.raw.body });
      return c.redirect(`/console/imports/${id}`, 303);
    }),
  );

  const actions = { cancel: { method: "DELETE", path: "" }, retry: { method: "POST", path: "/retry" } } as const;
  for (const [name, { method, path }] of Object.entries(actions)) {
    server.app.post(`/console/imports/:id{${idPattern}}/${name}`, (c) =>
      pages.page(c, async () => {
        const id = c.req.param("id") ?? "";
        await ask(server, c, { method, path: `${importsPath}/${id}${path}`, answer: importView });
        return c.redirect(`/console/imports/${id}`, 303);
      }),
    );
  }

  server.app.get(`/console/imports/:id{${idPattern}}`, (c) =>
    pages.page(c, async () => {
      const viewer = await readViewer(parts, c);
      return <ImportPage assets={assets} viewer={viewer} view={await readImport(c)} />;
    }),
  );

  server.app.get(`/console/fragments/imports/:id{${idPattern}}`, (c) =>
    pages.fragment(c, async () => <ImportProgress view={await readImport(c)} />),
  );
}
