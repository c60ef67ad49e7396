import type { SheetView } from "../sheets/sheet-views.ts";
import { statusNames, toReasonTexts, toTone } from "./sheet-words.ts";

/** A sheet's state in a word, with its colour. */
export function StatusLabel({ sheet }: { sheet: Pick<SheetView, "status"> }) {
  return (
    <span class="status" data-tone={toTone(sheet.status)}>
      {statusNames[sheet.status]}
    </span>
  );
}

/** Why a person must look at it, what it waits for, why it failed: whatever there is to say beside the state. */
export function StatusDetail({ sheet }: { sheet: Pick<SheetView, "status" | "reasons" | "waitingFor" | "errorMessage"> }) {
  const texts = [
    ...(sheet.status === "PENDING_REVIEW" || sheet.status === "FAILED" ? toReasonTexts(sheet.reasons) : []),
    ...(sheet.waitingFor === null ? [] : [sheet.waitingFor]),
    ...(sheet.errorMessage === null ? [] : [sheet.errorMessage]),
  ];
  return texts.length === 0 ? null : (
    <span class="status-detail" dir="auto">
      {texts.join("; ")}
    </span>
  );
}
