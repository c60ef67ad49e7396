import type { Assets } from "@repo/app-kit/load-assets";
import type { SheetDetails } from "../sheets/sheet-views.ts";

/** Kinds of files that every browser shows as a picture by itself. */
const picture = /^image\/(?:jpeg|png|webp|bmp|gif)$/;

/**
 * The page of a sheet as the reader saw it, upright, with the regions it read. The browser draws it (preview-island.ts), so
 * that no server needs to know about PDF; without scripts it is the file as it arrived.
 * @param file address of the sheet's file
 */
export function SheetPreview({ sheet, file, assets }: { sheet: SheetDetails; file: string; assets: Assets }) {
  const { extraction } = sheet;
  const page = extraction?.page ?? 1;
  const boxes = sheet.candidates.filter((candidate) => candidate.page === page).map(({ field, rank, box }) => ({ field, rank, box }));
  return (
    <figure
      class="preview"
      data-file={file}
      data-type={sheet.mimeType}
      data-page={page}
      data-rotation={extraction?.rotation ?? 0}
      data-skew={extraction?.skewDegrees ?? 0}
      data-boxes={JSON.stringify(boxes)}
      data-worker={sheet.mimeType === "application/pdf" ? assets.url("pdf-worker.js") : undefined}
    >
      <div class="preview-page" role="img" aria-label={`Page ${page} of ${sheet.originalFilename}`}>
        <noscript>{picture.test(sheet.mimeType) ? <img src={file} alt={`The sheet ${sheet.originalFilename}`} /> : null}</noscript>
      </div>
      <figcaption>
        <span>
          Page {page} of {extraction?.pages ?? "?"}
        </span>
        <button type="button" class="link" data-rotate hidden>
          Turn <kbd>r</kbd>
        </button>
        <a href={file} target="_blank" rel="noreferrer">
          The file
        </a>
      </figcaption>
    </figure>
  );
}
