import { Notice } from "@repo/app-kit/notice";
import type { Access } from "../../access.ts";
import type { BatchProgress } from "../../sheets/sheet-service.ts";
import type { SheetView } from "../../sheets/sheet-views.ts";
import { Shell } from "../../ui/shell.tsx";
import { StatusDetail, StatusLabel } from "../../ui/status-label.tsx";
import type { StaffPortalParts } from "./staff-portal-parts.ts";

/** Rows that are on the page at first; the island adds what moves. */
const maxRows = 200;

function UploadRow({ sheet }: { sheet: SheetView }) {
  return (
    <li class="upload" data-sheet={sheet.id}>
      <a href={`/portal/staff/sheets/${sheet.id}`} dir="auto">
        {sheet.originalFilename}
      </a>
      <span class="upload-state">
        <StatusLabel sheet={sheet} /> <StatusDetail sheet={sheet} />
      </span>
    </li>
  );
}

/** How far a batch is, in one line and a bar. */
function BatchSummary({ progress }: { progress: BatchProgress | undefined }) {
  const { total = 0, waiting = 0, accepted = 0, inReview = 0, failed = 0 } = progress ?? {};
  return (
    <div id="batch-summary" hidden={total === 0}>
      <progress id="batch-bar" max={Math.max(1, total)} value={total - waiting} aria-label="Sheets read"></progress>
      <p class="facts" role="status" id="batch-facts">
        <span>
          {total - waiting} of {total} read
        </span>
        <span>{accepted} accepted</span>
        <span>{inReview} to review</span>
        <span>{failed} failed</span>
      </p>
      <p class="waiting" id="batch-waiting" hidden={progress?.waitingFor === undefined || progress.waitingFor === null}>
        {progress?.waitingFor}
      </p>
    </div>
  );
}

/** Where files are dropped, and what becomes of them. */
export function UploadPage(props: {
  parts: StaffPortalParts;
  access: Access;
  progress: BatchProgress | undefined;
  examType: string;
  inReview: number;
}) {
  const { parts, progress, examType, inReview } = props;
  const sheets = progress?.changed ?? [];
  const maxMegabytes = Math.floor(parts.maxFileBytes / 1024 / 1024);
  return (
    <Shell title="Upload" assets={parts.assets} access={props.access} current="/portal/staff">
      <div class="home">
        <h1>Upload answer sheets</h1>
        <p class="note">
          <a href="/portal/staff/review">
            {inReview === 0
              ? "Nothing waits for review"
              : inReview === 1
                ? "1 sheet waits for review"
                : `${inReview.toLocaleString("en")} sheets wait for review`}
          </a>
        </p>
      </div>
      <form
        id="upload"
        class="upload-form"
        method="post"
        action="/portal/staff/upload"
        enctype="multipart/form-data"
        data-max-bytes={parts.maxFileBytes}
        data-extensions={parts.extensions.join(",")}
        data-batch={progress?.batchId}
      >
        <label class="exam-type">
          Exam type
          <select name="exam_type">
            {parts.examTypes.map((type) => (
              <option value={type} selected={type === examType}>
                {type}
              </option>
            ))}
          </select>
        </label>
        <div id="drop" class="drop">
          <label for="files">
            <strong>Files</strong>
            <input type="file" id="files" name="files" multiple accept={[...parts.extensions, "application/pdf", "image/*"].join(",")} />
          </label>
          <p class="drop-hint" hidden>
            Drop files or whole folders here, or{" "}
            <button type="button" class="link" id="choose-files">
              choose files
            </button>{" "}
            or{" "}
            <button type="button" class="link" id="choose-folder">
              a folder
            </button>
            .
          </p>
          <input type="file" id="folder" hidden multiple aria-label="Folder" />
          <small>
            {parts.extensions.join(" ")}, up to {maxMegabytes} MB each. The first page of each file is read; the same file twice is stored
            once.
          </small>
        </div>
        <button type="submit" class="without-script">
          Upload
        </button>
      </form>
      <Notice text={progress !== undefined && progress.total === 0 ? "Nothing of this upload has arrived yet." : undefined} />
      <div id="upload-summary" hidden>
        <progress id="upload-bar" aria-label="Bytes uploaded"></progress>
        <p class="facts" id="upload-facts"></p>
      </div>
      <p id="upload-problem" class="banner" data-kind="warning" role="alert" hidden></p>
      <BatchSummary progress={progress} />
      <ol class="uploads" id="uploads" aria-label="Files">
        {sheets.slice(0, maxRows).map((sheet) => (
          <UploadRow sheet={sheet} />
        ))}
      </ol>
      {progress !== undefined && sheets.length > maxRows ? (
        <p class="note">
          <a href={`/portal/staff/sheets?batch=${progress.batchId}`}>All {sheets.length.toLocaleString("en")} sheets of this upload</a>
        </p>
      ) : null}
      {progress !== undefined && progress.waiting > 0 ? (
        <noscript>
          <p>
            <a href={`/portal/staff?batch=${progress.batchId}`}>See how far it is</a>
          </p>
        </noscript>
      ) : null}
    </Shell>
  );
}
