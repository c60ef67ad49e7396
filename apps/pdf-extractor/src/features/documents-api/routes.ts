import { CodedError } from "@repo/contracts/coded-error";
import {
  deleteDocumentRoute,
  listDocumentsRoute,
  readDocumentRoute,
  reembedRoute,
  resumeDocumentRoute,
  uploadDocumentsRoute,
} from "@repo/contracts/visual-catalogue";
import type { UploadedFile } from "@repo/contracts/uploaded-file";
import { type HandlerContext, mountRoute } from "@repo/server-kit/mount-route";
import type { Server } from "@repo/server-kit/server";
import { z } from "zod";
import type { DocumentService } from "../../documents/document-service.ts";
import { toDocumentBody } from "./document-body.ts";

const idFormat = z.uuid();

function readId({ params }: HandlerContext): string {
  const id = idFormat.safeParse(params["id"]);
  if (!id.success) throw new CodedError("not_found", "There is no such document.");
  return id.data;
}

/** Files the caller sent wrongly; what is wrong with us ends the request. */
const isTheirs = (thrown: unknown): thrown is CodedError => CodedError.isInstance(thrown) && thrown.status < 500;

async function uploadOne(documents: DocumentService, { bytes, name = "unnamed.pdf" }: UploadedFile) {
  try {
    const { document, isNew } = await documents.upload({ bytes, name });
    return { success: true, filename: document.filename, duplicate: !isNew, document: toDocumentBody(document), error: null };
  } catch (thrown) {
    if (!isTheirs(thrown)) throw thrown;
    return { success: false, filename: name, duplicate: false, document: null, error: thrown.message };
  }
}

/** Mounts the API of documents. */
export function mountDocumentsApi(server: Server, { documents }: { documents: DocumentService }): void {
  mountRoute(server, uploadDocumentsRoute, async ({ files }) => {
    const results = [];
    for (const file of files) results.push(await uploadOne(documents, file));
    return { results };
  });
  mountRoute(server, listDocumentsRoute, async ({ limit, offset }) => {
    const page = await documents.list({ limit, offset });
    return { documents: page.documents.map(toDocumentBody), total: page.total };
  });
  mountRoute(server, readDocumentRoute, async (_body, context) => toDocumentBody(await documents.get(readId(context))));
  mountRoute(server, resumeDocumentRoute, async (_body, context) => toDocumentBody(await documents.resume(readId(context))));
  mountRoute(server, deleteDocumentRoute, async (_body, context) => {
    await documents.delete(readId(context));
    return { success: true as const };
  });
  mountRoute(server, reembedRoute, async () => ({ success: true as const, pictures: await documents.reembed() }));
}
