import { Bar } from "@repo/app-kit/bar";
import { aspects } from "@repo/contracts/visual-embedding";
import type { FoundPicture } from "../../search/find-pictures.ts";
import type { PictureDetails } from "../../search/read-picture.ts";
import { vectorKinds } from "../../schema.ts";
import { ColorSwatch } from "../../ui/color-swatch.tsx";
import { toSize } from "../../ui/document-words.ts";
import { allPictures, kindNames, toPictureAddress } from "../../ui/picture-address.ts";
import { PictureGrid, toPictureName } from "../../ui/picture-grid.tsx";
import { Shell } from "../../ui/shell.tsx";
import type { CatalogueParts } from "./catalogue-parts.ts";

function Labels({ details }: { details: PictureDetails }) {
  const { labels } = details.original;
  if (labels === null) return <p class="note">It is not embedded yet.</p>;
  return (
    <div class="labels">
      {aspects.map((aspect) => (
        <section aria-label={kindNames[aspect]}>
          <h2>{kindNames[aspect]}</h2>
          <ul>
            {labels[aspect].map(({ label, score }) => (
              <li>
                <a href={toPictureAddress({ ...allPictures, filter: { [aspect]: label } })}>
                  {aspect === "color" ? <ColorSwatch label={label} /> : null} {label}
                </a>
                <Bar share={score} label={label} />
                <span class="number">{Math.round(score * 100)}%</span>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </div>
  );
}

function Places({ details }: { details: PictureDetails }) {
  return (
    <ul class="places" aria-label="Where it is shown">
      {details.places.map(({ documentId, filename, page, caption, nearbyText }) => (
        <li>
          <a href={`/documents/${documentId}/file#page=${page}`} dir="auto">
            {filename}, page {page.toLocaleString("en")}
          </a>
          {caption === "" ? null : <strong dir="auto"> {caption}</strong>}
          {nearbyText === "" ? null : (
            <p class="nearby" dir="auto">
              {nearbyText}
            </p>
          )}
        </li>
      ))}
    </ul>
  );
}

/** One picture: what it shows, where it stands, and what is like it. */
export function PicturePage(props: {
  parts: CatalogueParts;
  details: PictureDetails;
  similar: readonly FoundPicture[];
  problem: string | undefined;
}) {
  const { details, similar, problem } = props;
  const { picture, original, sizeBytes, places } = details;
  const [place] = places;
  const name = place === undefined ? "Picture" : toPictureName({ place, labels: original.labels });
  return (
    <Shell title={name} assets={props.parts.assets} current="/pictures">
      {place === undefined ? null : (
        <p class="crumb">
          <a href={`/documents/${place.documentId}#page-${place.page}`} dir="auto">
            {place.filename}
          </a>
          , page {place.page.toLocaleString("en")}
        </p>
      )}
      <h1 dir="auto">{name}</h1>
      <div class="picture-columns">
        <figure class="picture-large">
          <a href={`/pictures/${picture.id}/file`} aria-label={`${name}, as a file`}>
            <img src={`/pictures/${picture.id}/file`} alt={name} width={picture.width} height={picture.height} />
          </a>
          <figcaption class="facts">
            <span>
              {picture.width.toLocaleString("en")} × {picture.height.toLocaleString("en")} pixels
            </span>
            <span>{toSize(sizeBytes)}</span>
            <span>{picture.colorSpace}</span>
            {picture.hasMask ? <span>with a mask</span> : null}
          </figcaption>
        </figure>
        <div>
          {picture.errorMessage === null ? null : (
            <p class="banner" data-kind="warning" role="alert">
              {picture.errorMessage}
            </p>
          )}
          <Labels details={details} />
          <Places details={details} />
        </div>
      </div>
      <h2 id="similar">Like this</h2>
      <nav class="tabs" aria-label="Compare by">
        {vectorKinds.map((kind) => (
          <a href={toPictureAddress({ ...allPictures, likeId: picture.id, weights: { [kind]: 100 } })}>{kindNames[kind]}</a>
        ))}
      </nav>
      {problem === undefined ? null : <p class="empty">{problem}</p>}
      {similar.length === 0 ? (
        <p class="empty">Nothing to compare with yet.</p>
      ) : (
        <PictureGrid pictures={similar} label="Similar pictures" />
      )}
    </Shell>
  );
}
