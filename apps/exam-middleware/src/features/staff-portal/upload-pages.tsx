import { redirectWithNotice } from "@repo/app-kit/page-forms";
import { CodedError } from "@repo/contracts/coded-error";
import { isUploadedFile } from "@repo/contracts/uploaded-file";
import { readBytes } from "@repo/server-kit/body-bytes";
import { toCodedError } from "@repo/server-kit/error-response";
import { answerError } from "@repo/server-kit/mount-route";
import { readMultipart } from "@repo/server-kit/read-multipart";
import type { Server, ServerEnvironment } from "@repo/server-kit/server";
import type { Context } from "hono";
import type { PageContext } from "./staff-portal-parts.ts";
import { idFormat, idPattern, readId, readStaff, readText } from "./staff-request.ts";
import { UploadPage } from "./upload-page.tsx";

/** Most files of a form that is sent without scripts; with them each file is a request of its own. */
const maxFormFiles = 200;

const readBatchId = (text: string | undefined): string | undefined =>
  text !== undefined && idFormat.test(text) ? text.toLowerCase() : undefined;

/** Mounts the page for uploads, and what its island and its form send. */
export function mountUploadPages(server: Server, { parts, pages }: PageContext): void {
  const { sheets } = parts;

  server.app.get("/portal/staff", (c) =>
    pages.page(c, async () => {
      const { access } = await readStaff(parts, c);
      parts.wake();
      const batchId = readBatchId(c.req.query("batch"));
      const [progress, queue] = await Promise.all([
        batchId === undefined ? undefined : sheets.batch(batchId),
        sheets.reviewQueue({}, { limit: 1 }),
      ]);
      const examType = parts.examTypes.find((type) => type === c.req.query("exam_type")) ?? parts.examTypes[0] ?? "";
      return <UploadPage {...{ parts, access, progress, examType }} inReview={queue.total} />;
    }),
  );

  const program =
    (answer: (c: Context<ServerEnvironment>) => Promise<Response>) =>
    async (c: Context<ServerEnvironment>): Promise<Response> => {
      try {
        return await answer(c);
      } catch (thrown) {
        return answerError(server, c, toCodedError(thrown), "plain");
      }
    };

  // One file as the whole body: the island sends each by itself, so that one that is lost is sent again alone.
  server.app.post(
    "/portal/staff/upload/file",
    program(async (c) => {
      const { actor } = await readStaff(parts, c);
      const held = server.bodyBudget.hold();
      try {
        const { signal } = c.req.raw;
        const bytes = await readBytes(c.req.raw, { maxBodyBytes: parts.maxFileBytes, held, signal });
        const name = readText(c.req.query("name"), 500) ?? "sheet";
        const { sheet, isNew } = await sheets.upload(
          { bytes, name, examType: readText(c.req.query("exam_type"), 20), batchId: readBatchId(c.req.query("batch")) },
          actor,
        );
        return c.json({ success: true, is_new: isNew, sheet }, isNew ? 201 : 200);
      } finally {
        held.release();
      }
    }),
  );

  server.app.post("/portal/staff/upload", (c) =>
    pages.page(c, async () => {
      const { actor } = await readStaff(parts, c);
      const held = server.bodyBudget.hold();
      try {
        const { signal } = c.req.raw;
        const { maxFileBytes } = parts;
        const limits = { maxFiles: maxFormFiles, maxFileBytes, maxBodyBytes: Math.max(server.limits.maxBodyBytes, maxFileBytes + 2 ** 20) };
        const fields = await readMultipart(c.req.raw, { ...limits, held, signal });
        const files = (fields.get("files") ?? []).filter(isUploadedFile);
        if (files.length === 0) throw new CodedError("invalid_request", "Choose at least one file.");
        const batchId = crypto.randomUUID();
        const examType = fields.get("exam_type")?.find((value) => typeof value === "string");
        const problems: string[] = [];
        for (const { bytes, name = "sheet" } of files) {
          await sheets.upload({ bytes, name, examType, batchId }, actor).catch((thrown: unknown) => {
            const error = toCodedError(thrown);
            if (error.code === "internal") throw thrown;
            problems.push(`${name}: ${error.message}`);
          });
        }
        if (problems.length > 0) {
          const stored = files.length - problems.length;
          throw new CodedError("invalid_request", `${stored} of ${files.length} files are stored. ${problems.slice(0, 20).join(" ")}`);
        }
        return redirectWithNotice(c, "/portal/staff", { batch: batchId, ...(examType === undefined ? {} : { exam_type: examType }) });
      } finally {
        held.release();
      }
    }),
  );

  server.app.get(
    `/portal/staff/batches/:id{${idPattern}}/progress`,
    program(async (c) => {
      await readStaff(parts, c);
      const since = new Date(c.req.query("since") ?? "");
      const progress = await sheets.batch(readId(c), Number.isNaN(since.getTime()) ? undefined : since);
      return c.json({ ...progress, reader: parts.readerStatus() });
    }),
  );
}
