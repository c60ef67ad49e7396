/** Browser only: dropping, sending and following files on the page of upload-page.tsx. */
import { statusNames, toReasonTexts, toTone } from "../../ui/sheet-words.ts";
import type { ReviewReason, WorkflowStatus } from "../../schema.ts";
import type { NamedFile } from "@repo/app-kit/dropped-files";
import { createUploadRow, enableFileDrop, keepSendable, showUploadState, toUploadRowState } from "@repo/app-kit/file-drop";
import { createUploadQueue, type UploadEntry as QueueEntry } from "@repo/app-kit/upload-queue";

/** What the server tells of a sheet, as JSON. */
interface SheetState {
  id: string;
  originalFilename: string;
  status: WorkflowStatus;
  reasons: ReviewReason[];
  waitingFor: string | null;
  errorMessage: string | null;
  updatedAt: string;
}

interface Progress {
  total: number;
  waiting: number;
  accepted: number;
  inReview: number;
  failed: number;
  waitingFor: string | null;
  changed: SheetState[];
  reader: { state: string; message: string | null };
}

/** What the server answers about a file. */
interface UploadAnswer {
  is_new: boolean;
  sheet: SheetState;
}

type UploadEntry = QueueEntry<UploadAnswer>;

/** Rows on the page; of more, those that are done leave first. */
const maxRows = 400;
const followMs = { busy: 700, quiet: 5_000 };

/** As RFC 9562 makes a random one; crypto.randomUUID is missing on pages that came by http. */
function createId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const text = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return text.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

const plural = (count: number, one: string, many: string): string => `${count.toLocaleString()} ${count === 1 ? one : many}`;

/** The list of rows: one per file, found again by file or by sheet. */
function createRows(list: HTMLElement) {
  const bySheet = new Map<string, HTMLElement>();
  const byEntry = new Map<UploadEntry, HTMLElement>();
  for (const row of list.querySelectorAll<HTMLElement>("[data-sheet]")) bySheet.set(row.dataset["sheet"] ?? "", row);

  const create = (name: string): HTMLElement => {
    const row = createUploadRow(name);
    list.prepend(row);
    // The oldest row that needs nobody makes room.
    if (list.children.length > maxRows) {
      const done = [...list.querySelectorAll('.upload:has([data-tone="good"])')].at(-1) ?? list.lastElementChild;
      if (done !== row) done?.remove();
    }
    return row;
  };
  const link = (row: HTMLElement, id: string): void => {
    row.dataset["sheet"] = id;
    bySheet.set(id, row);
    row.querySelector("a")?.setAttribute("href", `/portal/staff/sheets/${id}`);
  };
  const showSheet = (sheet: SheetState, mayCreate = true): void => {
    const row = bySheet.get(sheet.id) ?? (mayCreate ? create(sheet.originalFilename) : undefined);
    if (!row) return;
    link(row, sheet.id);
    const reasons = sheet.status === "PENDING_REVIEW" ? toReasonTexts(sheet.reasons) : [];
    const detail = [...reasons, sheet.waitingFor, sheet.errorMessage].filter((text) => text !== null).join("; ");
    showUploadState(row, { text: statusNames[sheet.status], tone: toTone(sheet.status), detail });
  };
  const showEntry = (entry: UploadEntry): void => {
    const row = byEntry.get(entry) ?? create(entry.name);
    byEntry.set(entry, row);
    if (entry.state !== "stored") showUploadState(row, toUploadRowState(entry));
    else if (entry.answer?.sheet) {
      const { id, status } = entry.answer.sheet;
      const known = bySheet.get(id);
      if (known && known !== row) row.remove();
      const target = known ?? row;
      byEntry.set(entry, target);
      if (!known) link(row, id);
      showSheet(entry.answer.sheet);
      if (!entry.answer.is_new) showUploadState(target, { text: statusNames[status], tone: toTone(status), detail: "was here already" });
    }
  };
  return { showSheet, showEntry };
}

/** Follows a batch until everything in it was read. */
function followBatch(batchId: string, onProgress: (progress: Progress) => void, isUploading: () => boolean): void {
  let since: string | undefined;
  const look = async (): Promise<void> => {
    let isBusy = isUploading();
    try {
      // A little is asked for twice, since changes are not seen in the order in which they were made.
      const from = since === undefined ? "" : `?since=${encodeURIComponent(new Date(Date.parse(since) - 3_000).toISOString())}`;
      const response = await fetch(`/portal/staff/batches/${batchId}/progress${from}`);
      if (response.ok) {
        const progress = (await response.json()) as Progress;
        for (const { updatedAt } of progress.changed) if (since === undefined || updatedAt > since) since = updatedAt;
        onProgress(progress);
        isBusy ||= progress.waiting > 0;
      }
    } catch {
      // The server is away; it is asked again.
    }
    setTimeout(() => void look(), isBusy ? followMs.busy : followMs.quiet);
  };
  void look();
}

function showProgress(progress: Progress): void {
  const { total, waiting, accepted, inReview, failed, waitingFor, reader } = progress;
  const [summary, bar, facts, wait] = [
    document.querySelector<HTMLElement>("#batch-summary"),
    document.querySelector<HTMLProgressElement>("#batch-bar"),
    document.querySelector<HTMLElement>("#batch-facts"),
    document.querySelector<HTMLElement>("#batch-waiting"),
  ];
  if (!summary || !bar || !facts || !wait) return;
  summary.hidden = total === 0;
  bar.max = Math.max(1, total);
  bar.value = total - waiting;
  const parts = [`${total - waiting} of ${total} read`, `${accepted} accepted`, `${inReview} to review`, `${failed} failed`];
  const spans = parts.map((text) => Object.assign(document.createElement("span"), { textContent: text }));
  const review = Object.assign(document.createElement("a"), { href: "/portal/staff/review", textContent: "Review them" });
  facts.replaceChildren(...spans, ...(inReview > 0 ? [review] : []));
  const why = waiting === 0 ? null : (waitingFor ?? reader.message);
  wait.hidden = why === null;
  wait.textContent = why;
}

/** Makes the upload form take drops and folders; does nothing on other pages. */
export function enableUpload(): void {
  const [form, list] = [document.querySelector<HTMLFormElement>("#upload"), document.querySelector<HTMLElement>("#uploads")];
  const [files, folder] = [document.querySelector<HTMLInputElement>("#files"), document.querySelector<HTMLInputElement>("#folder")];
  if (!form || !list || !files || !folder) return;
  const rows = createRows(list);
  const entries: UploadEntry[] = [];
  let batchId = form.dataset["batch"];
  const maxBytes = Number(form.dataset["maxBytes"]);
  const extensions = (form.dataset["extensions"] ?? "").split(",");
  const examType = (): string => {
    const value = new FormData(form).get("exam_type");
    return typeof value === "string" ? value : "";
  };

  const queue = createUploadQueue<UploadAnswer>({
    toAddress: ({ name }) => `/portal/staff/upload/file?${new URLSearchParams({ name, exam_type: examType(), batch: batchId ?? "" })}`,
    onChange: (entry) => {
      rows.showEntry(entry);
      showUploads();
    },
    onProblem: showProblem,
  });
  const showUploads = (): void => {
    const [summary, bar, facts] = [
      document.querySelector<HTMLElement>("#upload-summary"),
      document.querySelector<HTMLProgressElement>("#upload-bar"),
      document.querySelector<HTMLElement>("#upload-facts"),
    ];
    if (!summary || !bar || !facts) return;
    const [bytes, sent] = [
      entries.reduce((sum, { file }) => sum + file.size, 0),
      entries.reduce((sum, { sentBytes }) => sum + sentBytes, 0),
    ];
    const stored = entries.filter(({ state }) => state === "stored");
    const refused = entries.filter(({ state }) => state === "refused").length;
    const known = stored.filter(({ answer }) => answer?.is_new === false).length;
    summary.hidden = entries.length === 0;
    summary.dataset["left"] = String(entries.length - stored.length - refused);
    bar.max = Math.max(1, bytes);
    bar.value = sent;
    facts.textContent = [
      `${stored.length.toLocaleString()} of ${plural(entries.length, "file", "files")} uploaded`,
      ...(known > 0 ? [`${known.toLocaleString()} were here already`] : []),
      ...(refused > 0 ? [`${refused.toLocaleString()} not taken`] : []),
    ].join(", ");
  };
  const follow = (id: string): void =>
    followBatch(
      id,
      (progress) => {
        for (const sheet of progress.changed) rows.showSheet(sheet);
        showProgress(progress);
      },
      queue.isBusy,
    );

  const take = (found: readonly NamedFile[]): void => {
    if (found.length === 0) return;
    if (batchId === undefined) {
      batchId = createId();
      // A page that is loaded again, by whom ever, goes on with the same batch.
      history.replaceState(null, "", `/portal/staff?batch=${batchId}`);
      follow(batchId);
    }
    const isKnown = ({ name }: NamedFile): boolean => extensions.some((extension) => name.toLowerCase().endsWith(extension));
    const good = keepSendable<UploadAnswer>(found, {
      maxBytes,
      toKindProblem: (named) => (isKnown(named) ? undefined : `not one of ${extensions.join(" ")}`),
      onRefused: (entry) => {
        entries.push(entry);
        rows.showEntry(entry);
      },
    });
    entries.push(...queue.add(good));
    showUploads();
  };

  folder.setAttribute("webkitdirectory", "");
  enableFileDrop({
    form,
    inputs: [
      { input: files, label: "Files", button: "#choose-files" },
      { input: folder, label: "Folder", button: "#choose-folder" },
    ],
    onFiles: take,
    onUnreadable: (message) => showProblem(message, false),
    isBusy: queue.isBusy,
  });
  if (batchId !== undefined) follow(batchId);
}

function showProblem(message: string | undefined, isSignedOut: boolean): void {
  const banner = document.querySelector<HTMLElement>("#upload-problem");
  if (!banner) return;
  banner.hidden = message === undefined;
  banner.textContent = message ?? "";
  if (!isSignedOut) return;
  const link = Object.assign(document.createElement("a"), {
    href: "/portal/staff/sign-in",
    target: "_blank",
    textContent: "Sign in in another tab",
  });
  banner.append(" ", link, "; the files are kept here and go on by themselves.");
}
