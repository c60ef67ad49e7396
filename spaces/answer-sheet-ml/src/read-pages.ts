import type { UploadedFile } from "@repo/contracts/uploaded-file";
import type { PageReader } from "@repo/engine-onnx/images/page-reader";
import { pageDpi } from "./model.ts";
import { toSheetPage, type SheetPage } from "./sheet-page.ts";
import type { WorkContext } from "./work-context.ts";

/** The pages of a file that were asked for, each decoded while the one before is worked on. @throws CodedError, see page-reader */
export async function* readPages(
  reader: PageReader,
  { bytes, name }: UploadedFile,
  options: WorkContext & { pages: string; wantsColour: boolean },
): AsyncGenerator<SheetPage> {
  const { pages, wantsColour: rgb, deadlineAt, signal } = options;
  for await (const page of reader.read(bytes, { name, pages, rgb, dpi: pageDpi, deadlineAt, signal })) yield toSheetPage(page);
}
