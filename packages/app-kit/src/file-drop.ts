/** Browser only: a form for files that also takes drops, and the row of a file on its way. */
import { type NamedFile, readChosen, readDropped } from "./dropped-files.ts";
import type { UploadEntry } from "./upload-queue.ts";

/** Options of {@link enableFileDrop}. */
export interface FileDropOptions {
  form: HTMLFormElement;
  /** The inputs of the form, each with what people call it, and the button that opens it. */
  inputs: readonly { input: HTMLInputElement; label: string; button: string }[];
  /** Is given what was dropped or chosen. */
  onFiles: (files: readonly NamedFile[]) => void;
  onUnreadable: (message: string) => void;
  /** Whether somebody who leaves the page would lose something. */
  isBusy: () => boolean;
}

/** Makes a form take files that are dropped anywhere on the page, in place of its own button; `#drop` shows that it does. */
export function enableFileDrop({ form, inputs, onFiles, onUnreadable, isBusy }: FileDropOptions): void {
  for (const element of document.querySelectorAll<HTMLElement>(".drop-hint")) element.hidden = false;
  for (const element of form.querySelectorAll<HTMLElement>(".without-script, label[for=files]")) element.hidden = true;
  for (const { input, label, button } of inputs) {
    input.setAttribute("aria-label", label);
    document.querySelector<HTMLElement>(button)?.addEventListener("click", () => input.click());
    input.addEventListener("change", () => {
      onFiles(readChosen(input.files));
      input.value = "";
    });
  }
  form.addEventListener("submit", (event) => event.preventDefault());
  const setOver = (isOver: boolean): void => void document.querySelector("#drop")?.classList.toggle("over", isOver);
  document.addEventListener("dragover", (event) => {
    event.preventDefault();
    setOver(true);
  });
  document.addEventListener("dragleave", (event) => event.relatedTarget === null && setOver(false));
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    setOver(false);
    if (event.dataTransfer) void readDropped(event.dataTransfer).then(onFiles, () => onUnreadable("The folder could not be read."));
  });
  addEventListener("beforeunload", (event) => {
    if (isBusy()) event.preventDefault();
  });
}

/** Options of {@link keepSendable}. */
export interface SendableOptions<Answer> {
  maxBytes: number;
  /** What is wrong with a file of another kind; undefined: it may be sent. */
  toKindProblem: (named: NamedFile) => string | undefined;
  /** Is given an entry for each file that is refused before it is sent. */
  onRefused: (entry: UploadEntry<Answer>) => void;
}

/** Those of the files that the server would take. */
export function keepSendable<Answer>(found: readonly NamedFile[], options: SendableOptions<Answer>): NamedFile[] {
  return found.filter((named) => {
    const { size } = named.file;
    const tooLarge = size > options.maxBytes ? `larger than ${Math.floor(options.maxBytes / 1024 / 1024)} MB` : undefined;
    const message = options.toKindProblem(named) ?? tooLarge;
    if (message === undefined) return true;
    options.onRefused({ ...named, sentBytes: size, state: "refused", message, answer: undefined });
    return false;
  });
}

/** What a row says beside the name. */
export interface UploadRowState {
  text: string;
  tone: string;
  detail?: string | undefined;
  /** 0 to 1 for a bar. */
  share?: number | undefined;
}

/** How an entry is shown until the server has it. */
export function toUploadRowState<Answer>({ state, message, file, sentBytes }: UploadEntry<Answer>): UploadRowState {
  if (state === "refused") return { text: "Not taken", tone: "bad", detail: message };
  if (state === "stored") return { text: "Stored", tone: "good" };
  if (state === "waiting") return { text: "Waiting to be sent", tone: "busy", detail: message };
  return { text: "Uploading", tone: "busy", detail: message, share: file.size === 0 ? 1 : sentBytes / file.size };
}

/** A row for a file: a link with its name, which leads nowhere yet, and its state. */
export function createUploadRow(name: string): HTMLElement {
  const row = Object.assign(document.createElement("li"), { className: "upload" });
  const title = Object.assign(document.createElement("a"), { dir: "auto", textContent: name });
  row.append(title, Object.assign(document.createElement("span"), { className: "upload-state" }));
  return row;
}

/** Puts a state into a row of {@link createUploadRow}. */
export function showUploadState(row: HTMLElement, { text, tone, detail = "", share }: UploadRowState): void {
  const label = Object.assign(document.createElement("span"), { className: "status", textContent: text });
  label.dataset["tone"] = tone;
  const more = Object.assign(document.createElement("span"), { className: "status-detail", dir: "auto", textContent: detail });
  const state = row.querySelector(".upload-state");
  state?.replaceChildren(label, " ", more);
  if (share === undefined) return;
  const bar = document.createElement("progress");
  bar.value = share;
  bar.setAttribute("aria-label", `Upload of ${row.querySelector("a")?.textContent ?? ""}`);
  state?.append(bar);
}
