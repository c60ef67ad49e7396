import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";
import type { Secret } from "@repo/server-kit/secret";

/** Keeps short texts, such as other services' tokens, unreadable for whoever has the database only. */
export interface SecretBox {
  /**
   * Encrypts a text; every call gives another result.
   * @param owner whose it is: the result opens only with the same one, so that rows cannot be swapped
   */
  seal(text: string, owner: string): string;
  /** The text; undefined when it was sealed with another key, for another owner or purpose, or was changed. */
  open(sealed: string, owner: string): string | undefined;
}

const algorithm = "aes-256-gcm";
const version = "v1";
const nonceBytes = 12;
const tagBytes = 16;

/**
 * AES-256-GCM with a key derived from the app's secret by HKDF-SHA-256 (RFC 5869).
 * @param key the app's SECRET_KEY: at least 32 random characters, since nothing here slows guessing down
 * @param purpose names what is kept, so that one secret serves several purposes with keys that have nothing in common
 */
export function createSecretBox(key: Secret, purpose: string): SecretBox {
  const derived = Buffer.from(hkdfSync("sha256", key.reveal(), "", purpose, 32));
  return {
    seal: (text, owner) => {
      // 96 random bits: by NIST SP 800-38D, 8.3, safe for 2^32 texts of one key.
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv(algorithm, derived, nonce).setAAD(Buffer.from(owner));
      const bytes = Buffer.concat([nonce, cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()]);
      return `${version}.${bytes.toString("base64url")}`;
    },
    open: (sealed, owner) => {
      const [prefix, encoded] = sealed.split(".");
      const bytes = Buffer.from(encoded ?? "", "base64url");
      if (prefix !== version || bytes.length < nonceBytes + tagBytes) return undefined;
      const decipher = createDecipheriv(algorithm, derived, bytes.subarray(0, nonceBytes), { authTagLength: tagBytes });
      decipher.setAAD(Buffer.from(owner)).setAuthTag(bytes.subarray(-tagBytes));
      try {
        return Buffer.concat([decipher.update(bytes.subarray(nonceBytes, -tagBytes)), decipher.final()]).toString("utf8");
      } catch {
        return undefined;
      }
    },
  };
}
