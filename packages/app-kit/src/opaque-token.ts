import { createHash, randomBytes } from "node:crypto";

/** A value that stands for a session or opens a link: 256 random bits, base64url. Nothing can be read from it. */
export function createOpaqueToken(): string {
  return randomBytes(32).toString("base64url");
}

/** SHA-256 of a token, hexadecimal, as databases keep it. A token is random, so a plain hash of it cannot be turned round. */
export function hashToken(token: string): string {
  return createHash("sha256").update(token, "utf8").digest("hex");
}
