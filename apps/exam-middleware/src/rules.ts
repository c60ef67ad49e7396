import { parseFieldPattern } from "@repo/contracts/field-pattern";
import { type Config, toMaxFileBytes } from "./config.ts";
import type { ReadingRules } from "./sheets/judge-reading.ts";
import type { IntakeRules } from "./sheets/store-sheet.ts";

/** What is asked of readings, as the configuration says. */
export function toReadingRules(config: Config): ReadingRules {
  return {
    registerPattern: parseFieldPattern(config.REGISTER_PATTERN),
    subjectPattern: parseFieldPattern(config.SUBJECT_PATTERN),
    acceptFrom: config.AUTO_ACCEPT_CONFIDENCE,
    acceptUnlisted: config.AUTO_ACCEPT_UNLISTED,
  };
}

/** What files are taken in, as the configuration says. */
export function toIntakeRules(config: Config): IntakeRules {
  return { maxFileBytes: toMaxFileBytes(config), allowedExtensions: config.ALLOWED_EXTENSIONS, examTypes: config.EXAM_TYPES };
}
