import { CodedError } from "@repo/contracts/coded-error";

/** Shortest password, characters. Length is what counts; rules about kinds of characters are known to make worse ones. */
export const minPasswordLength = 12;
/** Longest, characters: hashing must not be made to work on megabytes. */
const maxPasswordLength = 256;

/** Beginnings of what people choose when they are told to choose something long. */
const commonWords = ["password", "passwort", "administrator", "qwertyuiop", "letmein", "welcome", "changeme", "iloveyou", "examination"];

/**
 * @source NIST SP 800-63B-4, 3.1.1.2: a minimum length, no composition rules, a list of values that are refused
 * @throws CodedError invalid_request that says what to do
 */
export function assertGoodPassword(password: string, username: string): void {
  const refuse = (message: string): never => {
    throw new CodedError("invalid_request", message, { details: { field: "password" } });
  };
  const length = Array.from(password.normalize("NFKC")).length;
  if (length < minPasswordLength) refuse(`A password has at least ${minPasswordLength} characters; a few words do well.`);
  if (length > maxPasswordLength) refuse(`A password has at most ${maxPasswordLength} characters.`);
  const plain = password.normalize("NFKC").toLowerCase();
  // Without what everybody appends: digits and signs at both ends.
  const core = plain.replaceAll(/^[^\p{L}]+|[^\p{L}]+$/gu, "");
  if (username.length >= 3 && core === username.toLowerCase()) refuse("The password is the user name; choose another one.");
  if (commonWords.some((word) => core === word || core === word + word)) refuse("This password is among the first that are guessed.");
  if (new Set(plain).size < 5) refuse("The password repeats a few characters; choose another one.");
  if (isSequence(plain)) refuse("The password is a row of neighbours; choose another one.");
}

/** abcdefgh..., 12345678..., or backwards. */
function isSequence(text: string): boolean {
  const codes = Array.from(text, (character) => character.codePointAt(0) ?? 0);
  const steps = codes.slice(1).map((code, index) => code - (codes[index] ?? 0));
  const neighbours = steps.filter((step) => Math.abs(step) === 1).length;
  return neighbours > 0.7 * steps.length;
}
