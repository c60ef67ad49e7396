import type { ReviewReason, WorkflowStatus } from "../../schema.ts";
import type { SheetFilter } from "../../sheets/sheet-service.ts";
import { reasonNames, statusNames } from "../../ui/sheet-words.ts";
import { idFormat, readText } from "./staff-request.ts";

/** What a list of sheets is narrowed to, as its address says it. */
export interface ListAddress {
  search?: string | undefined;
  status?: WorkflowStatus | undefined;
  exam_type?: string | undefined;
  attempt?: string | undefined;
  reason?: ReviewReason | undefined;
  batch?: string | undefined;
  day?: string | undefined;
}

const oneOf = <Key extends string>(names: Readonly<Record<Key, string>>, text: string | undefined): Key | undefined =>
  text !== undefined && Object.hasOwn(names, text) ? (text as Key) : undefined;

/** Reads a list's address; what makes no sense is left out. */
export function readListAddress(read: (name: string) => string | undefined): ListAddress {
  const batch = read("batch");
  const attempt = read("attempt");
  const day = read("day");
  return {
    search: readText(read("search"), 100),
    status: oneOf(statusNames, read("status")),
    exam_type: readText(read("exam_type"), 20),
    attempt: attempt === "1" || attempt === "2" ? attempt : undefined,
    reason: oneOf(reasonNames, read("reason")),
    batch: batch !== undefined && idFormat.test(batch) ? batch : undefined,
    day: /^\d{4}-\d{2}-\d{2}$/.test(day ?? "") && !Number.isNaN(Date.parse(day ?? "")) ? day : undefined,
  };
}

/** The same for the service. */
export function toFilter({ search, status, exam_type: examType, attempt, reason, batch, day }: ListAddress): SheetFilter {
  const from = day === undefined ? undefined : new Date(`${day}T00:00:00Z`);
  return {
    search,
    status: status === undefined ? undefined : [status],
    examType,
    attemptNumber: attempt === undefined ? undefined : Number(attempt),
    reason,
    batchId: batch,
    from,
    until: from === undefined ? undefined : new Date(from.getTime() + 24 * 60 * 60 * 1000),
  };
}

/** `path` with what is set of the parameters. */
export function toAddress(path: string, parameters: Readonly<Record<string, string | number | undefined>>): string {
  const set = Object.entries(parameters).flatMap(([name, value]) => (value === undefined || value === "" ? [] : [[name, String(value)]]));
  return set.length === 0 ? path : `${path}?${new URLSearchParams(set)}`;
}
