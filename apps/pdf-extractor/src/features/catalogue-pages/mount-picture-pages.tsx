import { answerFile, toSentFileHeaders } from "@repo/app-kit/answer-file";
import { createFileStore } from "@repo/app-kit/file-store";
import { CodedError } from "@repo/contracts/coded-error";
import { isUploadedFile } from "@repo/contracts/uploaded-file";
import { toCodedError } from "@repo/server-kit/error-response";
import { readMultipart } from "@repo/server-kit/read-multipart";
import type { Server } from "@repo/server-kit/server";
import { storedFileTables } from "../../schema.ts";
import { countLabels, listPictures } from "../../search/find-pictures.ts";
import { maxPhotoBytes } from "../../search/photo-kind.ts";
import { readPicture, readPictureFile } from "../../search/read-picture.ts";
import type { SearchSubject } from "../../search/search-service.ts";
import { type PictureRequest, readPictureRequest, toPictureAddress } from "../../ui/picture-address.ts";
import type { CatalogueParts } from "./catalogue-parts.ts";
import { PicturePage } from "./picture-page.tsx";
import { picturesPerPage, type PictureResults, PicturesPage } from "./pictures-page.tsx";

/** Documents that the filter offers. */
const documentsOffered = 200;
const similarShown = 12;
/** What a form has besides its photo, bytes. */
const formBytes = 64 * 1024;
/** By its content's hash: it never changes. */
const forEver = "private, max-age=31536000, immutable";
const pictureIdPattern = "[0-9a-f]{16,64}";

function toSubject({ text, photoId, likeId }: PictureRequest): SearchSubject | undefined {
  if (text !== undefined) return { text };
  if (photoId !== undefined) return { photoId };
  return likeId === undefined ? undefined : { pictureId: likeId };
}

/** Mounts the pages that find pictures, and the pictures themselves. */
export function mountPicturePages(server: Server, parts: CatalogueParts): void {
  const { db, documents, search, spaces, pages } = parts;
  const { app } = server;
  const files = createFileStore(db, storedFileTables);

  async function findPictures(request: PictureRequest, signal: AbortSignal): Promise<PictureResults> {
    const { filter, weights, resultPage } = request;
    const page = { limit: picturesPerPage, offset: (resultPage - 1) * picturesPerPage };
    const subject = toSubject(request);
    if (subject === undefined) {
      const { pictures, total } = await listPictures(db, filter, page);
      return { pictures, total, hasMore: false, weights };
    }
    const answer = await search.search(subject, { weights, filter, page }, { signal });
    return { pictures: answer.results, total: undefined, hasMore: answer.hasMore, weights: answer.weights };
  }

  app.get("/pictures", (c) => {
    spaces.wake();
    return pages.page(c, async () => {
      const request = readPictureRequest((name) => c.req.query(name));
      const [{ documents: listed }, labels] = await Promise.all([
        documents.list({ limit: documentsOffered }),
        countLabels(db, request.filter),
      ]);
      let problem: string | undefined;
      const results = await findPictures(request, c.req.raw.signal).catch((thrown: unknown) => {
        const error = toCodedError(thrown);
        if (error.code === "internal") throw thrown;
        problem = error.message;
        c.status(error.status as 503);
        return undefined;
      });
      return <PicturesPage {...{ parts, request, choices: { documents: listed, labels }, results, problem }} />;
    });
  });

  app.post("/pictures/photo", (c) =>
    pages.page(c, async () => {
      const held = server.bodyBudget.hold();
      try {
        const limits = { maxFiles: 1, maxFileBytes: maxPhotoBytes, maxBodyBytes: maxPhotoBytes + formBytes };
        const fields = await readMultipart(c.req.raw, { ...limits, held, signal: c.req.raw.signal });
        const photo = fields.get("image")?.find(isUploadedFile);
        if (photo === undefined) throw new CodedError("invalid_request", "Choose a photo.");
        const { id } = await search.addPhoto(photo.bytes, { signal: c.req.raw.signal });
        const request = readPictureRequest((name) => fields.get(name)?.find((value) => typeof value === "string"));
        return c.redirect(toPictureAddress({ ...request, text: undefined, likeId: undefined, photoId: id, resultPage: 1 }), 303);
      } finally {
        held.release();
      }
    }),
  );

  app.get(`/photos/:id{${pictureIdPattern}}`, (c) =>
    pages.page(c, async () => {
      const { bytes, type } = await search.readPhoto(c.req.param("id"));
      return new Response(new Uint8Array(bytes), { headers: { ...toSentFileHeaders(type), "cache-control": forEver } });
    }),
  );

  app.get(`/pictures/:id{${pictureIdPattern}}`, (c) =>
    pages.page(c, async () => {
      const details = await readPicture(db, c.req.param("id"));
      const options = { weights: { base: 1 }, filter: {}, page: { limit: similarShown, offset: 0 } };
      let problem: string | undefined;
      const similar = await search.search({ pictureId: details.picture.id }, options).catch((thrown: unknown) => {
        problem = toCodedError(thrown).message;
        return undefined;
      });
      return <PicturePage {...{ parts, details, similar: similar?.results ?? [], problem }} />;
    }),
  );

  for (const part of ["file", "thumbnail"] as const) {
    app.get(`/pictures/:id{${pictureIdPattern}}/${part}`, (c) =>
      pages.page(c, async () => {
        const id = c.req.param("id");
        const { sha256, type, sizeBytes } = await readPictureFile(db, id, part);
        const name = `${id}.${type.split("/").at(-1) ?? "bin"}`;
        return answerFile({ name, type, sizeBytes, bytes: files.stream(sha256), cacheControl: forEver });
      }),
    );
  }
}
