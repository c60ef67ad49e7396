import { CodedError } from "@repo/contracts/coded-error";
import { expect, test } from "vitest";
import { isAbsence, toAbsence } from "./database-absence.ts";

const toError = (message: string, code?: string): Error => Object.assign(new Error(message), code === undefined ? {} : { code });

test.each([
  ["connect ECONNREFUSED 127.0.0.1:5432", "ECONNREFUSED"],
  ["getaddrinfo ENOTFOUND postgres", "ENOTFOUND"],
  ["terminating connection due to administrator command", "57P01"],
  ["the database system is starting up", "57P03"],
  ["sorry, too many clients already", "53300"],
  ["connection failure", "08006"],
  ["Connection terminated unexpectedly", undefined],
  ["timeout exceeded when trying to connect", undefined],
])("%s means that the database is away, and says so without its address", (message, code) => {
  const cause = toError(message, code);
  const absence = toAbsence(cause);
  expect(absence).toBeInstanceOf(CodedError);
  expect(absence).toMatchObject({ code: "database_unavailable", retryable: true, status: 503, retryAfterMs: 2_000, cause });
  expect((absence as Error).message).not.toContain(message);
});

test.each([
  ["canceling statement due to statement timeout", "57014"],
  ["duplicate key value violates unique constraint", "23505"],
  ["deadlock detected", "40P01"],
  ["something else", undefined],
])("%s is an answer of a database that is there", (message, code) => {
  const error = toError(message, code);
  expect(isAbsence(error)).toBe(false);
  expect(toAbsence(error)).toBe(error);
});
