import type { ReviewReason } from "../../schema.ts";
import { reasonNames } from "../../ui/sheet-words.ts";
import { toAddress } from "./read-filter.ts";
import { readCount, readText } from "./staff-request.ts";

/** Where a person is in the review queue; all of it travels in addresses and forms. */
export interface ReviewAddress {
  examType: string | undefined;
  reason: ReviewReason | undefined;
  subjectCode: string | undefined;
  /** Sheets at the front of the queue that this person left for later. */
  skip: number;
  /** Sheets decided in this sitting, for "x of y". */
  done: number;
}

/** Reads it from a query or a form. */
export function readReviewAddress(read: (name: string) => string | undefined): ReviewAddress {
  const reason = read("only_reason");
  return {
    examType: readText(read("only_exam_type"), 20),
    reason: reason !== undefined && Object.hasOwn(reasonNames, reason) ? (reason as ReviewReason) : undefined,
    subjectCode: readText(read("only_subject"), 20),
    skip: readCount(read("skip")),
    done: readCount(read("done")),
  };
}

/** The same as the fields of a form or the parameters of an address. */
export function toReviewFields(address: ReviewAddress): Record<string, string | undefined> {
  return {
    only_exam_type: address.examType,
    only_reason: address.reason,
    only_subject: address.subjectCode,
    skip: address.skip === 0 ? undefined : String(address.skip),
    done: address.done === 0 ? undefined : String(address.done),
  };
}

/** Address of the queue's page. */
export function toReviewPath(address: ReviewAddress): string {
  return toAddress("/portal/staff/review", toReviewFields(address));
}
