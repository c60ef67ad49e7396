import { readFile } from "node:fs/promises";
import { answerFile } from "@repo/app-kit/answer-file";
import { limitForms, redirectWithNotice } from "@repo/app-kit/page-forms";
import { mountStateStream } from "@repo/app-kit/state-stream";
import { CodedError } from "@repo/contracts/coded-error";
import { isUploadedFile } from "@repo/contracts/uploaded-file";
import { readBytes } from "@repo/server-kit/body-bytes";
import { toCodedError } from "@repo/server-kit/error-response";
import { answerError } from "@repo/server-kit/mount-route";
import { readMultipart } from "@repo/server-kit/read-multipart";
import type { Server, ServerEnvironment } from "@repo/server-kit/server";
import type { Context } from "hono";
import { listPictures } from "../../search/find-pictures.ts";
import { type DocumentLine, toDocumentLine } from "../../ui/document-words.ts";
import type { CatalogueParts } from "./catalogue-parts.ts";
import { DocumentList } from "./document-list.tsx";
import { DocumentPage, maxDocumentPictures } from "./document-page.tsx";
import { HomePage } from "./home-page.tsx";

/** Documents on the first page, and in the stream of their progress. */
const documentsListed = 50;
/** Most files of a form that is sent without scripts; with them each file is a request of its own. */
const maxFormFiles = 50;
const maxFormBytes = 64 * 1024;
const idPattern = "[0-9a-fA-F-]{36}";

const notices: Readonly<Record<string, string>> = {
  uploaded: "Stored. Its pictures are found below as soon as they are ready.",
  known: "These files are here already.",
  resumed: "It goes on.",
  deleted: "The document is deleted.",
  reembedding: "All vectors are made anew.",
};

/** What the stream of progress says; the script puts the lines into the page. */
interface CatalogueState {
  documents: DocumentLine[];
  /** Of the model, for the banner; null when all is well. */
  message: string | null;
  isWaking: boolean;
}

const toNotice = (c: Context): string | undefined => notices[c.req.query("notice") ?? ""];

/** Mounts what takes files. */
function mountIntake(server: Server, { documents, pages, maxFileBytes, samplePath }: CatalogueParts): void {
  // One file as the whole body: the script sends each by itself, so that one that is lost is sent again alone.
  server.app.post("/upload/file", async (c: Context<ServerEnvironment>) => {
    const held = server.bodyBudget.hold();
    try {
      const bytes = await readBytes(c.req.raw, { maxBodyBytes: maxFileBytes, held, signal: c.req.raw.signal });
      const { document, isNew } = await documents.upload({ bytes, name: (c.req.query("name") ?? "").slice(0, 500) });
      return c.json({ success: true, is_new: isNew, document: { id: document.id, filename: document.filename } }, isNew ? 201 : 200);
    } catch (thrown) {
      return answerError(server, c, toCodedError(thrown), "plain");
    } finally {
      held.release();
    }
  });

  server.app.post("/upload", (c) =>
    pages.page(c, async () => {
      const held = server.bodyBudget.hold();
      try {
        const limits = { maxFiles: maxFormFiles, maxFileBytes, maxBodyBytes: server.limits.maxBodyBytes };
        const fields = await readMultipart(c.req.raw, { ...limits, held, signal: c.req.raw.signal });
        const files = (fields.get("files") ?? []).filter(isUploadedFile);
        if (files.length === 0) throw new CodedError("invalid_request", "Choose at least one file.");
        const problems: string[] = [];
        let hasNew = false;
        for (const { bytes, name = "unnamed.pdf" } of files) {
          try {
            hasNew = (await documents.upload({ bytes, name })).isNew || hasNew;
          } catch (thrown) {
            const error = toCodedError(thrown);
            if (error.status >= 500) throw thrown;
            problems.push(`${name}: ${error.message}`);
          }
        }
        if (problems.length > 0)
          throw new CodedError(
            "invalid_request",
            `${files.length - problems.length} of ${files.length} files are stored. ${problems.join(" ")}`,
          );
        return redirectWithNotice(c, "/", { notice: hasNew ? "uploaded" : "known" });
      } finally {
        held.release();
      }
    }),
  );

  server.app.post("/sample", limitForms(maxFormBytes), (c) =>
    pages.page(c, async () => {
      const bytes = await readFile(samplePath);
      const { document, isNew } = await documents.upload({ bytes, name: "sample-catalogue.pdf" });
      return redirectWithNotice(c, isNew ? "/" : `/documents/${document.id}`, { notice: isNew ? "uploaded" : "known" });
    }),
  );
}

/** Mounts the pages of documents and the stream of their progress. */
export function mountDocumentPages(server: Server, parts: CatalogueParts): void {
  const { db, documents, spaces, pages } = parts;
  const { app } = server;
  mountIntake(server, parts);

  app.get("/", (c) => {
    spaces.wake();
    return pages.page(c, async () => {
      const { documents: listed, total } = await documents.list({ limit: documentsListed });
      return <HomePage {...{ parts, documents: listed, total, status: spaces.status(), notice: toNotice(c) }} />;
    });
  });
  app.get("/fragments/documents", (c) =>
    pages.fragment(c, async () => <DocumentList documents={(await documents.list({ limit: documentsListed })).documents} />),
  );
  mountStateStream<CatalogueState>(server, {
    path: "/events",
    read: async () => {
      const { documents: listed } = await documents.list({ limit: documentsListed });
      const { state, message } = spaces.status();
      return { documents: listed.map(toDocumentLine), message, isWaking: state === "warming" };
    },
    isBusy: ({ documents: lines, isWaking }) => isWaking || lines.some(({ share }) => share !== null),
  });

  app.get(`/documents/:id{${idPattern}}`, (c) =>
    pages.page(c, async () => {
      const document = await documents.get(c.req.param("id"));
      const page = { limit: maxDocumentPictures, offset: 0 };
      const { pictures, total } = await listPictures(db, { documentId: document.id }, page);
      return <DocumentPage {...{ parts, document, pictures, total, notice: toNotice(c) }} />;
    }),
  );
  app.get(`/documents/:id{${idPattern}}/file`, (c) =>
    pages.page(c, async () => {
      const { filename: name, ...file } = await documents.file(c.req.param("id"));
      return answerFile({ ...file, name, type: "application/pdf" });
    }),
  );
  app.post(`/documents/:id{${idPattern}}/resume`, limitForms(maxFormBytes), (c) =>
    pages.page(c, async () => {
      const { id } = await documents.resume(c.req.param("id"));
      return redirectWithNotice(c, `/documents/${id}`, { notice: "resumed" });
    }),
  );
  app.post(`/documents/:id{${idPattern}}/delete`, limitForms(maxFormBytes), (c) =>
    pages.page(c, async () => {
      await documents.delete(c.req.param("id"));
      return redirectWithNotice(c, "/", { notice: "deleted" });
    }),
  );
  app.post("/reembed", limitForms(maxFormBytes), (c) =>
    pages.page(c, async () => {
      await documents.reembed();
      return redirectWithNotice(c, "/", { notice: "reembedding" });
    }),
  );
}
