import { isUtf8 } from "node:buffer";
import { maxEntryLength, normalizeEntry } from "@repo/contracts/answer-sheet-options";
import { type FieldPattern, matchesPattern } from "@repo/contracts/field-pattern";
import { CsvError, parse } from "csv-parse/sync";
import type { ListProblem } from "../sheets/sheet-views.ts";

/** An entry of a list. */
export interface ListEntry {
  /** Capitals and digits only. */
  code: string;
  name: string | null;
}

/** A list that was read, or what is wrong with it. */
export interface ParsedList {
  entries: ListEntry[];
  /** The first {@link maxProblems}; empty: the list is good. */
  problems: ListProblem[];
}

/** What a list is read by. */
export interface ListRules {
  kind: "course" | "roster";
  /** What a code looks like. */
  pattern: FieldPattern;
  maxEntries: number;
}

/** Problems that are told; nobody reads more. */
export const maxProblems = 50;
const maxNameCharacters = 200;

const headers = {
  course: {
    code: ["subjectcode", "coursecode", "code", "subject", "course", "papercode"],
    name: ["subjectname", "coursename", "name", "title", "subjecttitle", "coursetitle"],
  },
  roster: {
    code: ["registernumber", "registerno", "register", "regno", "regnumber", "rollno", "rollnumber", "studentid", "usn"],
    name: ["studentname", "name", "fullname", "student"],
  },
} as const;
const codeNames = { course: "subject code", roster: "register number" };

interface CsvRow {
  record: string[];
  info: { lines: number };
}

/** Spreadsheet programs save in UTF-8 or in the code page of Windows. */
const decode = (bytes: Uint8Array): string => new TextDecoder(isUtf8(bytes) ? "utf-8" : "windows-1252").decode(bytes);

/** Spreadsheet programs separate by what the country's decimal sign leaves free. */
function findDelimiter(text: string): string {
  const [firstLine = ""] = text.split(/\r?\n/, 1);
  const count = (sign: string): number => firstLine.split(sign).length;
  return [",", ";", "\t"].toSorted((a, b) => count(b) - count(a))[0] ?? ",";
}

const toKey = (cell: string): string => cell.toLowerCase().replaceAll(/[^a-z]/g, "");

/** Where code and name stand; a list without a header has them first and second. */
function findColumns(first: readonly string[], kind: ListRules["kind"]): { code: number; name: number; hasHeader: boolean } {
  const keys = first.map(toKey);
  const code = keys.findIndex((key) => (headers[kind].code as readonly string[]).includes(key));
  if (code < 0) return { code: 0, name: 1, hasHeader: false };
  return {
    code,
    name: keys.findIndex((key, column) => column !== code && (headers[kind].name as readonly string[]).includes(key)),
    hasHeader: true,
  };
}

function checkCode(cell: string, code: string, { kind, pattern }: ListRules): string | undefined {
  if (code === "") return `The ${codeNames[kind]} is missing.`;
  if (/^\d+([.,]\d+)?e\+?\d+$/i.test(cell.trim()))
    return `"${cell.trim()}" is a number that a spreadsheet program has shortened; format the column as text and save it again.`;
  const shown = code.slice(0, 40);
  if (code.length > maxEntryLength) return `"${shown}" is longer than ${maxEntryLength} characters.`;
  if (!matchesPattern(pattern, code)) return `"${shown}" is not what a ${codeNames[kind]} looks like (${pattern.source}).`;
  return undefined;
}

function readRows(text: string): CsvRow[] | ListProblem {
  try {
    // With `info` the rows carry their lines, which the types do not say.
    return parse(text, {
      bom: true,
      delimiter: findDelimiter(text),
      info: true,
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
      trim: true,
    }) as unknown as CsvRow[];
  } catch (thrown) {
    const line = thrown instanceof CsvError ? Number(thrown["lines"]) : 1;
    return { line: Number.isFinite(line) ? line : 1, message: "From here on this is not CSV: a quotation mark is never closed." };
  }
}

/** Entries as they are collected, by their codes, with the lines they stand in. */
type Found = Map<string, ListEntry & { line: number }>;

/** Takes an entry in. @returns what is wrong with it */
function addEntry(
  found: Found,
  { cell, name, line }: { cell: string; name: string | null; line: number },
  rules: ListRules,
): string | undefined {
  const code = normalizeEntry(cell);
  const wrong = checkCode(cell, code, rules);
  if (wrong !== undefined) return wrong;
  const known = found.get(code);
  if (known !== undefined && known.name !== name) return `"${code}" stands in line ${known.line} already, with another name.`;
  if (known === undefined) found.set(code, { code, name, line });
  return undefined;
}

/** Reads a CSV of codes with names: with or without a header, separated by commas, semicolons or tabs, in UTF-8 or windows-1252. */
export function parseListCsv(csv: Uint8Array, rules: ListRules): ParsedList {
  const rows = readRows(decode(csv));
  if (!Array.isArray(rows)) return { entries: [], problems: [rows] };
  const columns = findColumns(rows[0]?.record ?? [], rules.kind);
  const found: Found = new Map();
  const problems: ListProblem[] = [];
  for (const { record, info } of columns.hasHeader ? rows.slice(1) : rows) {
    if (record.every((value) => value === "")) continue;
    const name = (record[columns.name] ?? "")
      .replaceAll(/\p{C}+/gu, " ")
      .trim()
      .slice(0, maxNameCharacters);
    const message = addEntry(found, { cell: record[columns.code] ?? "", name: name === "" ? null : name, line: info.lines }, rules);
    if (message !== undefined) problems.push({ line: info.lines, message });
    if (problems.length >= maxProblems) break;
  }
  if (problems.length === 0 && found.size === 0) problems.push({ line: 1, message: `There is no ${codeNames[rules.kind]} in this file.` });
  if (found.size > rules.maxEntries)
    problems.push({ line: rules.maxEntries + 1, message: `A list has ${rules.maxEntries} entries at most.` });
  return { entries: [...found.values()].map(({ code, name }) => ({ code, name })), problems };
}
