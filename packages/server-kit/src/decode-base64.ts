import { CodedError } from "@repo/contracts/coded-error";

const dataUrl = /^data:([\w.+-]+\/[\w.+-]+)?(?:;[\w.+-]+=[^;,]*)*;base64,/i;

/**
 * The bytes of base64 text, plain or as a data URL, in either alphabet. Blanks are plus signs that a query has lost.
 * @param field the request's field, for messages
 * @throws CodedError invalid_request, details.reason not_base64 or empty
 */
export function decodeBase64(text: string, field: string): { bytes: Uint8Array; type: string | undefined } {
  const head = dataUrl.exec(text.slice(0, 200));
  const body = text
    .slice(head?.[0].length ?? 0)
    .trim()
    .replaceAll(/[\r\n\t]/g, "")
    .replaceAll(" ", "+");
  // Buffer skips what it does not know; a text that is no base64 must not become some bytes.
  if (!/^[A-Za-z0-9+/_-]*={0,2}$/.test(body) || body.replace(/=+$/, "").length % 4 === 1)
    throw new CodedError("invalid_request", `${field} is not base64.`, { details: { field, reason: "not_base64" } });
  const bytes = Buffer.from(body, "base64");
  if (bytes.length === 0) throw new CodedError("invalid_request", `${field} is empty.`, { details: { field, reason: "empty" } });
  return { bytes, type: head?.[1] };
}
