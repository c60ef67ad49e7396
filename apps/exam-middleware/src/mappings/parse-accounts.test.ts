import { parseFieldPattern } from "@repo/contracts/field-pattern";
import { expect, test } from "vitest";
import { parseAccounts } from "./parse-accounts.ts";

const pattern = parseFieldPattern("[0-9]{12}");

test("lists as spreadsheets write them are read, with headings or without", () => {
  const expected = [
    { registerNumber: "212223060001", moodleUsername: "ada", fullName: "Ada, L." },
    { registerNumber: "212223060002", moodleUsername: "bob", fullName: null },
  ];
  expect(parseAccounts('register_number,username,name\n212223060001, ada ,"Ada, L."\n\n212223060002,bob', pattern)).toEqual(expected);
  expect(
    parseAccounts("\ufeff212223060001\tada\tAda, L.\r\n212223060002\tbob\r\n", pattern).map(({ moodleUsername }) => moodleUsername),
  ).toEqual(["ada", "bob"]);
  expect(parseAccounts("212223060002;bob", pattern)).toEqual([expected[1]]);
});

test("the first wrong line is named", () => {
  expect(() => parseAccounts("212223060001,ada\n12,bob", pattern)).toThrow("Line 2 is not a register number");
  expect(() => parseAccounts("212223060001", pattern)).toThrow("Line 1");
  expect(() => parseAccounts("register_number,username", pattern)).toThrow("empty");
  expect(() => parseAccounts('212223060001,"ada', pattern)).toThrow("cannot be read");
  expect(() => parseAccounts("", pattern)).toThrow("empty");
});
