import { CodedError, type ErrorCode } from "@repo/contracts/coded-error";

/** Why a file could not be read; `details.reason` of the error. */
export type UnreadableReason =
  | "empty"
  /** Its first bytes are of no type that is read. */
  | "unknown_type"
  | "truncated"
  /** Wants a password. */
  | "encrypted"
  | "broken"
  /** Nothing on the list of pages is in the file. */
  | "no_such_page"
  | "bad_page_range"
  | "too_many_bytes"
  | "too_many_pixels"
  | "too_many_pages"
  /** Decoding it takes more memory than it may. */
  | "too_much_memory"
  | "too_slow";

const codes: Record<UnreadableReason, ErrorCode> = {
  empty: "invalid_request",
  unknown_type: "unsupported_media_type",
  truncated: "invalid_request",
  encrypted: "invalid_request",
  broken: "invalid_request",
  no_such_page: "invalid_request",
  bad_page_range: "invalid_request",
  too_many_bytes: "payload_too_large",
  too_many_pixels: "payload_too_large",
  too_many_pages: "payload_too_large",
  too_much_memory: "payload_too_large",
  too_slow: "deadline_exceeded",
};

/** The error of a file that could not be read; the reason decides the code. */
export function unreadableFile(reason: UnreadableReason, message: string, details: Record<string, unknown> = {}): CodedError {
  return new CodedError(codes[reason], message, { details: { reason, ...details } });
}
