import { endWithParent } from "@repo/confined-process/end-with-parent";
import { CodedError } from "@repo/contracts/coded-error";
import type { CloseDocument, PageReply, PageRequest, PictureRequest } from "./document-protocol.ts";
import type { PageDocument } from "./page-document.ts";
import { toGray, toRgb } from "./raster.ts";
import { selectPages } from "./select-pages.ts";

/**
 * Entry of the process that decodes files of strangers. It may be killed at any moment, and holds nothing that is not also
 * where it was started from.
 */

/** Files kept open at a time; the one not asked for the longest is closed, and opened again when it is asked for. */
const maxOpenDocuments = 4;

const documents = new Map<number, PageDocument>();
// Requests are answered one after the other, though each waits.
let previous: Promise<void> = Promise.resolve();

function reply(message: PageReply): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  process.send?.(message, undefined, undefined, () => resolve());
  return promise;
}

async function open({ bytes, type, limits }: PageRequest): Promise<PageDocument | undefined> {
  if (bytes === undefined) return undefined;
  // Loaded with the first file that needs it: a service that is sent pictures only has no PDF code in memory.
  if (type === "pdf") return (await import("./open-pdf.ts")).openPdf(bytes, limits);
  return (await import("./open-image.ts")).openImage(bytes, type, limits);
}

async function close(id: number): Promise<void> {
  const document = documents.get(id);
  documents.delete(id);
  await document?.close();
}

async function read(request: PageRequest): Promise<PageReply> {
  const startedAt = performance.now();
  const document = documents.get(request.document) ?? (await open(request));
  if (document === undefined) return { kind: "missing", id: request.id };
  documents.delete(request.document);
  documents.set(request.document, document);
  for (const id of documents.keys()) if (documents.size > maxOpenDocuments) await close(id);
  const selected = selectPages(request.pages, document.count, request.limits.maxPages);
  const index = selected[request.position] as number;
  const { raster, dpi } = await document.readPage(index, request.size);
  return {
    kind: "page",
    id: request.id,
    selected: selected.length,
    page: {
      index,
      count: document.count,
      width: raster.width,
      height: raster.height,
      gray: toGray(raster),
      ...(request.wantsRgb ? { rgb: toRgb(raster) } : {}),
      dpi,
      type: document.type,
      readMs: performance.now() - startedAt,
    },
  };
}

/** The whole picture is decoded before it is made smaller: a decoder's own shortcut gives other pixels. */
async function readPicture({ id, bytes, type, square, limits }: PictureRequest): Promise<PageReply> {
  const startedAt = performance.now();
  const { decodePicture } = await import("./decode-picture.ts");
  const { resample } = await import("./resample.ts");
  const picture = await decodePicture(bytes, type, limits);
  const { width, height } = picture;
  const { data } = resample(picture, { width: square.side, height: square.side }, square.filter);
  // A copy of its own: what is sent must not drag a pool of memory along.
  return { kind: "picture", id, picture: { pixels: Uint8Array.from(data), width, height, type, readMs: performance.now() - startedAt } };
}

async function answer(request: PageRequest | PictureRequest): Promise<void> {
  try {
    await reply(await ("square" in request ? readPicture(request) : read(request)));
  } catch (error) {
    const coded = CodedError.isInstance(error) ? error : new CodedError("internal", "Reading the file failed.");
    await close(request.document).catch(() => undefined);
    await reply({
      kind: "failed",
      id: request.id,
      code: coded.code,
      message: coded.message,
      details: coded.details,
      cause: (error as Error).stack ?? String(error),
    });
  }
}

process.on("message", (message: PageRequest | PictureRequest | CloseDocument) => {
  previous = previous.then(() => ("close" in message ? close(message.close).catch(() => undefined) : answer(message)));
});
endWithParent();
void reply({ kind: "ready" });
