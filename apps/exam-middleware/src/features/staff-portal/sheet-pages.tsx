import { answerFile } from "@repo/app-kit/answer-file";
import { readForm, redirectWithNotice } from "@repo/app-kit/page-forms";
import { CodedError } from "@repo/contracts/coded-error";
import type { Server, ServerEnvironment } from "@repo/server-kit/server";
import type { Context } from "hono";
import { Readable } from "node:stream";
import type { Actor } from "../../access.ts";
import type { SheetField } from "../../schema.ts";
import type { Change } from "../../sheets/sheet-service.ts";
import { answerCrop } from "../../ui/answer-crop.ts";
import { LogPage } from "./log-page.tsx";
import { readListAddress, toFilter } from "./read-filter.ts";
import { SheetPage } from "./sheet-page.tsx";
import { SheetsPage, sheetsPerPage } from "./sheets-page.tsx";
import type { PageContext } from "./staff-portal-parts.ts";
import { idPattern, readId, readPage, readStaff, readText, readVersion } from "./staff-request.ts";

const notices: Readonly<Record<string, string>> = {
  saved: "Saved.",
  read: "It is being read again.",
  retry: "It is being submitted again.",
  opened: "A second attempt may come now.",
  locked: "The second attempt is locked.",
  deleted: "The sheet is deleted.",
};

/** What the form on a sheet's page does: the service's change, and the notice that tells of it. */
type Action = (id: string, change: Change, read: (name: string) => string | undefined, actor: Actor) => Promise<string>;

/** Mounts the list of sheets, their own pages, files and crops, exports and the scan log. */
export function mountSheetPages(server: Server, { parts, pages }: PageContext): void {
  const { sheets, submissions } = parts;
  const { app } = server;
  const sheetPath = `/portal/staff/sheets/:id{${idPattern}}`;

  app.get("/portal/staff/sheets", (c) =>
    pages.page(c, async () => {
      const { access } = await readStaff(parts, c);
      const [address, page] = [readListAddress((name) => c.req.query(name)), readPage(c.req.query("page"))];
      const listed = await sheets.list(toFilter(address), { limit: sheetsPerPage, offset: (page - 1) * sheetsPerPage }, access);
      return <SheetsPage {...{ parts, access, address, page, listed }} notice={notices[c.req.query("notice") ?? ""]} />;
    }),
  );

  const showSheet = async (c: Context<ServerEnvironment>, problem?: string) => {
    const { access } = await readStaff(parts, c);
    const sheet = await sheets.get(readId(c), access);
    const [history, submission] = await Promise.all([
      sheets.history(sheet.id),
      // Most sheets were never submitted, which is no problem.
      submissions?.status(sheet.id).catch(() => undefined),
    ]);
    return <SheetPage {...{ parts, access, sheet, history, submission, problem }} notice={notices[c.req.query("notice") ?? ""]} />;
  };
  app.get(sheetPath, (c) => pages.page(c, async () => await showSheet(c)));

  const actions: Readonly<Record<string, Action>> = {
    correct: async (id, change, read) => {
      const correction = {
        registerNumber: readText(read("register_number")),
        subjectCode: readText(read("subject_code")),
        examType: readText(read("exam_type")),
      };
      await sheets.correct(id, correction, change);
      return "saved";
    },
    read: async (id, _change, _read, actor) => {
      await sheets.readAgain(id, actor);
      return "read";
    },
    retry: async (id) => {
      if (submissions === undefined) throw new CodedError("conflict", "No Moodle is configured.");
      await submissions.retry(id);
      return "retry";
    },
    attempt: async (id, change, read) => {
      const isLocked = read("value") !== "open";
      await sheets.setAttemptLock(id, isLocked, change);
      return isLocked ? "locked" : "opened";
    },
    delete: async (id, change) => {
      await sheets.remove(id, change);
      return "deleted";
    },
  };
  for (const [name, act] of Object.entries(actions)) {
    app.post(`${sheetPath}/${name}`, (c) =>
      pages.page(c, async () => {
        const { actor } = await readStaff(parts, c);
        const [id, read] = [readId(c), await readForm(c)];
        try {
          const notice = await act(id, { version: readVersion(read("version")), actor }, read, actor);
          return redirectWithNotice(c, name === "delete" ? "/portal/staff/sheets" : `/portal/staff/sheets/${id}`, { notice });
        } catch (thrown) {
          // What a person can mend is said beside the form, with the sheet as it is now.
          if (!CodedError.isInstance(thrown) || !["conflict", "invalid_request"].includes(thrown.code)) throw thrown;
          c.status(thrown.status as 409);
          return await showSheet(c, thrown.message);
        }
      }),
    );
  }

  app.get(`${sheetPath}/file`, (c) =>
    pages.page(c, async () => {
      const { access } = await readStaff(parts, c);
      return answerFile(await sheets.file(readId(c), access));
    }),
  );
  app.get(`${sheetPath}/crop/:field{register_number|subject_code}/:rank{\\d{1,3}}`, (c) =>
    pages.page(c, async () => {
      await readStaff(parts, c);
      return answerCrop(await sheets.crop(readId(c), c.req.param("field") as SheetField, Number(c.req.param("rank"))));
    }),
  );

  app.get("/portal/staff/export", (c) =>
    pages.page(c, async () => {
      await readStaff(parts, c);
      const format = c.req.query("format") === "json" ? "json" : "csv";
      const rows = sheets.exportSheets(format, toFilter(readListAddress((name) => c.req.query(name))));
      const day = new Date().toISOString().slice(0, 10);
      return new Response(Readable.toWeb(Readable.from(toBytes(rows))) as ReadableStream<Uint8Array<ArrayBuffer>>, {
        headers: {
          "content-type": format === "json" ? "application/json" : "text/csv; charset=utf-8",
          "content-disposition": `attachment; filename="answer-sheets-${day}.${format}"`,
          "cache-control": "no-store",
        },
      });
    }),
  );

  app.get("/portal/staff/log", (c) =>
    pages.page(c, async () => {
      const { access } = await readStaff(parts, c);
      const page = readPage(c.req.query("page"));
      const listed = await sheets.list({}, { limit: sheetsPerPage, offset: (page - 1) * sheetsPerPage }, access);
      return <LogPage {...{ parts, access, page, listed }} />;
    }),
  );
}

async function* toBytes(texts: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  for await (const text of texts) yield encoder.encode(text);
}
