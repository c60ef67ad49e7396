import { normalizeEntry } from "@repo/contracts/answer-sheet-options";
import type { SheetField } from "@repo/contracts/answer-sheets";
import { type FieldPattern, matchesPattern } from "@repo/contracts/field-pattern";
import type { ReviewReason } from "../schema.ts";

/** What is asked of a reading. */
export interface ReadingRules {
  registerPattern: FieldPattern;
  subjectPattern: FieldPattern;
  /** From this confidence on a reading may be accepted without a person, 0..1; above 1: never. */
  acceptFrom: number;
  /** Whether it may be accepted without being on a list. */
  acceptUnlisted: boolean;
}

/** What may be written on the sheets; undefined: no list says. */
export interface KnownEntries {
  subjectCodes: ReadonlySet<string> | undefined;
  registerNumbers: ReadonlySet<string> | undefined;
}

/** A reading of one field, as the Space gave it or as it is stored. Best first in its field. */
export interface FieldReading {
  value: string;
  raw: string;
  confidence: number;
}

/** The reading of one field that is taken. */
interface FieldChoice {
  /** null: nothing was read. */
  value: string | null;
  confidence: number | null;
  reasons: ReviewReason[];
}

/** What a sheet's readings come to. */
export interface Judgement {
  register: FieldChoice;
  subject: FieldChoice;
  /** The smaller confidence; 0 when a field is missing. */
  confidence: number;
  /** Why a person must look; empty: it may be accepted. */
  reasons: ReviewReason[];
}

const names = {
  register_number: { missing: "register_missing", malformed: "register_malformed", unlisted: "register_unlisted" },
  subject_code: { missing: "subject_missing", malformed: "subject_malformed", unlisted: "subject_unlisted" },
} as const satisfies Record<SheetField, Record<string, ReviewReason>>;

/**
 * Chooses one reading: the best one that a list knows, else the best one. A reading that no list knows is kept as it is,
 * never bent to an entry: that is the Space's to weigh, which sees the writing.
 */
function chooseReading(
  field: SheetField,
  readings: readonly FieldReading[],
  entries: ReadonlySet<string> | undefined,
  rules: { pattern: FieldPattern; acceptUnlisted: boolean },
): FieldChoice {
  const listed = entries && readings.find(({ value }) => entries.has(normalizeEntry(value)));
  const chosen = listed ?? readings[0];
  const value = normalizeEntry(chosen?.value ?? "");
  if (chosen === undefined || value === "") return { value: null, confidence: null, reasons: [names[field].missing] };
  const reasons: ReviewReason[] = [];
  if (!matchesPattern(rules.pattern, value)) reasons.push(names[field].malformed);
  if (entries === undefined && !rules.acceptUnlisted) reasons.push("lists_missing");
  if (entries !== undefined && listed === undefined) reasons.push(names[field].unlisted);
  return { value, confidence: chosen.confidence, reasons };
}

/** What the readings of a sheet come to, under the rules and the lists as they are now. */
export function judgeReading(
  readings: Record<SheetField, readonly FieldReading[]>,
  known: KnownEntries,
  { registerPattern, subjectPattern, acceptFrom, acceptUnlisted }: ReadingRules,
): Judgement {
  const register = chooseReading("register_number", readings.register_number, known.registerNumbers, {
    pattern: registerPattern,
    acceptUnlisted,
  });
  const subject = chooseReading("subject_code", readings.subject_code, known.subjectCodes, { pattern: subjectPattern, acceptUnlisted });
  const confidence = Math.min(register.confidence ?? 0, subject.confidence ?? 0);
  const reasons = [...new Set([...register.reasons, ...subject.reasons])];
  if (confidence < acceptFrom) reasons.push("low_confidence");
  return { register, subject, confidence, reasons };
}
