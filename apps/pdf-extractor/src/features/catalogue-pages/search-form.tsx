import { aspects } from "@repo/contracts/visual-embedding";
import type { DocumentView } from "../../documents/document-views.ts";
import { vectorKinds } from "../../schema.ts";
import type { LabelCount } from "../../search/find-pictures.ts";
import { allPictures, kindNames, type PictureRequest, toPictureParameters } from "../../ui/picture-address.ts";

/** What filters offer. */
export interface FilterChoices {
  documents: readonly DocumentView[];
  labels: Record<(typeof aspects)[number], readonly LabelCount[]>;
}

function HiddenFields({ request, except }: { request: PictureRequest; except: readonly string[] }) {
  return (
    <>
      {Object.entries(toPictureParameters(request))
        .filter(([name]) => !except.includes(name))
        .map(([name, value]) => (
          <input type="hidden" name={name} value={value} />
        ))}
    </>
  );
}

function Filters({ request, choices }: { request: PictureRequest; choices: FilterChoices }) {
  const { filter } = request;
  const isOpen = Object.values(filter).some((value) => value !== undefined);
  return (
    <details class="weights" open={isOpen}>
      <summary>Filters</summary>
      <div class="filters">
        <label>
          Document
          <select name="document">
            <option value="">All</option>
            {choices.documents.map(({ id, filename, title }) => (
              <option value={id} selected={filter.documentId === id}>
                {title ?? filename}
              </option>
            ))}
          </select>
        </label>
        <label>
          Page
          <input type="number" name="page" min={1} value={filter.page} placeholder="All" inputmode="numeric" />
        </label>
        {aspects.map((aspect) => (
          <label>
            {kindNames[aspect]}
            <select name={aspect}>
              <option value="">All</option>
              {choices.labels[aspect].map(({ label, count }) => (
                <option value={label} selected={filter[aspect] === label}>
                  {label} ({count.toLocaleString("en")})
                </option>
              ))}
            </select>
          </label>
        ))}
      </div>
    </details>
  );
}

function Weights({ request }: { request: PictureRequest }) {
  const isDefault = Object.keys(request.weights).length === 1 && request.weights.base !== undefined;
  return (
    <details class="weights" open={!isDefault}>
      <summary>What counts</summary>
      <div class="weight-sliders">
        {vectorKinds.map((kind) => (
          <label>
            {kindNames[kind]}
            <input type="range" name={`w_${kind}`} min={0} max={100} step={5} value={request.weights[kind] ?? 0} />
          </label>
        ))}
      </div>
    </details>
  );
}

/** Words, a photo, filters and weights. @param isBare words and photo only */
export function SearchForm(props: { isBare: true } | { isBare?: false; request: PictureRequest; choices: FilterChoices }) {
  const request = props.isBare ? allPictures : props.request;
  return (
    <search class="search-box">
      <form class="search" method="get" action="/pictures" id="search">
        <fieldset role="group">
          <input
            type="search"
            name="text"
            id="query"
            value={request.text ?? ""}
            placeholder="dark oak, blue tiles, brushed metal …"
            aria-label="What the picture shows"
            maxlength={1000}
          />
          <button type="submit">Search</button>
        </fieldset>
        {props.isBare ? null : (
          <>
            <HiddenFields request={{ ...allPictures, photoId: request.photoId, likeId: request.likeId }} except={[]} />
            <Filters request={request} choices={props.choices} />
            <Weights request={request} />
          </>
        )}
      </form>
      <form class="photo" method="post" action="/pictures/photo" enctype="multipart/form-data" id="photo">
        <HiddenFields request={request} except={["text", "photo", "like", "p"]} />
        <label>
          or by a photo <input type="file" name="image" accept="image/jpeg,image/png,image/webp,image/gif" required />
        </label>
        <button type="submit" class="secondary without-script">
          Search by photo
        </button>
      </form>
    </search>
  );
}
