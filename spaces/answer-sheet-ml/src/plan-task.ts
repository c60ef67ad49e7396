import { sheetOptionFields, type SheetOptions } from "@repo/contracts/answer-sheet-options";
import type { SheetField } from "@repo/contracts/answer-sheets";
import { CodedError } from "@repo/contracts/coded-error";
import { parseFieldPattern } from "@repo/contracts/field-pattern";
import { z } from "zod";
import { defaultPatterns, usualSubjectForms } from "./model.ts";
import type { FieldRules } from "./rank-candidates.ts";
import type { ReadingVariables } from "./reading-variables.ts";

const usualForms = parseFieldPattern(usualSubjectForms);

/** What one request wants. */
export interface Task {
  pages: string;
  rules: Readonly<Record<SheetField, FieldRules>>;
  crops: boolean;
  examType: string | undefined;
}

/**
 * What a request wants, with the Space's own forms and lists where it does not say.
 * @param pages pages to read unless the request names some
 * @throws CodedError invalid_request, details.field
 */
export function planTask(options: SheetOptions, variables: ReadingVariables, pages: string): Task {
  const parsed = z.object(sheetOptionFields(pages)).safeParse(options);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new CodedError("invalid_request", `${issue?.path.join(".") ?? "options"}: ${issue?.message ?? "not understood"}`, {
      details: { field: issue?.path.join(".") ?? "" },
    });
  }
  const { register_pattern, subject_pattern, course_list, class_roster, crops, exam_type } = parsed.data;
  return {
    pages: parsed.data.pages,
    crops,
    examType: exam_type,
    rules: {
      register_number: toRules(register_pattern ?? variables.REGISTER_PATTERN, class_roster ?? variables.CLASS_ROSTER),
      subject_code: {
        ...toRules(subject_pattern ?? variables.SUBJECT_PATTERN, course_list ?? variables.COURSE_LIST),
        usual: (subject_pattern ?? variables.SUBJECT_PATTERN) === defaultPatterns.subject_code ? usualForms : undefined,
      },
    },
  };
}

function toRules(source: string, entries: readonly string[] | undefined): FieldRules {
  const pattern = parseFieldPattern(source);
  return { pattern, entries: entries === undefined || entries.length === 0 ? undefined : entries };
}
