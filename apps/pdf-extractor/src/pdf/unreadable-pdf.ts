import { CodedError, type ErrorCode } from "@repo/contracts/coded-error";

/** Why a PDF could not be read; `details.reason` of the error. */
export type UnreadableReason =
  | "empty"
  | "not_a_pdf"
  /** Wants a password and none was given. */
  | "encrypted"
  | "wrong_password"
  | "broken"
  | "too_many_bytes"
  | "too_many_pages"
  /** Opening it takes more memory than it may. */
  | "too_much_memory"
  /** Opening it takes longer than it may. */
  | "too_slow"
  /** The reading process was ended from outside, or could not be started: the same file may be read later. */
  | "process_lost";

const codes: Record<UnreadableReason, ErrorCode> = {
  empty: "invalid_request",
  not_a_pdf: "unsupported_media_type",
  encrypted: "invalid_request",
  wrong_password: "invalid_request",
  broken: "invalid_request",
  too_many_bytes: "payload_too_large",
  too_many_pages: "payload_too_large",
  too_much_memory: "payload_too_large",
  too_slow: "deadline_exceeded",
  process_lost: "internal",
};

/** The error of a PDF that could not be read; the reason decides the code, and with it whether trying again makes sense. */
export function unreadablePdf(reason: UnreadableReason, message: string, details: Record<string, unknown> = {}): CodedError {
  return new CodedError(codes[reason], message, { details: { reason, ...details } });
}
