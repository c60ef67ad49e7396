/** Browser only: dropping and sending PDFs on the page of home-page.tsx. */
import type { NamedFile } from "@repo/app-kit/dropped-files";
import { createUploadRow, enableFileDrop, keepSendable, showUploadState, toUploadRowState } from "@repo/app-kit/file-drop";
import { createUploadQueue, type UploadEntry as QueueEntry } from "@repo/app-kit/upload-queue";

/** What the server answers about a file. */
interface UploadAnswer {
  is_new: boolean;
  document: { id: string; filename: string };
}

type UploadEntry = QueueEntry<UploadAnswer>;

/** The row of one file; those that are stored leave, since the list of documents has them. */
function createRows(list: HTMLElement): (entry: UploadEntry) => void {
  const rows = new Map<UploadEntry, HTMLElement>();
  return (entry) => {
    const row = rows.get(entry) ?? createUploadRow(entry.name);
    if (!rows.has(entry)) list.append(row);
    rows.set(entry, row);
    if (entry.state === "stored" && entry.answer?.is_new === true) {
      row.remove();
      return;
    }
    showUploadState(row, { ...toUploadRowState(entry), ...(entry.state === "stored" && { detail: "was here already" }) });
    if (entry.answer) row.querySelector("a")?.setAttribute("href", `/documents/${entry.answer.document.id}`);
  };
}

function showProblem(message: string | undefined): void {
  const banner = document.querySelector<HTMLElement>("#upload-problem");
  if (!banner) return;
  banner.hidden = message === undefined;
  banner.textContent = message ?? "";
}

/** Makes the upload form take drops; does nothing on other pages. @param onStored a document more is on the server */
export function enableUpload(onStored: () => void): void {
  const [form, list] = [document.querySelector<HTMLFormElement>("#upload"), document.querySelector<HTMLElement>("#uploads")];
  const files = document.querySelector<HTMLInputElement>("#files");
  if (!form || !list || !files) return;
  const show = createRows(list);
  const maxBytes = Number(form.dataset["maxBytes"]);
  const queue = createUploadQueue<UploadAnswer>({
    toAddress: ({ name }) => `/upload/file?${new URLSearchParams({ name })}`,
    onChange: (entry) => {
      show(entry);
      if (entry.state === "stored") onStored();
    },
    onProblem: showProblem,
  });
  const take = (found: readonly NamedFile[]): void => {
    const isPdf = ({ name, file }: NamedFile): boolean => name.toLowerCase().endsWith(".pdf") || file.type === "application/pdf";
    const toKindProblem = (named: NamedFile): string | undefined => (isPdf(named) ? undefined : "not a PDF");
    const good = keepSendable<UploadAnswer>(found, { maxBytes, toKindProblem, onRefused: show });
    for (const entry of queue.add(good)) show(entry);
  };

  enableFileDrop({
    form,
    inputs: [{ input: files, label: "PDFs", button: "#choose-files" }],
    onFiles: take,
    onUnreadable: showProblem,
    isBusy: queue.isBusy,
  });
}
