import { CodedError } from "@repo/contracts/coded-error";
import { type FieldPattern, matchesPattern } from "@repo/contracts/field-pattern";
import { parse } from "csv-parse/sync";
import type { StudentAccount } from "./mapping-store.ts";

/** Most students of one list. */
const maxAccounts = 5_000;
const maxNameLength = 200;

/**
 * Students' Moodle accounts from lines of register number, user name and, where there is one, full name; separated by commas,
 * semicolons or tabs, with or without a line of headings.
 * @throws CodedError invalid_request that names the first wrong line
 */
export function parseAccounts(text: string, registerPattern: FieldPattern): StudentAccount[] {
  const wrong = (message: string): CodedError => new CodedError("invalid_request", message, { details: { field: "accounts" } });
  let rows: string[][];
  try {
    rows = parse(text.replaceAll("\0", "").toWellFormed(), {
      bom: true,
      delimiter: [",", ";", "\t"],
      trim: true,
      skip_empty_lines: true,
      relax_column_count: true,
    });
  } catch (cause) {
    throw wrong(`The list cannot be read: ${(cause as Error).message}`);
  }
  const accounts = rows.flatMap(([registerNumber = "", moodleUsername = "", fullName = ""], index): StudentAccount[] => {
    if (matchesPattern(registerPattern, registerNumber) && moodleUsername !== "" && moodleUsername.length <= maxNameLength) {
      return [{ registerNumber, moodleUsername, fullName: fullName.slice(0, maxNameLength) || null }];
    }
    if (index === 0 && !/\d/.test(registerNumber)) return [];
    throw wrong(
      `Line ${index + 1} is not a register number and a Moodle user name: ${[registerNumber, moodleUsername].join(", ").slice(0, 100)}`,
    );
  });
  if (accounts.length === 0) throw wrong("The list is empty.");
  if (accounts.length > maxAccounts) throw wrong(`A list has at most ${maxAccounts} students.`);
  return accounts;
}
