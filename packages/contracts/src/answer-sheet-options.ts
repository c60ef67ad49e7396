import { z } from "zod";
import { CodedError } from "./coded-error.ts";
import { maxPatternLength, parseFieldPattern } from "./field-pattern.ts";

/** Most entries of a course list or class roster. */
export const maxListEntries = 20_000;
/** Longest entry, characters after spaces and signs are taken out. */
export const maxEntryLength = 20;

/** What a caller may say about a sheet, free of any wire format. */
export interface SheetOptions {
  /** Exam the sheet belongs to, e.g. CIA1; ends up in suggested_filename. */
  exam_type?: string | undefined;
  /** Pages to look at: "1", "1-3,5" or "all". Default 1 for one file, all for a batch. */
  pages?: string | undefined;
  /** Form of register numbers; see field-pattern. Default the Space's, 12 digits unless configured. */
  register_pattern?: string | undefined;
  /** Form of subject codes. Default the Space's, [A-Z0-9]{2,10} unless configured. */
  subject_pattern?: string | undefined;
  /** Subject codes that may occur. A reading close to one of them becomes it. */
  course_list?: readonly string[] | undefined;
  /** Register numbers that may occur. */
  class_roster?: readonly string[] | undefined;
  /** true: every candidate carries its picture. Default false. */
  crops?: boolean | undefined;
}

/**
 * The fields of {@link SheetOptions} for a request's schema. In forms and queries lists come as JSON or separated by
 * commas, semicolons, lines or spaces, and true as true, 1, yes or on.
 * @param pages pages that are read unless the request says otherwise
 */
export function sheetOptionFields(pages: string) {
  return {
    exam_type: z
      .string()
      .trim()
      .regex(/^[\w-]{0,20}$/, "Use up to 20 letters, digits, - and _.")
      .optional()
      .describe("Exam the sheet belongs to, e.g. CIA1, up to 20 letters, digits, - and _; ends up in suggested_filename."),
    pages: z
      .string()
      .trim()
      .max(100)
      .regex(/^(?:all|\d{1,5}(?:-\d{0,5})?(?:,\d{1,5}(?:-\d{0,5})?)*)$/, 'Write "1", "1-3,5", "4-" or "all".')
      .default(pages)
      .describe(`Pages to read: "1", "1-3,5" or "all". Default ${pages}.`),
    register_pattern: pattern("register numbers", "[0-9]{12}"),
    subject_pattern: pattern("subject codes", "[A-Z0-9]{2,10}"),
    course_list: entries("Subject codes that may occur"),
    class_roster: entries("Register numbers that may occur"),
    crops: z
      .preprocess(toBoolean, z.boolean())
      .default(false)
      .describe("true: every candidate carries a picture of its region as a data URL."),
  };
}

/** An entry as it is compared: capitals and digits only. */
export function normalizeEntry(entry: string): string {
  return entry.toUpperCase().replaceAll(/[^0-9A-Z]/g, "");
}

function pattern(what: string, example: string) {
  return z
    .string()
    .trim()
    .min(1)
    .max(maxPatternLength)
    .superRefine((value, context) => {
      try {
        parseFieldPattern(value);
      } catch (thrown) {
        context.addIssue({ code: "custom", message: CodedError.isInstance(thrown) ? thrown.message : "The pattern cannot be used." });
      }
    })
    .optional()
    .describe(
      `Form of ${what}: characters, [A-Z0-9], \\d, {n}, {n,m}, ? and |, up to ${maxPatternLength} characters. Default the Space's (${example}).`,
    );
}

function entries(what: string) {
  return z
    .preprocess(toList, z.array(z.string().max(100)).max(maxListEntries))
    .transform((list) => [...new Set(list.map(normalizeEntry))].filter((entry) => entry !== ""))
    .refine((list) => list.every((entry) => entry.length <= maxEntryLength), `An entry has more than ${maxEntryLength} characters.`)
    .optional()
    .describe(
      `${what}, up to ${maxListEntries} of up to ${maxEntryLength} characters: a list, JSON, or separated by commas, lines or spaces. Overrides the Space's own; an empty list switches it off.`,
    );
}

function toList(value: unknown): unknown {
  if (Array.isArray(value)) return value;
  if (typeof value !== "string") return value;
  if (value.trim().startsWith("[")) {
    try {
      return JSON.parse(value) as unknown;
    } catch {
      return value;
    }
  }
  // "AMT 305" is one code where commas or lines separate; where they do not, spaces do.
  const separator = /[,;\n\r\t]/.test(value) ? /[,;\n\r\t]+/ : /\s+/;
  return value.split(separator).filter((entry) => entry.trim() !== "");
}

function toBoolean(value: unknown): unknown {
  if (typeof value !== "string") return value;
  const word = value.trim().toLowerCase();
  if (["true", "1", "yes", "on"].includes(word)) return true;
  return ["false", "0", "no", "off", ""].includes(word) ? false : value;
}
