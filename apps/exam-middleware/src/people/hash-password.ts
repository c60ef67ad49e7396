import { argon2, randomBytes, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import { CodedError } from "@repo/contracts/coded-error";

const derive = promisify(argon2);

/**
 * 19 MiB, two passes, one lane: 40 ms of one core.
 * @source OWASP Password Storage Cheat Sheet, Argon2id; the form of the hash is the reference implementation's (PHC string)
 */
const cost = { memory: 19_456, passes: 2, parallelism: 1 };
const prefix = `$argon2id$v=19$m=${cost.memory},t=${cost.passes},p=${cost.parallelism}$`;
const saltBytes = 16;
const tagBytes = 32;
/** Each takes 19 MiB and a thread of Node's pool; a crowd of guesses must starve neither memory nor file access. */
const maxAtOnce = 2;
const maxWaiting = 32;

const toBase64 = (bytes: Buffer): string => bytes.toString("base64").replaceAll("=", "");

let running = 0;
const waiting: (() => void)[] = [];

async function inTurn<Value>(work: () => Promise<Value>): Promise<Value> {
  if (running >= maxAtOnce) {
    if (waiting.length >= maxWaiting)
      throw new CodedError("overloaded", "Too many people are signing in right now.", { retryAfterMs: 2_000 });
    await new Promise<void>((resolve) => waiting.push(resolve));
  } else running += 1;
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    if (next === undefined) running -= 1;
    else next();
  }
}

async function deriveTag(password: string, salt: Buffer): Promise<Buffer> {
  // The same letters may be typed as different code points on another keyboard (NIST SP 800-63B, 3.1.1.2).
  const message = password.normalize("NFKC");
  return await inTurn(async () => await derive("argon2id", { message, nonce: salt, tagLength: tagBytes, ...cost }));
}

/** The hash to store, with a salt of its own. @throws CodedError overloaded */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(saltBytes);
  return `${prefix}${toBase64(salt)}$${toBase64(await deriveTag(password, salt))}`;
}

/**
 * Whether a password is the stored one.
 * @param hash undefined for an account that does not exist or has no password: takes as long, and is false
 * @throws CodedError overloaded
 */
export async function isPassword(password: string, hash: string | undefined): Promise<boolean> {
  const [salt = "", tag = ""] = hash?.startsWith(prefix) === true ? hash.slice(prefix.length).split("$") : [];
  const expected = Buffer.from(tag, "base64");
  const isUsable = expected.length === tagBytes;
  const actual = await deriveTag(password, isUsable ? Buffer.from(salt, "base64") : Buffer.alloc(saltBytes));
  return isUsable && timingSafeEqual(actual, expected);
}
