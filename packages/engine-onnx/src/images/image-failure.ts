import { CodedError } from "@repo/contracts/coded-error";
import { unreadableFile } from "./unreadable-file.ts";

/**
 * Runs what decodes a picture with libvips; its failures become the errors of unreadable-file.ts.
 * @throws CodedError invalid_request (truncated, broken), payload_too_large (too_many_pixels)
 */
export async function toCoded<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (CodedError.isInstance(error)) throw error;
    const message = error instanceof Error ? error.message : "";
    if (/pixel limit|too large|exceeds? .*(dimension|size|limit)/i.test(message))
      throw unreadableFile("too_many_pixels", "The picture has too many pixels.");
    if (/premature|truncat|unexpected end|end of (file|image|stream)|not enough|out of data|too short|EOF/i.test(message))
      throw unreadableFile("truncated", "The picture ends before its last pixel.");
    throw unreadableFile("broken", "The picture is damaged or incomplete.");
  }
}
