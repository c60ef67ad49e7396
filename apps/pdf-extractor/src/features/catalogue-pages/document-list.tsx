import { Moment } from "@repo/app-kit/moment";
import type { DocumentView } from "../../documents/document-views.ts";
import { toDocumentLine, toSize } from "../../ui/document-words.ts";

/** How far a document is; the script keeps it up to date. */
export function DocumentState({ document }: { document: DocumentView }) {
  const { text, tone, facts, detail, share } = toDocumentLine(document);
  return (
    <div class="document-state" data-document={document.id} data-status={document.status}>
      <span class="status" data-tone={tone} data-part="text">
        {text}
      </span>{" "}
      <span class="status-detail" data-part="facts">
        {facts}
      </span>
      <progress
        data-part="bar"
        max={1}
        value={share ?? 1}
        hidden={share === null}
        aria-label={`Progress of ${document.filename}`}
      ></progress>
      <p class="waiting" data-part="detail" hidden={detail === ""}>
        {detail}
      </p>
    </div>
  );
}

/** The newest documents. */
export function DocumentList({ documents }: { documents: readonly DocumentView[] }) {
  return (
    <ul class="documents" aria-label="Documents">
      {documents.map((document) => (
        <li class="document">
          <div>
            <a href={`/documents/${document.id}`} dir="auto">
              <strong>{document.title ?? document.filename}</strong>
            </a>
            <p class="facts">
              {document.title === null ? null : <span dir="auto">{document.filename}</span>}
              <span>{toSize(document.sizeBytes)}</span>
              <Moment at={document.createdAt} />
            </p>
          </div>
          <DocumentState document={document} />
        </li>
      ))}
    </ul>
  );
}
