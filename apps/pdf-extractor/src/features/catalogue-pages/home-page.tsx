import { Notice } from "@repo/app-kit/notice";
import type { DocumentView } from "../../documents/document-views.ts";
import type { VisualStatus } from "../../spaces.ts";
import { Shell } from "../../ui/shell.tsx";
import type { CatalogueParts } from "./catalogue-parts.ts";
import { DocumentList } from "./document-list.tsx";
import { SearchForm } from "./search-form.tsx";

/** How the model does, in one line; the script keeps it up to date. */
function ModelLine({ status }: { status: VisualStatus }) {
  const state = status.answeredBy === "none" ? "bad" : status.state === "warming" ? "busy" : "good";
  return (
    <p class="space" data-state={state}>
      <span class="dot" aria-hidden="true"></span>{" "}
      {status.model?.model ?? (status.mode === "local" ? "Model in this process" : "siglip-embed")}
    </p>
  );
}

function DropZone({ maxFileBytes, isFirst }: { maxFileBytes: number; isFirst: boolean }) {
  return (
    <form id="upload" method="post" action="/upload" enctype="multipart/form-data" data-max-bytes={maxFileBytes}>
      <div id="drop" class="drop" data-first={isFirst ? "" : undefined}>
        <label for="files">
          <strong>PDFs</strong>
          <input type="file" id="files" name="files" multiple accept=".pdf,application/pdf" />
        </label>
        <p class="drop-hint" hidden>
          Drop PDFs here, or{" "}
          <button type="button" class="link" id="choose-files">
            choose files
          </button>
          .
        </p>
        <small>
          Any number, up to {Math.floor(maxFileBytes / 2 ** 20).toLocaleString("en")} MB each. The same file twice is stored once.
        </small>
      </div>
      <button type="submit" class="without-script">
        Upload
      </button>
    </form>
  );
}

function SampleForm() {
  return (
    <form method="post" action="/sample" class="sample">
      <button type="submit" class="outline">
        Try the sample catalogue
      </button>
    </form>
  );
}

/** The first page: a place to drop PDFs, a search over what is in them, and how far they are. */
export function HomePage(props: {
  parts: CatalogueParts;
  documents: readonly DocumentView[];
  total: number;
  status: VisualStatus;
  notice: string | undefined;
}) {
  const { parts, documents, total, status, notice } = props;
  const isFirst = total === 0;
  return (
    <Shell title="Documents" assets={parts.assets} current="/">
      <header class="home">
        <h1>{isFirst ? "Find pictures in your PDFs" : "Documents"}</h1>
        <ModelLine status={status} />
      </header>
      <Notice text={notice} />
      {isFirst ? (
        <p>
          Drop a PDF: a product catalogue, a brochure, a report. Its pictures are taken out, and then you find them by words like “dark
          oak”, by a photo, or by colour, texture, material and style.
        </p>
      ) : (
        <SearchForm isBare />
      )}
      <DropZone maxFileBytes={parts.maxFileBytes} isFirst={isFirst} />
      <p id="upload-problem" class="banner" data-kind="warning" role="alert" hidden></p>
      <ul class="uploads" id="uploads" aria-label="Files on their way"></ul>
      {isFirst ? <SampleForm /> : null}
      <div id="documents">
        <DocumentList documents={documents} />
      </div>
      {total > documents.length ? <p class="note">and {(total - documents.length).toLocaleString("en")} older ones</p> : null}
    </Shell>
  );
}
