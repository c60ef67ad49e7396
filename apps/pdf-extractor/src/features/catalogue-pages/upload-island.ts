/** Browser only: dropping and sending PDFs on the page of home-page.tsx. */
import { type NamedFile, readChosen, readDropped } from "@repo/app-kit/dropped-files";
import { createUploadQueue, type UploadEntry as QueueEntry } from "@repo/app-kit/upload-queue";

/** What the server answers about a file. */
interface UploadAnswer {
  is_new: boolean;
  document: { id: string; filename: string };
}

type UploadEntry = QueueEntry<UploadAnswer>;

const labels: Readonly<Record<UploadEntry["state"], [text: string, tone: string]>> = {
  waiting: ["Waiting to be sent", "busy"],
  sending: ["Uploading", "busy"],
  stored: ["Stored", "good"],
  refused: ["Not taken", "bad"],
};

/** The row of one file; those that are stored leave, since the list of documents has them. */
function createRows(list: HTMLElement): (entry: UploadEntry) => void {
  const rows = new Map<UploadEntry, HTMLElement>();
  const create = (name: string): HTMLElement => {
    const row = document.createElement("li");
    row.className = "upload";
    const title = Object.assign(document.createElement("a"), { dir: "auto", textContent: name });
    const state = Object.assign(document.createElement("span"), { className: "upload-state" });
    row.append(title, state);
    list.append(row);
    return row;
  };
  return (entry) => {
    const row = rows.get(entry) ?? create(entry.name);
    rows.set(entry, row);
    if (entry.state === "stored" && entry.answer?.is_new === true) {
      row.remove();
      return;
    }
    const [text, tone] = labels[entry.state];
    const label = Object.assign(document.createElement("span"), { className: "status", textContent: text });
    label.dataset["tone"] = tone;
    const detail = Object.assign(document.createElement("span"), { className: "status-detail", dir: "auto" });
    detail.textContent = entry.state === "stored" ? "was here already" : (entry.message ?? "");
    row.querySelector(".upload-state")?.replaceChildren(label, " ", detail);
    if (entry.answer) row.querySelector("a")?.setAttribute("href", `/documents/${entry.answer.document.id}`);
    if (entry.state !== "sending") return;
    const bar = document.createElement("progress");
    bar.value = entry.file.size === 0 ? 1 : entry.sentBytes / entry.file.size;
    bar.setAttribute("aria-label", `Upload of ${entry.name}`);
    row.querySelector(".upload-state")?.append(bar);
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
  const [form, list, drop] = [
    document.querySelector<HTMLFormElement>("#upload"),
    document.querySelector<HTMLElement>("#uploads"),
    document.querySelector<HTMLElement>("#drop"),
  ];
  const files = document.querySelector<HTMLInputElement>("#files");
  if (!form || !list || !drop || !files) return;
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
    const refuse = (named: NamedFile, message: string): void =>
      show({ ...named, sentBytes: named.file.size, state: "refused", message, answer: undefined });
    const good: NamedFile[] = [];
    for (const named of found) {
      if (!named.name.toLowerCase().endsWith(".pdf") && named.file.type !== "application/pdf") refuse(named, "not a PDF");
      else if (named.file.size > maxBytes) refuse(named, `larger than ${Math.floor(maxBytes / 1024 / 1024)} MB`);
      else good.push(named);
    }
    for (const entry of queue.add(good)) show(entry);
  };

  for (const element of form.querySelectorAll<HTMLElement>(".drop-hint")) element.hidden = false;
  for (const element of form.querySelectorAll<HTMLElement>(".without-script, label[for=files]")) element.hidden = true;
  files.setAttribute("aria-label", "PDFs");
  document.querySelector<HTMLElement>("#choose-files")?.addEventListener("click", () => files.click());
  files.addEventListener("change", () => {
    take(readChosen(files.files));
    files.value = "";
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  const setOver = (isOver: boolean): void => void drop.classList.toggle("over", isOver);
  document.addEventListener("dragover", (event) => {
    event.preventDefault();
    setOver(true);
  });
  document.addEventListener("dragleave", (event) => event.relatedTarget === null && setOver(false));
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    setOver(false);
    if (event.dataTransfer) void readDropped(event.dataTransfer).then(take, () => showProblem("The folder could not be read."));
  });
  addEventListener("beforeunload", (event) => {
    if (queue.isBusy()) event.preventDefault();
  });
}
