import type { Database } from "@repo/app-kit/open-database";
import { and, eq, sql } from "drizzle-orm";
import { documentImages, pictures } from "../schema.ts";
import { toPictureSubquery, toPlaceCondition } from "./find-pictures.ts";
import type { PictureFilter } from "./search-query.ts";

/** Most pictures that a word may bring to the front. */
const maxMatches = 200;

/**
 * Pictures in question whose caption has all the words, in any form: who types a product's name wants the product.
 * @source PostgreSQL documentation, chapter 12; the configuration must be the one of the index in schema.ts
 */
export async function findByWords(db: Database, text: string, filter: PictureFilter): Promise<string[]> {
  const foundAs = sql<string>`coalesce(${pictures.duplicateOf}, ${pictures.id})`;
  const inQuestion = toPictureSubquery(filter);
  const rows = await db
    .selectDistinct({ id: foundAs })
    .from(documentImages)
    .innerJoin(pictures, eq(pictures.id, documentImages.pictureId))
    .where(
      and(
        sql`to_tsvector('english', ${documentImages.caption}) @@ plainto_tsquery('english', ${text})`,
        toPlaceCondition(filter),
        inQuestion === undefined ? undefined : sql`${foundAs} in ${inQuestion}`,
      ),
    )
    .limit(maxMatches);
  return rows.map(({ id }) => id);
}
