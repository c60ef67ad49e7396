import { createHash } from "node:crypto";

/** A number of [0, 1) that is always the same for a text: the first 48 bits of its SHA-256. */
function toShare(text: string): number {
  return createHash("sha256").update(text, "utf8").digest().readUIntBE(0, 6) / 2 ** 48;
}

/**
 * Which of a tier's two Spaces is asked.
 * @param stagingShare 0: never the second one; 1: always
 * @param caller who asks meets the same one every time; undefined: drawn anew
 */
export function chooseVariant(tier: string, stagingShare: number, caller: string | undefined): "live" | "staging" {
  const share = caller === undefined ? Math.random() : toShare(`${tier}:${caller}`);
  return share < stagingShare ? "staging" : "live";
}
