import { toSentFileHeaders } from "@repo/app-kit/answer-file";
import { CodedError } from "@repo/contracts/coded-error";

/** Answers with a crop. */
export function answerCrop({ bytes, type }: { bytes: Uint8Array; type: string }): Response {
  if (!/^image\/(?:png|webp|jpeg)$/.test(type)) throw new CodedError("not_found", "There is no picture of this reading.");
  return new Response(new Uint8Array(bytes), { headers: toSentFileHeaders(type) });
}
