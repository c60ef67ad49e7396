import { z } from "zod";

/**
 * Text that every database can hold, without spaces around it: PostgreSQL takes neither NUL nor half a surrogate pair.
 * @param maxLength UTF-16 code units
 */
export function storableText(maxLength: number) {
  return z
    .string()
    .trim()
    .max(maxLength)
    .refine((text) => !text.includes("\0") && text.isWellFormed(), { error: "Characters that cannot be stored." });
}
