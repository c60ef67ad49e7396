import { Moment } from "@repo/app-kit/moment";
import { Notice } from "@repo/app-kit/notice";
import type { DocumentView } from "../../documents/document-views.ts";
import type { FoundPicture } from "../../search/find-pictures.ts";
import { toSize } from "../../ui/document-words.ts";
import { allPictures, toPictureAddress } from "../../ui/picture-address.ts";
import { PictureGrid } from "../../ui/picture-grid.tsx";
import { Shell } from "../../ui/shell.tsx";
import type { CatalogueParts } from "./catalogue-parts.ts";
import { DocumentState } from "./document-list.tsx";

/** Pictures on the page of a document; the others are on the page of pictures. */
export const maxDocumentPictures = 240;

function Actions({ document }: { document: DocumentView }) {
  const mayResume = document.status === "stopped" || document.status === "failed";
  return (
    <div class="downloads actions">
      {mayResume ? (
        <form method="post" action={`/documents/${document.id}/resume`} class="inline">
          <button type="submit">{document.status === "stopped" ? "Resume" : "Try again"}</button>
        </form>
      ) : null}
      <a href={`/documents/${document.id}/file`}>The PDF</a>
      <a href={toPictureAddress({ ...allPictures, filter: { documentId: document.id } })}>Search in it</a>
      <a href={`/calls?document=${document.id}`}>Its calls</a>
      <details class="action danger">
        <summary>Delete</summary>
        <form method="post" action={`/documents/${document.id}/delete`}>
          <p>The document goes for good, with the pictures that no other one shows.</p>
          <button type="submit">Delete it</button>
        </form>
      </details>
    </div>
  );
}

function Pages({ pictures }: { pictures: readonly FoundPicture[] }) {
  const pages = Map.groupBy(pictures, ({ place }) => place.page);
  return (
    <>
      {[...pages].map(([page, ofPage]) => (
        <section aria-labelledby={`page-${page}`}>
          <h2 id={`page-${page}`}>Page {page.toLocaleString("en")}</h2>
          <PictureGrid pictures={ofPage} label={`Pictures of page ${page}`} />
        </section>
      ))}
    </>
  );
}

/** One document: how far it is, what was odd, and its pictures page by page. */
export function DocumentPage(props: {
  parts: CatalogueParts;
  document: DocumentView;
  pictures: readonly FoundPicture[];
  total: number;
  notice: string | undefined;
}) {
  const { document, pictures, total } = props;
  return (
    <Shell title={document.title ?? document.filename} assets={props.parts.assets} current="/">
      <p class="crumb">
        <a href="/">Documents</a>
      </p>
      <h1 dir="auto">{document.title ?? document.filename}</h1>
      <p class="facts">
        <span dir="auto">{document.filename}</span>
        <span>{toSize(document.sizeBytes)}</span>
        <Moment at={document.createdAt} />
      </p>
      <Notice text={props.notice} />
      <DocumentState document={document} />
      <Actions document={document} />
      {document.problems.length === 0 ? null : (
        <details class="action">
          <summary>{document.problems.length === 1 ? "One thing" : `${document.problems.length} things`} could not be read</summary>
          <ul class="problems">
            {document.problems.map((problem) => (
              <li>{problem}</li>
            ))}
          </ul>
        </details>
      )}
      <Pages pictures={pictures} />
      {total > pictures.length ? (
        <p class="note">
          <a href={toPictureAddress({ ...allPictures, filter: { documentId: document.id } })}>
            All {total.toLocaleString("en")} pictures of it
          </a>
        </p>
      ) : null}
    </Shell>
  );
}
