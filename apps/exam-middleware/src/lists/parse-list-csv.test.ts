import { parseFieldPattern } from "@repo/contracts/field-pattern";
import { expect, test } from "vitest";
import { maxProblems, parseListCsv } from "./parse-list-csv.ts";

const course = { kind: "course", pattern: parseFieldPattern("[A-Z0-9]{2,10}"), maxEntries: 100 } as const;
const roster = { kind: "roster", pattern: parseFieldPattern("[0-9]{12}"), maxEntries: 100 } as const;
const parse = (text: string, rules: typeof course | typeof roster = course) => parseListCsv(Buffer.from(text), rules);

test("columns are found by their names, in any order, with any of the usual separators", () => {
  const expected = [{ code: "CS8501", name: "Theory of Computation" }];
  expect(parse("Subject Name,Subject Code\nTheory of Computation,cs8501\n").entries).toEqual(expected);
  expect(parse("subject_code;subject_name\r\nCS 8501;Theory of Computation\r\n").entries).toEqual(expected);
  expect(parse("\uFEFFCourse Code\tTitle\nCS-8501\tTheory of Computation\n").entries).toEqual(expected);
});

test("a list without a header has the code first and the name second", () => {
  expect(parse("212222040001,Asha\n212222040002,Ravi\n", roster).entries).toEqual([
    { code: "212222040001", name: "Asha" },
    { code: "212222040002", name: "Ravi" },
  ]);
});

test("every line that is wrong is named with its number and its reason", () => {
  const { problems } = parse(
    'register_number,name\n212222040001,Asha\n2122,Short\n,"No\nnumber"\n2.12222E+11,Excel\n212222040001,Other\n',
    roster,
  );
  expect(problems.map(({ line }) => line)).toEqual([3, 5, 6, 7]);
  expect(problems[0]?.message).toContain("2122");
  expect(problems[1]?.message).toContain("missing");
  expect(problems[2]?.message).toContain("spreadsheet");
  expect(problems[3]?.message).toContain("line 2");
});

test("a line that repeats another one is no problem", () => {
  expect(parse("CS8501,A\nCS8501,A\n")).toEqual({ entries: [{ code: "CS8501", name: "A" }], problems: [] });
});

test("files of Windows programs keep their letters", () => {
  const { entries } = parseListCsv(Buffer.from("CS8501,Méthodes\n", "latin1"), course);
  expect(entries[0]?.name).toBe("Méthodes");
});

test("signs that no database holds are left out of names", () => {
  expect(parse("CS8501,A\0B\u0007C\n").entries[0]?.name).toBe("A B C");
});

test("an empty file, one without codes and one that is no CSV are problems and no empty lists", () => {
  for (const text of ["", "\n\n", "subject_code,name\n", 'CS8501,"never closed\nCS8502,x\n'])
    expect(parse(text).problems.length).toBeGreaterThan(0);
});

test("a list that is too long is refused, and problems are told up to a number", () => {
  const rows = Array.from({ length: 101 }, (_, index) => `AB${index}`).join("\n");
  expect(parse(rows).problems).toHaveLength(1);
  expect(parse(Array.from({ length: 500 }, () => "!").join("\n")).problems).toHaveLength(maxProblems);
});
