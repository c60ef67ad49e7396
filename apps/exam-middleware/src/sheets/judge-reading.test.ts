import { parseFieldPattern } from "@repo/contracts/field-pattern";
import { expect, test } from "vitest";
import { judgeReading, type KnownEntries, type ReadingRules } from "./judge-reading.ts";

const rules: ReadingRules = {
  registerPattern: parseFieldPattern("[0-9]{12}"),
  subjectPattern: parseFieldPattern("[A-Z0-9]{2,10}"),
  acceptFrom: 0.95,
  acceptUnlisted: false,
};
const known: KnownEntries = { registerNumbers: new Set(["212222040001", "212222040002"]), subjectCodes: new Set(["CS8501"]) };
const reading = (value: string, confidence = 0.99) => ({ value, raw: value, confidence });
const judge = (registers: ReturnType<typeof reading>[], subjects = [reading("CS8501")], lists = known, given = rules) =>
  judgeReading({ register_number: registers, subject_code: subjects }, lists, given);

test("a certain reading that the lists know has no reason against it", () => {
  expect(judge([reading("212222040001")])).toMatchObject({ reasons: [], confidence: 0.99, register: { value: "212222040001" } });
});

test("a reading that a list knows is taken before a better one that none knows", () => {
  expect(judge([reading("212222049999"), reading("212222040002", 0.6)])).toMatchObject({
    register: { value: "212222040002", confidence: 0.6 },
    reasons: ["low_confidence"],
  });
});

test("a reading that no list knows stays what it is and is never bent to an entry", () => {
  expect(judge([reading("212222040003")])).toMatchObject({ register: { value: "212222040003" }, reasons: ["register_unlisted"] });
});

test("without lists a person looks, unless the settings say otherwise", () => {
  const none: KnownEntries = { registerNumbers: undefined, subjectCodes: undefined };
  expect(judge([reading("212222040003")], [reading("CS8501")], none).reasons).toEqual(["lists_missing"]);
  expect(judge([reading("212222040003")], [reading("CS8501")], none, { ...rules, acceptUnlisted: true }).reasons).toEqual([]);
});

test("what is missing or of the wrong form is named, and a missing field counts as confidence 0", () => {
  expect(judge([], [reading("C")])).toMatchObject({
    reasons: ["register_missing", "subject_malformed", "subject_unlisted", "low_confidence"],
    confidence: 0,
    register: { value: null, confidence: null },
  });
});
