import type { Database } from "@repo/app-kit/open-database";
import { aspects, type Aspect } from "@repo/contracts/visual-embedding";
import { and, eq, inArray, sql, type SQL } from "drizzle-orm";
import { documentImages, documents, type PictureLabels, pictures } from "../schema.ts";
import type { PictureFilter, ResultPage } from "./search-query.ts";

/** Where a document shows a picture. */
export interface PicturePlace {
  imageId: string;
  documentId: string;
  filename: string;
  page: number;
  caption: string;
  nearbyText: string;
}

/** A picture as lists show it. */
export interface FoundPicture {
  id: string;
  width: number;
  height: number;
  thumbnailWidth: number;
  thumbnailHeight: number;
  labels: PictureLabels | null;
  /** The first place in question; a cover's only where there is no other. */
  place: PicturePlace;
  /** How many places show it, or one that looks the same, in all documents. */
  places: number;
  /** Weighted mean of cosines, -1 to 1; null in lists that were not searched. */
  score: number | null;
}

/** The picture that stands for another one: itself, or the one that looks the same. */
const foundAs = sql`coalesce(${pictures.duplicateOf}, ${pictures.id})`;

/** A cover repeats what has its name inside, so a first page comes after the others of its document. */
export const isCover = sql`${documentImages.pageNumber} = 1 and coalesce(${documents.pageCount}, 1) > 1`;

/** The places in question, as a condition on rows of document_images. */
export function toPlaceCondition({ documentId, page }: PictureFilter): SQL | undefined {
  return and(
    documentId === undefined ? undefined : eq(documentImages.documentId, documentId),
    page === undefined ? undefined : eq(documentImages.pageNumber, page),
  );
}

function toLabelConditions(filter: PictureFilter): SQL[] {
  return aspects.flatMap((aspect) => {
    const label = filter[aspect];
    return label === undefined ? [] : [eq(pictures[aspect], label)];
  });
}

/** Ids of the pictures in question, as a subquery; undefined where all are. */
export function toPictureSubquery(filter: PictureFilter): SQL | undefined {
  const place = toPlaceCondition(filter);
  const labels = toLabelConditions(filter);
  if (place === undefined && labels.length === 0) return undefined;
  const ofPlaces =
    place === undefined
      ? undefined
      : sql`${pictures.id} in (select coalesce(shown.duplicate_of, shown.id) from ${documentImages} join ${pictures} as shown on shown.id = ${documentImages.pictureId} where ${place})`;
  return sql`(select ${pictures.id} from ${pictures} where ${and(...labels, ofPlaces)})`;
}

interface PlaceRow {
  found_as: string;
  image_id: string;
  document_id: string;
  filename: string;
  page_number: number;
  caption: string;
  nearby_text: string;
}

async function readPlaces(db: Database, ids: readonly string[], filter: PictureFilter): Promise<Map<string, PicturePlace>> {
  const result = await db.execute(sql`
    select distinct on (found_as) * from (
      select ${foundAs} as found_as, ${documentImages.id} as image_id, ${documentImages.documentId} as document_id,
        ${documents.filename} as filename, ${documentImages.pageNumber} as page_number, ${documentImages.caption} as caption,
        ${documentImages.nearbyText} as nearby_text, ${documents.createdAt} as since, ${isCover} as is_cover, ${documentImages.position} as position
      from ${documentImages}
        join ${pictures} on ${pictures.id} = ${documentImages.pictureId}
        join ${documents} on ${documents.id} = ${documentImages.documentId}
      where ${and(inArray(foundAs, [...ids]), toPlaceCondition(filter))}
    ) as places
    order by found_as, since desc, is_cover, page_number, position`);
  const { rows } = result as unknown as { rows: PlaceRow[] };
  return new Map(
    rows.map((row) => [
      row.found_as,
      {
        imageId: row.image_id,
        documentId: row.document_id,
        filename: row.filename,
        page: row.page_number,
        caption: row.caption,
        nearbyText: row.nearby_text,
      },
    ]),
  );
}

async function countPlaces(db: Database, ids: readonly string[]): Promise<Map<string, number>> {
  const rows = await db
    .select({ id: sql<string>`${foundAs}`.as("found_as"), places: sql<number>`count(*)`.mapWith(Number) })
    .from(documentImages)
    .innerJoin(pictures, eq(pictures.id, documentImages.pictureId))
    .where(inArray(foundAs, [...ids]))
    .groupBy(sql`found_as`);
  return new Map(rows.map(({ id, places }) => [id, places]));
}

/** These pictures with a place of each, in this order; those that no place in question shows are left out. */
export async function readFoundPictures(
  db: Database,
  found: readonly { id: string; score: number | null }[],
  filter: PictureFilter,
): Promise<FoundPicture[]> {
  const ids = found.map(({ id }) => id);
  if (ids.length === 0) return [];
  const { id, width, height, thumbnailWidth, thumbnailHeight, labels } = pictures;
  const rows = await db.select({ id, width, height, thumbnailWidth, thumbnailHeight, labels }).from(pictures).where(inArray(id, ids));
  const byId = new Map(rows.map((row) => [row.id, row]));
  const [places, counts] = await Promise.all([readPlaces(db, ids, filter), countPlaces(db, ids)]);
  return found.flatMap((match) => {
    const [row, place] = [byId.get(match.id), places.get(match.id)];
    return row === undefined || place === undefined ? [] : [{ ...row, place, places: counts.get(match.id) ?? 1, score: match.score }];
  });
}

/** Pictures in the order of documents (the newest first) and pages; those that look the same once. */
export async function listPictures(
  db: Database,
  filter: PictureFilter,
  { limit, offset }: ResultPage,
): Promise<{ pictures: FoundPicture[]; total: number }> {
  const inQuestion = toPictureSubquery(filter);
  const labels = toLabelConditions(filter);
  const condition = and(sql`${pictures.duplicateOf} is null`, inQuestion === undefined ? undefined : sql`${pictures.id} in ${inQuestion}`);
  // One pass over the places, since every picture that is in question has to be put in order.
  const result = await db.execute(sql`
    select found_as from (
      select distinct on (found_as) * from (
        select ${foundAs} as found_as, ${documents.createdAt} as since, ${isCover} as is_cover, ${documentImages.pageNumber} as page, ${documentImages.position} as position
        from ${documentImages}
          join ${pictures} on ${pictures.id} = ${documentImages.pictureId}
          join ${documents} on ${documents.id} = ${documentImages.documentId}
        where ${toPlaceCondition(filter) ?? sql`true`}
      ) as places
      order by found_as, since desc, is_cover, page, position
    ) as first_places
    ${labels.length === 0 ? sql`` : sql`join ${pictures} on ${pictures.id} = found_as where ${and(...labels)}`}
    order by since desc, page, position
    limit ${limit} offset ${offset}`);
  const { rows } = result as unknown as { rows: { found_as: string }[] };
  const found = await readFoundPictures(
    db,
    rows.map((row) => ({ id: row.found_as, score: null })),
    filter,
  );
  return { pictures: found, total: await db.$count(pictures, condition) };
}

/** A label and how many pictures have it as their first one. */
export interface LabelCount {
  label: string;
  count: number;
}

/** The labels of each aspect among the pictures in question, the most frequent first; the aspect's own filter does not count. */
export async function countLabels(db: Database, filter: PictureFilter): Promise<Record<Aspect, LabelCount[]>> {
  const entries = await Promise.all(
    aspects.map(async (aspect) => {
      const others = { ...filter, [aspect]: undefined };
      const inQuestion = toPictureSubquery(others);
      const column = pictures[aspect];
      const rows = await db
        .select({ label: sql<string>`${column}`, count: sql<number>`count(*)`.mapWith(Number) })
        .from(pictures)
        .where(and(sql`${column} is not null`, inQuestion === undefined ? undefined : sql`${pictures.id} in ${inQuestion}`))
        .groupBy(column)
        .orderBy(sql`count(*) desc`, column);
      return [aspect, rows] as const;
    }),
  );
  return Object.fromEntries(entries) as Record<Aspect, LabelCount[]>;
}
