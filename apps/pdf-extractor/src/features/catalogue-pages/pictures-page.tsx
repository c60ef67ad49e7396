import { Pager } from "@repo/app-kit/pager";
import { aspects } from "@repo/contracts/visual-embedding";
import type { FoundPicture, LabelCount } from "../../search/find-pictures.ts";
import type { KindWeights } from "../../search/search-query.ts";
import { type VectorKind, vectorKinds } from "../../schema.ts";
import { ColorSwatch } from "../../ui/color-swatch.tsx";
import { allPictures, kindNames, type PictureRequest, toPictureAddress } from "../../ui/picture-address.ts";
import { PictureGrid } from "../../ui/picture-grid.tsx";
import { Shell } from "../../ui/shell.tsx";
import type { CatalogueParts } from "./catalogue-parts.ts";
import { type FilterChoices, SearchForm } from "./search-form.tsx";

/** Pictures per page of results. */
export const picturesPerPage = 48;

/** What the page of pictures found. */
export interface PictureResults {
  pictures: readonly FoundPicture[];
  /** Of lists; undefined for searches. */
  total: number | undefined;
  hasMore: boolean;
  /** As they were used in a search. */
  weights: KindWeights;
}

const maxChips = 16;

function ColorChips({ request, colors }: { request: PictureRequest; colors: readonly LabelCount[] }) {
  if (colors.length === 0) return null;
  return (
    <nav class="chips" aria-label="Colours">
      {colors.slice(0, maxChips).map(({ label, count }) => {
        const isOn = request.filter.color === label;
        const filter = { ...request.filter, color: isOn ? undefined : label };
        return (
          <a class="chip" href={toPictureAddress({ ...request, filter, resultPage: 1 })} aria-current={isOn ? "true" : undefined}>
            <ColorSwatch label={label} /> {label} <b>{count.toLocaleString("en")}</b>
          </a>
        );
      })}
    </nav>
  );
}

/** The whole, or one aspect alone. */
function KindTabs({ request }: { request: PictureRequest }) {
  const isAlone = (kind: VectorKind): boolean => Object.keys(request.weights).length === 1 && request.weights[kind] !== undefined;
  return (
    <nav class="tabs" aria-label="Compare by">
      {vectorKinds.map((kind) => (
        <a
          href={toPictureAddress({ ...request, weights: { [kind]: 100 }, resultPage: 1 })}
          aria-current={isAlone(kind) ? "page" : undefined}
        >
          {kindNames[kind]}
        </a>
      ))}
    </nav>
  );
}

function ResultPager({ request, results }: { request: PictureRequest; results: PictureResults }) {
  const { resultPage: page } = request;
  const toAddress = (next: number): string => toPictureAddress({ ...request, resultPage: next });
  if (results.total !== undefined) return <Pager page={page} perPage={picturesPerPage} total={results.total} toAddress={toAddress} />;
  if (page === 1 && !results.hasMore) return null;
  return (
    <nav class="pages" aria-label="Pages">
      {page > 1 ? (
        <a href={toAddress(page - 1)} rel="prev">
          ← Better matches
        </a>
      ) : (
        <span></span>
      )}
      <span>Page {page.toLocaleString("en")}</span>
      {results.hasMore ? (
        <a href={toAddress(page + 1)} rel="next">
          Further ones →
        </a>
      ) : (
        <span></span>
      )}
    </nav>
  );
}

function Subject({ request }: { request: PictureRequest }) {
  const { text, photoId, likeId } = request;
  const source = photoId !== undefined ? `/photos/${photoId}` : likeId !== undefined ? `/pictures/${likeId}/thumbnail` : undefined;
  if (text !== undefined) return <h1>Pictures for “{text}”</h1>;
  if (source === undefined) return <h1>Pictures</h1>;
  return (
    <div class="subject">
      <img src={source} alt="The picture that is searched with" />
      <h1>{photoId === undefined ? "Pictures like this one" : "Pictures like your photo"}</h1>
      <a href={toPictureAddress({ ...request, photoId: undefined, likeId: undefined, weights: allPictures.weights, resultPage: 1 })}>
        Clear
      </a>
    </div>
  );
}

function Nothing({ request, isEmpty }: { request: PictureRequest; isEmpty: boolean }) {
  if (isEmpty) {
    return (
      <p class="empty">
        There are no pictures yet. <a href="/">Upload a PDF</a>
      </p>
    );
  }
  const { text, photoId, likeId } = request;
  const isSearch = [text, photoId, likeId].some((value) => value !== undefined);
  const saysNothing = isSearch && request.weights.base === undefined;
  return (
    <p class="empty">
      {saysNothing
        ? "What you search with says nothing about what is compared, or no picture passes the filters."
        : "No picture passes the filters."}{" "}
      <a href={toPictureAddress({ ...allPictures, text, photoId, likeId })}>Take the filters away</a>
    </p>
  );
}

/** All pictures, filtered, or in the order in which they match what is searched with. */
export function PicturesPage(props: {
  parts: CatalogueParts;
  request: PictureRequest;
  choices: FilterChoices;
  /** Undefined where the search failed. */
  results: PictureResults | undefined;
  problem: string | undefined;
}) {
  const { request, choices, results, problem } = props;
  const isSearch = request.text !== undefined || request.photoId !== undefined || request.likeId !== undefined;
  const isEmpty = choices.documents.length === 0;
  const active = aspects.filter((aspect) => request.filter[aspect] !== undefined);
  return (
    <Shell title={request.text ?? "Pictures"} assets={props.parts.assets} current="/pictures">
      <Subject request={request} />
      <SearchForm request={request} choices={choices} />
      {problem === undefined ? null : (
        <div class="banner" role="alert" data-kind="warning">
          <span>{problem}</span>
        </div>
      )}
      <ColorChips request={request} colors={choices.labels.color} />
      {isSearch ? <KindTabs request={request} /> : null}
      {results === undefined ? null : results.pictures.length === 0 ? (
        <Nothing request={request} isEmpty={isEmpty} />
      ) : (
        <>
          {results.total === undefined ? null : (
            <p class="note" role="status">
              {results.total.toLocaleString("en")} {results.total === 1 ? "picture" : "pictures"}
              {active.length === 0 ? "" : ` with ${active.map((aspect) => request.filter[aspect]).join(", ")}`}
            </p>
          )}
          <PictureGrid pictures={results.pictures} label="Pictures" />
          <ResultPager request={request} results={results} />
        </>
      )}
    </Shell>
  );
}
