/** Schemas for environment variables: text in, typed value out, with messages that name what is expected. */
import { z } from "zod";
import { splitList } from "./secret.ts";

/** A whole number within a range. */
export function integerVariable(minimum: number, maximum = Number.MAX_SAFE_INTEGER) {
  return z.coerce.number().int().min(minimum).max(maximum);
}

/** true/false, also written 1/0, yes/no, on/off. */
export function booleanVariable() {
  return z.stringbool();
}

/** A comma-separated list. */
export function listVariable() {
  return z.string().transform(splitList);
}

/** A TCP port; 0 lets the system choose. */
export function portVariable() {
  return integerVariable(0, 65_535);
}

/** An absolute http or https URL, without a slash at its end. */
export function urlVariable() {
  return z.url({ protocol: /^https?$/ }).transform((value) => value.replace(/\/+$/, ""));
}
