import type { Database } from "@repo/app-kit/open-database";
import { listPicturesRoute, type PictureBody, pictureLabelsRoute, searchPicturesRoute } from "@repo/contracts/visual-catalogue";
import type { CallContext } from "@repo/contracts/call-context";
import { mountRoute } from "@repo/server-kit/mount-route";
import type { Server } from "@repo/server-kit/server";
import { countLabels, type FoundPicture, listPictures } from "../../search/find-pictures.ts";
import type { SearchService, SearchSubject } from "../../search/search-service.ts";
import type { KindWeights, PictureFilter } from "../../search/search-query.ts";

function toBody({ id, score, place, places, width, height, labels }: FoundPicture): PictureBody {
  return {
    id,
    score,
    document_id: place.documentId,
    filename: place.filename,
    page_number: place.page,
    caption: place.caption,
    nearby_text: place.nearbyText,
    places,
    width,
    height,
    image_url: `/pictures/${id}/file`,
    thumbnail_url: `/pictures/${id}/thumbnail`,
    labels,
  };
}

interface FilterFields extends Omit<PictureFilter, "documentId"> {
  document_id?: string | undefined;
}

const toFilter = ({ document_id: documentId, page, color, texture, material, style }: FilterFields): PictureFilter => ({
  documentId,
  page,
  color,
  texture,
  material,
  style,
});

/** Mounts the API that finds pictures. */
export function mountSearchApi(server: Server, { db, search }: { db: Database; search: SearchService }): void {
  mountRoute(server, listPicturesRoute, async ({ limit, offset, ...fields }) => {
    const page = await listPictures(db, toFilter(fields), { limit, offset });
    return { pictures: page.pictures.map(toBody), total: page.total };
  });
  mountRoute(server, pictureLabelsRoute, async (fields) => await countLabels(db, toFilter(fields)));

  const toSubject = async (
    {
      text,
      image,
      picture_id: pictureId,
    }: { text?: string | undefined; image?: { bytes: Uint8Array } | undefined; picture_id?: string | undefined },
    context: CallContext,
  ): Promise<SearchSubject> => {
    if (text !== undefined) return { text };
    if (image !== undefined) return { photoId: (await search.addPhoto(image.bytes, context)).id };
    return { pictureId: pictureId ?? "" };
  };
  mountRoute(server, searchPicturesRoute, async (body, context) => {
    const { limit, offset, weights = { base: 1 } } = body;
    const subject = await toSubject(body, context);
    const options = { weights: weights as KindWeights, filter: toFilter(body), page: { limit, offset } };
    const answer = await search.search(subject, options, context);
    return { results: answer.results.map(toBody), weights: answer.weights, model: answer.origin?.identity.model ?? null };
  });
}
