import { redirectWithNotice } from "@repo/app-kit/page-forms";
import { CodedError } from "@repo/contracts/coded-error";
import { isUploadedFile } from "@repo/contracts/uploaded-file";
import { readMultipart } from "@repo/server-kit/read-multipart";
import type { Server, ServerEnvironment } from "@repo/server-kit/server";
import type { Context } from "hono";
import type { ListImport } from "../../sheets/sheet-service.ts";
import { type FilledList, ListsPage } from "./lists-page.tsx";
import type { PageContext } from "./staff-portal-parts.ts";
import { idPattern, readCount, readId, readStaff, readText } from "./staff-request.ts";

/** Largest CSV, bytes: 20,000 entries with long names are a tenth of it. */
const maxListBytes = 8 * 1024 * 1024;

/** Numbers travel in addresses, words do not. */
function toNotice(c: Context): string | undefined {
  const first = readCount(c.req.query("n"));
  const entries = `${first.toLocaleString("en")} ${first === 1 ? "entry" : "entries"}`;
  const notices: Readonly<Record<string, string>> = {
    imported: `Imported: ${entries}.`,
    removed: "The list is removed.",
    rematched: `${first.toLocaleString("en")} ${first === 1 ? "sheet is" : "sheets are"} being held against the lists again.`,
  };
  return notices[c.req.query("notice") ?? ""];
}

/** Mounts the pages of course lists and class rosters. */
export function mountListPages(server: Server, { parts, pages }: PageContext): void {
  const { sheets } = parts;

  server.app.get("/portal/staff/lists", (c) =>
    pages.page(c, async () => {
      const { access } = await readStaff(parts, c);
      return <ListsPage {...{ parts, access }} lists={await sheets.lists()} notice={toNotice(c)} />;
    }),
  );

  const readImport = async (
    c: Context<ServerEnvironment>,
  ): Promise<{ filled: FilledList; csv: Uint8Array | undefined; replace: boolean }> => {
    const held = server.bodyBudget.hold();
    try {
      const { signal } = c.req.raw;
      const fields = await readMultipart(c.req.raw, { maxBodyBytes: maxListBytes, maxFileBytes: maxListBytes, maxFiles: 1, held, signal });
      const read = (name: string): string | undefined => fields.get(name)?.find((value) => typeof value === "string");
      const file = fields.get("file")?.find(isUploadedFile);
      return {
        filled: {
          kind: read("kind") === "roster" ? "roster" : "course",
          name: readText(read("name")) ?? "",
          examType: readText(read("exam_type"), 20),
        },
        csv: file?.bytes,
        replace: read("replace") !== undefined,
      };
    } finally {
      held.release();
    }
  };

  server.app.post("/portal/staff/lists", (c) =>
    pages.page(c, async () => {
      const { access, actor } = await readStaff(parts, c);
      const { filled, csv, replace } = await readImport(c);
      const show = async (rest: Partial<Parameters<typeof ListsPage>[0]>) => {
        c.status(400);
        return <ListsPage {...{ parts, access, filled }} lists={await sheets.lists()} notice={undefined} {...rest} />;
      };
      if (csv === undefined) return await show({ problem: "Choose a CSV file." });
      if (filled.name === "") return await show({ problem: "Give the list a name." });
      const request: ListImport = { ...filled, csv, replace };
      try {
        const { list, problems } = await sheets.importList(request, actor);
        if (list === undefined) return await show({ problems });
        return redirectWithNotice(c, "/portal/staff/lists", { notice: "imported", n: String(list.entries) });
      } catch (thrown) {
        if (!CodedError.isInstance(thrown) || !["conflict", "invalid_request"].includes(thrown.code)) throw thrown;
        return await show({ problem: thrown.message });
      }
    }),
  );

  server.app.post(`/portal/staff/lists/:id{${idPattern}}/remove`, (c) =>
    pages.page(c, async () => {
      const { actor } = await readStaff(parts, c);
      await sheets.removeList(readId(c), actor);
      return redirectWithNotice(c, "/portal/staff/lists", { notice: "removed" });
    }),
  );

  server.app.post("/portal/staff/lists/rematch", (c) =>
    pages.page(c, async () => {
      const { actor } = await readStaff(parts, c);
      const { queued } = await sheets.rematch(actor);
      return redirectWithNotice(c, "/portal/staff/lists", { notice: "rematched", n: String(queued) });
    }),
  );
}
