import { expect, test } from "vitest";
import { hashPassword, isPassword } from "./hash-password.ts";

test("a password opens its own hash and nothing else does", async () => {
  const hash = await hashPassword("correct horse battery");
  expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
  expect(await isPassword("correct horse battery", hash)).toBe(true);
  for (const wrong of ["correct horse batterY", "", " correct horse battery", "correct horse battery\0"]) {
    expect([wrong, await isPassword(wrong, hash)]).toEqual([wrong, false]);
  }
});

test("two hashes of one password differ", async () => {
  expect(await hashPassword("same words twice")).not.toBe(await hashPassword("same words twice"));
});

test("the same letters in other code points are the same password", async () => {
  expect(await isPassword("gem\u00fcsegarten", await hashPassword("gemu\u0308segarten"))).toBe(true);
});

test("no hash, and one that is none, open for nothing", async () => {
  for (const hash of [
    undefined,
    "",
    "plain",
    "$argon2id$v=19$m=19456,t=2,p=1$",
    "$argon2id$v=19$m=19456,t=2,p=1$AAAA$AAAA",
    "$2b$10$abc",
  ]) {
    expect([hash, await isPassword("", hash)]).toEqual([hash, false]);
  }
});

test("a crowd is told to wait instead of taking the memory", async () => {
  const outcomes = await Promise.allSettled(Array.from({ length: 60 }, async () => await isPassword("guess", undefined)));
  const refused = outcomes.filter(({ status }) => status === "rejected");
  expect(refused.length).toBe(60 - 2 - 32);
  expect(await isPassword("guess", undefined)).toBe(false);
});
