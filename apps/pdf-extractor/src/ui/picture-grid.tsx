import { Bar } from "@repo/app-kit/bar";
import type { FoundPicture } from "../search/find-pictures.ts";
import { allPictures, toPictureAddress } from "./picture-address.ts";

/** Words for a picture: its caption, or what its labels say. */
export function toPictureName({ place, labels }: Pick<FoundPicture, "place" | "labels">): string {
  if (place.caption !== "") return place.caption;
  const words = labels === null ? [] : [labels.color[0]?.label, labels.material[0]?.label];
  const described = words.filter((word) => word !== undefined).join(" ");
  return described === "" ? `Picture of page ${place.page}` : described;
}

function Card({ picture, best }: { picture: FoundPicture; best: number }) {
  const { id, place, places, score, thumbnailWidth, thumbnailHeight } = picture;
  const name = toPictureName(picture);
  return (
    <li class="picture">
      <a href={`/pictures/${id}`} class="picture-link">
        <img src={`/pictures/${id}/thumbnail`} alt="" width={thumbnailWidth} height={thumbnailHeight} loading="lazy" decoding="async" />
        <span class="picture-name" dir="auto">
          {name}
        </span>
      </a>
      <p class="picture-place">
        <a href={`/documents/${place.documentId}#page-${place.page}`} dir="auto" title={place.filename}>
          {place.filename}
        </a>
        <span>
          p. {place.page.toLocaleString("en")}
          {places > 1 ? ` +${(places - 1).toLocaleString("en")}` : ""}
        </span>
      </p>
      <p class="picture-match">
        {score === null ? null : (
          <>
            <Bar share={best <= 0 ? 0 : score / best} label="Compared with the best match" />
            <span>{score.toFixed(2).replace("-0.00", "0.00")}</span>
          </>
        )}
        <a href={toPictureAddress({ ...allPictures, likeId: id })} aria-label={`Like ${name}`}>
          Like this
        </a>
      </p>
    </li>
  );
}

/** Pictures side by side, as many as fit. */
export function PictureGrid({ pictures, label }: { pictures: readonly FoundPicture[]; label: string }) {
  const best = Math.max(0, ...pictures.map(({ score }) => score ?? 0));
  return (
    <ul class="pictures" aria-label={label}>
      {pictures.map((picture) => (
        <Card picture={picture} best={best} />
      ))}
    </ul>
  );
}
