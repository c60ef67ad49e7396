import { Secret } from "@repo/server-kit/secret";
import { expect, test } from "vitest";
import { createSecretBox } from "./secret-box.ts";

const key = new Secret("a-key-of-at-least-thirty-two-characters");
const box = createSecretBox(key, "tokens");

test("a text comes out as it went in, and never looks the same twice", () => {
  const text = "0123456789abcdef – ключ";
  const sealed = box.seal(text, "ada");
  expect(box.open(sealed, "ada")).toBe(text);
  expect(sealed).not.toContain("0123456789");
  expect(box.seal(text, "ada")).not.toBe(sealed);
  expect(createSecretBox(key, "tokens").open(sealed, "ada")).toBe(text);
});

test("nothing opens with another key, purpose or owner, or after a change", () => {
  const sealed = box.seal("token", "ada");
  expect(createSecretBox(new Secret("another-key-of-thirty-two-characters!"), "tokens").open(sealed, "ada")).toBeUndefined();
  expect(createSecretBox(key, "passwords").open(sealed, "ada")).toBeUndefined();
  expect(box.open(sealed, "bob")).toBeUndefined();
  for (let index = 3; index < sealed.length - 1; index += 1) {
    const changed = `${sealed.slice(0, index)}${sealed[index] === "A" ? "B" : "A"}${sealed.slice(index + 1)}`;
    expect([index, box.open(changed, "ada")]).toEqual([index, undefined]);
  }
  for (const broken of ["", "v1", "v1.", "v1.AAAA", "v2.AAAA", "token"]) expect(box.open(broken, "ada")).toBeUndefined();
});
